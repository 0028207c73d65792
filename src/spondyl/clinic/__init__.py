"""The shell: command line, batch runs and reports."""
