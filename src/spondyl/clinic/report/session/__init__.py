"""The report of an adjustment session: one record, told as an HTML page and as a PDF."""

from spondyl.clinic.report.session.write import write_session

__all__ = ["write_session"]
