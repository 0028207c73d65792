"""The chart: what the clinic knows, encrypted at rest, with an audit log that shows every change. Knows no web."""
