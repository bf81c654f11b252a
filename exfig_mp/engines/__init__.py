"""Who runs jobs: worker processes, or the coordinator itself."""
