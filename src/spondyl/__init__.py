"""Spondyl: from a spine film to a measured, honest report. Research software, not a medical device."""

__version__ = "0.1.0"
