"""Visits that stand outside the hours, in words: who, when, where, why, and the number to call."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from spondyl.booking import Appointment, Office, Practice, Provider, VisitType
from spondyl.clinic.messages.when import when_words
from spondyl.clinic.web.calendar.waiting import contacts_of

_NOBODY = {"who": "Kept for somebody", "telephone": "", "dialled": ""}


def outside_rows(
    connection: sa.Connection, practice: Practice, found: list[tuple[Appointment, str]]
) -> list[dict[str, Any]]:
    """What a page shows of each visit: whom to call about it, and why it stands outside."""
    contacts = contacts_of(connection, [one.person for one, _ in found if one.person])
    return [
        {
            "visit": one,
            "when": when_words(one.wall),
            **(contacts.get(one.person or "") or _NOBODY),
            "what": _name_of(practice.visit_type, one.visit_type),
            "with": _name_of(practice.provider, one.placement.provider),
            "where": _name_of(practice.office, one.placement.office),
            "why": reason,
        }
        for one, reason in found
    ]


def _name_of(find: Callable[[str], Office | Provider | VisitType], key: str) -> str:
    """A name, or the bare key of what the practice has no longer."""
    try:
        return find(key).name
    except KeyError:
        return key
