"""Answers of the evidence library as JSON, HTML and PDF: layout only, nothing is computed here."""

from spondyl.clinic.report.evidence.write import write_answer, write_comparison

__all__ = ["write_answer", "write_comparison"]
