"""Who books on the public page may be in the chart already: the same name and the same telephone or e-mail."""

import sqlalchemy as sa

from spondyl.clinic.chart.people import Person, PersonDetails, add_person, fold, namesakes
from spondyl.clinic.chart.postgres_turn import Turn, take_turn


def find_or_add(connection: sa.Connection, details: PersonDetails, *, actor: str) -> Person:
    """The patient with this name and contact, or a new one. Nothing tells the visitor which of the two it was.

    Two at once with one name, as after a double press, wait for each other and find the same chart.
    """
    take_turn(connection, Turn.SAME_NAME, fold(f"{details.family_name} {details.given_name}"))
    for one in namesakes(connection, details):
        if _same_phone(one.details, details) or _same_mail(one.details, details):
            return one
    return add_person(connection, details, actor=actor)


def contact_parts(contact: str) -> tuple[str, str]:
    """Telephone and e-mail from what somebody typed into one field."""
    text = contact.strip()
    return ("", text) if "@" in text else (text, "")


def _same_phone(one: PersonDetails, other: PersonDetails) -> bool:
    digits = _digits(one.phone)
    return len(digits) >= 7 and digits[-10:] == _digits(other.phone)[-10:]


def _same_mail(one: PersonDetails, other: PersonDetails) -> bool:
    return bool(one.email) and one.email.strip().casefold() == other.email.strip().casefold()


def _digits(phone: str) -> str:
    return "".join(sign for sign in phone if sign.isdigit())
