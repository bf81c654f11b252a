"""Platforms: each module turns assets into the files that its projects expect. Pure: nothing here does I/O."""
