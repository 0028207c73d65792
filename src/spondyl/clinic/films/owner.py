"""Whose film is it? A film without a named patient is given to one only when number and name both fit."""

import sqlalchemy as sa

from spondyl.clinic.chart.films import SYSTEM, Film, name_person
from spondyl.clinic.chart.people import Person, find_people, fold
from spondyl.clinic.films.facts import facts_from_json
from spondyl.radiograph import FilmHeader


def name_owner(connection: sa.Connection, film: Film) -> Person | None:
    """Give the film to the patient whose record number *and* name its header holds; None when there is none."""
    if film.person_id is not None or film.facts is None:
        return None
    header = facts_from_json(film.facts).header
    number = (header.patient_id or "").strip()
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    found = [one for one in find_people(connection, number, limit=2) if str(one.record_number) == number]
    if len(found) != 1 or not names_agree(header, found[0]):
        return None
    name_person(connection, film.id, found[0].id, actor=SYSTEM)
    return found[0]


def names_agree(header: FilmHeader, person: Person) -> bool:
    """True when the header's name (``Family^Given``) is the patient's."""
    return _words(header.patient_name or "") == _words(person.full_name)


def owner_warning(header: FilmHeader, person: Person) -> str | None:
    """A red line when the film's header names somebody else; None when it fits or names nobody."""
    if not header.patient_name or names_agree(header, person):
        return None
    named = header.patient_name.replace("^", " ").strip()
    return (
        f"The film's header names {named}, but this is the chart of {person.full_name}. "
        "Make sure that the film is of this patient."
    )


def _words(name: str) -> frozenset[str]:
    return frozenset(fold(name.replace("^", " ").replace(",", " ")).split())
