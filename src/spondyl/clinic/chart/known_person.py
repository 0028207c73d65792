"""Whoever is added may be in the chart already: the public page asks name and contact, the front desk a person."""

import sqlalchemy as sa

from spondyl.clinic.chart.people import (
    Person,
    PersonDetails,
    add_person,
    find_people,
    fold,
    namesakes,
    surnamed,
)
from spondyl.clinic.chart.postgres_turn import Turn, take_turn
from spondyl.clinic.chart.search_words import phone_digits

_COMPARED = 10  # digits from the end of a telephone number: the code of the country may be left out


def find_or_add(connection: sa.Connection, details: PersonDetails, *, actor: str) -> Person:
    """The patient with this name and contact, or a new one. Nothing tells the visitor which of the two it was.

    Two at once with one name, as after a double press, wait for each other and find the same chart.
    """
    _take_turn(connection, details)
    for one in namesakes(connection, details):
        if _same_phone(one.details, details) or _same_mail(one.details, details):
            return one
    return add_person(connection, details, actor=actor)


def called_alike(connection: sa.Connection, details: PersonDetails) -> list[Person]:
    """Who has this contact, the same first surname, and given names of which one says all of the other: the same person
    with a second surname or a second given name, or without, or somebody called so who shares the telephone."""
    words = fold(details.family_name.replace("-", " ")).split()
    found = [one for one in surnamed(connection, words[0]) if _given_alike(one, details)] if words else []
    return [one for one in found if _same_phone(one.details, details) or _same_mail(one.details, details)]


def perhaps_known(connection: sa.Connection, details: PersonDetails) -> list[Person]:
    """Who may be this person: the same name and no other day of birth, or the same telephone; nobody else is added
    under the name before this transaction ends."""
    _take_turn(connection, details)
    named = [one for one in namesakes(connection, details) if _may_be_born_alike(one.details, details)]
    number = _compared(details.phone)
    found = find_people(connection, number) if number else []
    called = [one for one in found if _same_phone(one.details, details)]
    return list({one.id: one for one in named + called}.values())


def contact_parts(contact: str) -> tuple[str, str]:
    """Telephone and e-mail from what somebody typed into one field."""
    text = contact.strip()
    return ("", text) if "@" in text else (text, "")


def _given_alike(one: Person, details: PersonDetails) -> bool:
    mine, theirs = (set(fold(who.given_name).split()) for who in (one.details, details))
    return mine <= theirs or theirs <= mine


def _compared(phone: str) -> str:
    return phone_digits(phone)[-_COMPARED:]


def _take_turn(connection: sa.Connection, details: PersonDetails) -> None:
    take_turn(connection, Turn.SAME_NAME, fold(f"{details.family_name} {details.given_name}"))


def _may_be_born_alike(one: PersonDetails, other: PersonDetails) -> bool:
    return one.birth_date is None or other.birth_date is None or one.birth_date == other.birth_date


def _same_phone(one: PersonDetails, other: PersonDetails) -> bool:
    digits = _compared(one.phone)
    return len(digits) >= 7 and digits == _compared(other.phone)


def _same_mail(one: PersonDetails, other: PersonDetails) -> bool:
    return bool(one.email) and one.email.strip().casefold() == other.email.strip().casefold()
