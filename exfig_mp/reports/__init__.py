"""Reports for people: Markdown and a page of HTML. Pure but for `pictures`; what they say is in `report.Report`."""
