"""Reports for people: Markdown and a page of HTML. What they say is in `report.Report`; they write nothing."""
