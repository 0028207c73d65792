"""A time that cannot be had: said at once, with what can be had instead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from fastapi import Request
from starlette.responses import Response

from spondyl.booking import Appointment, Slot, Status, Wish, wall_at
from spondyl.clinic.chart.appointment_rows import (
    appointments_of,
)
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.free_times import (
    nearest_free,
    slot_for,
)
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.messages.links import visit_token
from spondyl.clinic.messages.when import when_words
from spondyl.clinic.web.public.shown import (
    public_page,
    time_buttons,
)
from spondyl.clinic.web.services import Services

GONE = "That time was taken a moment ago."


def still_free(
    connection: sa.Connection, wish: Wish, start: datetime, *, moving: Appointment | None = None
) -> Slot:
    """The time that somebody chose; raises ``TimeTakenError`` when nobody is free then any more."""
    slot = slot_for(connection, wish, start, moving=moving)
    if slot is None:
        raise TimeTakenError(GONE)
    return slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A time that cannot be had: ``why`` names the words that say how it went.

    ``address`` takes another time instead, for the visit that is ``moving``, and ``times`` is the page that has all
    of them.
    """

    wish: Wish
    start: datetime
    why: str = "taken"
    address: str = "/book/hold"
    times: str = "/book/times"
    moving: Appointment | None = None


def taken_page(request: Request, services: Services, gone: Gone, language: str) -> Response:
    """Say at once that the time is gone, with the nearest free ones and the visit that stands all the same."""
    with reading(services.engine) as connection:
        instead = instead_of(services, connection, gone, language)
    return public_page(request, "taken.html", language, instead, status=409)


def instead_of(services: Services, connection: sa.Connection, gone: Gone, language: str) -> dict[str, Any]:
    """What can be had instead; no time of a kind of visit that the public cannot book."""
    practice, wish = practice_of(connection), gone.wish
    office, kind = practice.office(wish.office), practice.visit_type(wish.visit_type)
    is_open = kind.public or gone.moving is not None
    near = nearest_free(connection, wish, gone.start) if is_open else ()
    theirs = gone.moving or next_visit_of(connection, wish)
    return {
        "slots": time_buttons(near, language),
        "when": when_words(wall_at(office.zone, gone.start), language),
        "office": office,
        "kept": [("sequence", gone.moving.sequence)] if gone.moving else [("visit", kind.key)],
        "is_open": is_open,
        "address": gone.address,
        "times": f"{gone.times}?office={office.key}&visit={kind.key}&lang={language}",
        "why": gone.why,
        "theirs": theirs and when_words(theirs.wall, language),
        "theirs_address": theirs and visit_address(services, theirs, language),
    }


def next_visit_of(connection: sa.Connection, wish: Wish) -> Appointment | None:
    """The next visit of that kind that the person has, which stands whatever became of the time."""
    theirs = appointments_of(connection, wish.person) if wish.person else ()
    return next(
        (
            visit
            for visit in theirs
            if visit.status is Status.BOOKED
            and visit.visit_type == wish.visit_type
            and visit.start > now_of(connection)
        ),
        None,
    )


def visit_address(services: Services, visit: Appointment, language: str) -> str:
    """The signed link to a visit."""
    return f"/visit/{visit_token(visit, key=services.key_for('patient link'))}?lang={language}"
