"""The shell around every page: base templates, macros, style sheet and drawings."""
