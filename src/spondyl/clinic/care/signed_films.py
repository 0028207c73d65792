"""What the signed readings of a patient's films found, ready to stand beside the examination."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from spondyl.assessment import Finding
from spondyl.clinic.chart.documents import newest_of_each
from spondyl.clinic.chart.films import film
from spondyl.clinic.chart.people import person
from spondyl.clinic.films.desk import KIND, shipped_calibration
from spondyl.clinic.films.known_facts import facts_of, with_chart_age
from spondyl.clinic.films.owner import owner_warning
from spondyl.clinic.films.reading import assess_reading, reading_from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFilm:
    """One film as it was signed: ``red_lines`` say what to check before its ``findings`` are used."""

    seen_on: date | None
    red_lines: tuple[str, ...]
    findings: tuple[Finding, ...]


def signed_films(connection: sa.Connection, person_id: str) -> tuple[SignedFilm, ...]:
    """Every film with a signed reading, the one read last first. An accepted reading that nobody signed does not
    count; the signed one before it stands."""
    patient = person(connection, person_id)
    found: list[SignedFilm] = []
    for document in newest_of_each(connection, kind=KIND, person_id=person_id, only_signed=True):
        facts = facts_of(film(connection, document.body["film_id"]))
        if facts is None:
            continue
        read = reading_from_json(document.body)
        known = with_chart_age(facts, patient)
        assessment = assess_reading(read, known, calibration=shipped_calibration())
        doubt = owner_warning(facts.header, patient)
        found.append(
            SignedFilm(
                seen_on=facts.header.study_date,
                red_lines=(*([doubt] if doubt else []), *assessment.red_lines),
                findings=assessment.findings,
            )
        )
    return tuple(found)
