"""Whose film is it? A film without a named patient is given to one by itself only when number and name both fit, and no
other day of birth is told.
"""

import math
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache, partial

import sqlalchemy as sa

from spondyl.clinic.chart.films import SYSTEM, Film, name_person
from spondyl.clinic.chart.known_person import in_open_charts
from spondyl.clinic.chart.people import Person, find_people, fold, person_of_record
from spondyl.clinic.films.known_facts import facts_of
from spondyl.clinic.report.day_text import day_text
from spondyl.clinic.result import ChartPatient
from spondyl.radiograph import FilmHeader
from spondyl.radiograph.dicom_patient import MAX_AGE_APART_YEARS

_MOST_LIKELY = 5


def name_owner(connection: sa.Connection, film: Film) -> Person | None:
    """Give the film to the patient whom its header names by record number *and* name, and not born on another day; None
    when there is none."""
    facts = facts_of(film)
    if film.person_id is not None or facts is None:
        return None
    found = _numbered(connection, facts.header)
    if found is None or not names_agree(facts.header, found) or _other_birth(facts.header, found):
        return None
    name_person(connection, film.id, found.id, actor=SYSTEM)
    return found


def header_names(header: FilmHeader) -> str:
    """Whom the header names, in words: name, number, day of birth, or "nobody"."""
    number, born = _number(header), header.birth_date
    parts = (_name(header), number and f"number {number}", born and f"born {day_text(born)}")
    return ", ".join(part for part in parts if part) or "nobody"


def likely_owners(connection: sa.Connection, header: FilmHeader) -> list[Person]:
    """The patients whom number, name or at least family name in the header fit, the best first; five at most.

    For a person to choose from: each of these alone may be a typing error or another patient.
    """
    return likely_owners_of(connection, [header])[0]


def likely_owners_of(connection: sa.Connection, headers: Iterable[FilmHeader]) -> list[list[Person]]:
    """The same of several films: each name is sought once, however many of them bear it."""
    named = cache(partial(_named, connection))
    return [_likely(header, _numbered(connection, header), named) for header in headers]


def _named(connection: sa.Connection, words: str) -> list[Person]:
    return in_open_charts(connection, find_people(connection, words, limit=_MOST_LIKELY))


def _likely(
    header: FilmHeader, numbered: Person | None, named: Callable[[str], list[Person]]
) -> list[Person]:
    found = {} if numbered is None else {numbered.id: numbered}
    family = (header.patient_name or "").split("^", maxsplit=1)[0].strip()
    for words in (_name(header), family):
        if words and len(found) < _MOST_LIKELY:
            found |= {one.id: one for one in named(words)}
    return list(found.values())[:_MOST_LIKELY]


def names_agree(header: FilmHeader, person: Person) -> bool:
    """True when the header's name (``Family^Given``) is the patient's."""
    return _words(header.patient_name or "") == _words(person.full_name)


def owner_warning(header: FilmHeader, person: Person) -> str | None:
    """A red line when the header names somebody else, another day of birth or another age; None when it fits or names
    nobody."""
    told = _other_birth(header, person)
    if header.patient_name and not names_agree(header, person):
        told = f"The film's header names {_name(header)}, but this is the chart of {person.full_name}."
    return told and f"{told} Make sure that the film is of this patient."


def chart_patient(header: FilmHeader, person: Person) -> ChartPatient:
    """The chart's patient as a report names them, with the doubt that the film's header raises."""
    return ChartPatient(
        name=person.full_name,
        birth_date=person.details.birth_date,
        doubt=owner_warning(header, person),
    )


def _other_birth(header: FilmHeader, person: Person) -> str | None:
    """How the header's day of birth, age or day of the film contradicts the chart's day of birth; None where it does
    not, or one of them says nothing."""
    born, day, name = person.details.birth_date, header.study_date, person.full_name
    if born is None:
        return None
    if header.birth_date is not None and header.birth_date != born:
        told, charted = day_text(header.birth_date), day_text(born)
        return f"The film's header says born {told}, but the chart of {name} says {charted}."
    return None if day is None else _other_age(header.age_years, day, born, person)


def _other_age(age_years: float | None, day: date, born: date, person: Person) -> str | None:
    """The same of the age on the day of the film."""
    if day < born:
        return f"The film was taken on {day_text(day)}, but the chart of {person.full_name} says born {day_text(born)}."
    by_chart = person.age_years(day)
    if age_years is None or by_chart is None or abs(age_years - by_chart) <= MAX_AGE_APART_YEARS:
        return None
    return (
        f"The film's header says {math.floor(age_years)} years of age, but by the day of birth in the chart "
        f"{person.full_name} was {by_chart} when it was taken."
    )


def _number(header: FilmHeader) -> str:
    return (header.patient_id or "").strip()


def _name(header: FilmHeader) -> str:
    return " ".join((header.patient_name or "").replace("^", " ").split())


def _numbered(connection: sa.Connection, header: FilmHeader) -> Person | None:
    """The patient whose record number the header holds; an old number leads to the kept chart."""
    number = _number(header)
    if not (number.isascii() and number.isdigit() and len(number) < 10 and number[0] != "0"):
        return None
    found = person_of_record(connection, int(number))
    return found and in_open_charts(connection, [found])[0]


def _words(name: str) -> frozenset[str]:
    return frozenset(fold(name.replace("^", " ").replace(",", " ")).split())
