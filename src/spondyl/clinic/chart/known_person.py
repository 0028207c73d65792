"""Whoever is added may be in the chart already: the public page asks name and contact, the front desk a person."""

from collections.abc import Collection

import sqlalchemy as sa

from spondyl.clinic.chart.people import (
    Person,
    PersonDetails,
    add_person,
    find_people,
    fold,
    namesakes,
    near_people,
    people_of,
    surnamed,
)
from spondyl.clinic.chart.postgres_turn import Turn, take_turn
from spondyl.clinic.chart.same_person import closed_charts, kept_charts
from spondyl.clinic.chart.search_words import phone_digits
from spondyl.clinic.chart.telephone import dialled
from spondyl.clinic.chart.told_apart import pairs_told_apart

_COMPARED = 10  # digits from the end of a telephone number: the code of the country may be left out


def find_or_add(connection: sa.Connection, details: PersonDetails, *, actor: str) -> Person:
    """The patient with this name and contact, or a new one. Nothing tells the visitor which of the two it was. For a
    closed chart it is the kept one.

    Two at once with one name, as after a double press, wait for each other and find the same chart.
    """
    _take_turn(connection, details)
    for one in namesakes(connection, details):
        if same_phone(one.details, details) or _same_mail(one.details, details):
            return in_open_charts(connection, [one])[0]
    return add_person(connection, details, actor=actor)


def called_alike(connection: sa.Connection, details: PersonDetails) -> list[Person]:
    """Who has this contact, the same first surname, and given names of which one says all of the other: the same person
    with a second surname or a second given name, or without, or somebody called so who shares the telephone."""
    words = fold(details.family_name.replace("-", " ")).split()
    found = [one for one in surnamed(connection, words[0]) if _given_alike(one, details)] if words else []
    return [one for one in found if same_phone(one.details, details) or _same_mail(one.details, details)]


def perhaps_known(connection: sa.Connection, details: PersonDetails) -> list[Person]:
    """Who may be this person: as ``perhaps_same``, or whoever has the same telephone; nobody else is added under the
    name before this transaction ends."""
    _take_turn(connection, details)
    alike = [one for one in _near(connection, [details]) if _may_be_same(one.details, details)]
    number = _compared(details.phone)
    found = find_people(connection, number) if number else []
    called = [one for one in found if same_phone(one.details, details)]
    return in_open_charts(connection, alike + called)


def perhaps_same(
    connection: sa.Connection, known: Collection[Person], *, shut: Collection[str]
) -> dict[str, list[Person]]:
    """For each of these patients the other charts that may be theirs, the oldest first; who has none is left out. One
    query for all of them, and two more where somebody is found. Nothing is told of the charts in ``shut``, which
    whoever looks may not open, of closed charts, and of pairs of which somebody said that they are two people.

    Nothing is joined by it: two people may share a name, a day of birth or a telephone, so somebody looks.
    """
    known = [one for one in known if one.erased_at is None and one.id not in shut]
    near = [one for one in _near(connection, [one.details for one in known]) if one.id not in shut]
    found = {
        one.id: [other for other in near if other.id != one.id and _may_be_same(one.details, other.details)]
        for one in known
    }
    found = {person_id: others for person_id, others in found.items() if others}
    return _still_open(connection, found) if found else {}


def _still_open(connection: sa.Connection, found: dict[str, list[Person]]) -> dict[str, list[Person]]:
    closed, apart = closed_charts(connection), pairs_told_apart(connection, found)
    left = {
        one: [other for other in others if other.id not in closed and (one, other.id) not in apart]
        for one, others in found.items()
        if one not in closed
    }
    return {one: others for one, others in left.items() if others}


def in_open_charts(connection: sa.Connection, found: Collection[Person]) -> list[Person]:
    """Each of them once, the kept chart in place of a closed one."""
    kept = kept_charts(connection, [one.id for one in found])
    known = {one.id: one for one in found} | people_of(connection, kept.values())
    return [known[one] for one in dict.fromkeys(kept.get(one.id, one.id) for one in found)]


def contact_parts(contact: str) -> tuple[str, str]:
    """Telephone and e-mail from what somebody typed into one field."""
    text = contact.strip()
    return ("", text) if "@" in text else (text, "")


def _near(connection: sa.Connection, details: Collection[PersonDetails]) -> list[Person]:
    """Whoever shares with one of them the full name, the day of birth, or the first surname and how to reach them."""
    return near_people(
        connection,
        names={f"{one.given_name} {one.family_name}" for one in details},
        born={one.birth_date for one in details if one.birth_date},
        surnames={fold(one.family_name.replace("-", " ")).split()[0] for one in details if _words(one)},
        phones={number for one in details if len(number := _compared(one.phone)) == _COMPARED},
        mails={one.email.strip().lower() for one in details if one.email},
    )


def _may_be_same(one: PersonDetails, other: PersonDetails) -> bool:
    """The words of one name are in the other, and either the day of birth or how to reach them is the same; or just the
    name, where a day of birth is not known. A family shares a telephone, twins also the day."""
    mine, theirs = (_words(who) for who in (one, other))
    if not (mine <= theirs or theirs <= mine):
        return False
    is_day_known = one.birth_date is not None and other.birth_date is not None
    is_born_alike = one.birth_date == other.birth_date if is_day_known else mine == theirs
    return is_born_alike or same_phone(one, other) or _same_mail(one, other)


def _words(details: PersonDetails) -> set[str]:
    return set(fold(f"{details.given_name} {details.family_name}".replace("-", " ")).split())


def _given_alike(one: Person, details: PersonDetails) -> bool:
    mine, theirs = (set(fold(who.given_name).split()) for who in (one.details, details))
    return mine <= theirs or theirs <= mine


def _compared(phone: str) -> str:
    return phone_digits(dialled(phone))[-_COMPARED:]


def _take_turn(connection: sa.Connection, details: PersonDetails) -> None:
    take_turn(connection, Turn.SAME_NAME, fold(f"{details.family_name} {details.given_name}"))


def same_phone(one: PersonDetails, other: PersonDetails) -> bool:
    """True where both have the same telephone number, however it is written, with the country's code or without."""
    digits = _compared(one.phone)
    return len(digits) >= 7 and digits == _compared(other.phone)


def _same_mail(one: PersonDetails, other: PersonDetails) -> bool:
    return bool(one.email) and one.email.strip().casefold() == other.email.strip().casefold()
