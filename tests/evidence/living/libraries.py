"""Libraries that differ by one change, for the tests of living evidence."""

from spondyl.evidence.library import Library, library_from, shipped_texts

RESPINE = ("studies", "respine-2024")


def changed(old: str, new: str, *, record: tuple[str, str] = RESPINE) -> Library:
    """The shipped library with one text replaced in one record."""
    texts = shipped_texts()
    kind, name = record
    assert old in texts[kind][name]
    texts[kind][name] = texts[kind][name].replace(old, new)
    return library_from(texts)


def with_trial(*, verified: bool) -> Library:
    """The shipped library and one more sham-controlled trial with many responders among the treated."""
    texts = shipped_texts()
    texts["studies"]["nct99000001"] = TRIAL.format(tag="read" if verified else "unknown")
    return library_from(texts)


TRIAL = """
name = "SYNDISC"
options = ["stem-cells"]
design = "randomised"
registry_id = "NCT99000001"
condition = "chronic low back pain with a degenerated disc"
n = 120

[source]
tag = "{tag}"
citation = "synthetic"
locator = "test"
verified_by = "a test"
verified_on = "2026-11-25"

[[results]]
id = "responders"
outcome = "people with less pain or better function"
label = "half the pain"
timing = "12 months"
months = 12
versus = "sham injection"

[[results.groups]]
name = "cells"
role = "active"
option = "stem-cells"
n = 60
events = 30

[[results.groups]]
name = "sham"
role = "sham"
n = 60
events = 15
"""
