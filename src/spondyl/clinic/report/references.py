"""What pain-free people measure, beside each value of a report (:mod:`spondyl.assessment.norms`)."""

from collections.abc import Mapping

from spondyl.assessment.norms import NoReference, ReferenceInterval, described, reference_interval
from spondyl.clinic.report.wording import UNIT_TEXT, number_text
from spondyl.clinic.result import FilmResult

Reference = ReferenceInterval | NoReference


def references_of(result: FilmResult) -> dict[str, Reference]:
    """Measurement kind to its reference values for this person, or to why there are none."""
    if result.assessment is None:
        return {}
    header = None if result.radiograph is None else result.radiograph.header
    age, sex = (None, None) if header is None else (header.age_years, header.sex)
    known = {m.kind: m.value for m in result.assessment.measurements}
    return {kind: reference_interval(kind, age_years=age, sex=sex, known=known) for kind in known}


def reference_text(reference: Reference) -> str:
    """Where the middle 95 % of pain-free adults lie: ``16.0 to 58.8°``; empty where that is not known."""
    if isinstance(reference, NoReference) or reference.interval_95 is None:
        return ""
    low, high = (number_text(bound, reference.unit) for bound in reference.interval_95)
    return f"{low} to {high}{UNIT_TEXT[reference.unit]}"


def reference_sentences(references: Mapping[str, Reference], labels: Mapping[str, str]) -> tuple[str, ...]:
    """The references in full with their sources, by the measurements' labels; when there is none at all, why."""
    found = [
        f"{labels[kind]}. {described(reference)} {reference.note} Source: {reference.source}".replace(
            "  ", " "
        )
        for kind, reference in references.items()
        if isinstance(reference, ReferenceInterval)
    ]
    if found:
        return tuple(dict.fromkeys(found))
    reasons = dict.fromkeys(r.reason for r in references.values() if isinstance(r, NoReference))
    return tuple(f"No reference values are shown: {reason}." for reason in reasons)
