"""The command line: one file a command; every heavy import waits until its command runs."""

from spondyl.clinic.cli.app import app, main

__all__ = ["app", "main"]
