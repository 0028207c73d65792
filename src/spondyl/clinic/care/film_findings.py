"""What the signed readings of a patient's films found, ready to stand beside the examination."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from spondyl.clinic.chart.documents import newest_of_each
from spondyl.clinic.chart.films import film
from spondyl.clinic.chart.people import person
from spondyl.clinic.films.desk import KIND, shipped_calibration
from spondyl.clinic.films.facts import facts_from_json
from spondyl.clinic.films.owner import owner_warning
from spondyl.clinic.films.reading import assess_reading, reading_from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFinding:
    """One finding as it was signed: the sentence with its probability, how common it is, what a film cannot tell.

    ``red_lines`` are those of its film: what to check before the finding is used.
    """

    sentence: str
    prevalence: str
    cannot_tell: str
    source: str
    seen_on: date | None
    red_lines: tuple[str, ...]


def film_findings(connection: sa.Connection, person_id: str) -> tuple[FilmFinding, ...]:
    """Findings of every signed reading, the newest film first. An accepted reading that nobody signed has none; the
    signed one before it stands."""
    patient = person(connection, person_id)
    found: list[FilmFinding] = []
    for document in newest_of_each(connection, kind=KIND, person_id=person_id, only_signed=True):
        saved = film(connection, document.body["film_id"]).facts
        if saved is None:
            continue
        facts = facts_from_json(saved)
        signed = reading_from_json(document.body)
        assessment = assess_reading(signed, facts, calibration=shipped_calibration())
        seen_on = facts.header.study_date
        doubt = owner_warning(facts.header, patient)
        red_lines = (*([doubt] if doubt else []), *assessment.red_lines)
        found += [
            FilmFinding(
                sentence=one.sentence,
                prevalence=one.prevalence,
                cannot_tell=one.cannot_tell,
                source=one.source,
                seen_on=seen_on,
                red_lines=red_lines,
            )
            for one in assessment.findings
        ]
    return tuple(found)
