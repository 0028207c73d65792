"""What is booked for one chart goes to another of the same person, and back: visits, courses, places on the waitlist.

Each visit's claim on the person is taken away and put down anew, so that the database judges it as it judges a booking.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa

from spondyl.booking import (
    Appointment,
    Claim,
    Status,
    WaitEntry,
    Waiting,
    is_on_day,
    person_resource,
    settled,
)
from spondyl.clinic.chart.appointment_rows import LIVE_STATES, appointment_of, update_row
from spondyl.clinic.chart.claims import in_the_way, put_down, shut_out_bookings, standing_claims
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.overrides import put_down_over
from spondyl.clinic.chart.tables.booking import appointments, claims, courses, waitlist
from spondyl.clinic.chart.waitlist import save_entry, wait_entry, waited_in_vain, waiting_entries
from spondyl.clinic.chart.waitlist_turn import take_waitlist_turn

_STANDS = [one.value for one in (Waiting.WAITING, Waiting.OFFERED, Waiting.IN_VAIN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedBookings:
    """The keys of what went from one chart to the other. ``folded``: places on the waitlist that ended with a join,
    because the other chart waits for the same."""

    visits: tuple[str, ...] = ()
    courses: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()


def hold_bookings(connection: sa.Connection, *people: str) -> None:
    """Let nobody book, move or cancel for these charts before the transaction ends: the line first, then their visits,
    then the claims."""
    take_waitlist_turn(connection)
    theirs = sa.select(appointments.c.key).where(appointments.c.person_id.in_(people))
    connection.execute(theirs.order_by(appointments.c.key).with_for_update())
    shut_out_bookings(connection)


def bookings_to_come(connection: sa.Connection, person_id: str) -> MovedBookings:
    """What stands for this very chart from today on, with what it waits for."""
    visits = coming_visits(connection, person_id)
    waits = sa.select(waitlist.c.key).where(waitlist.c.person_id == person_id, waitlist.c.state.in_(_STANDS))
    return MovedBookings(
        visits=tuple(one.key for one in visits),
        courses=tuple(sorted({one.course for one in visits if one.course})),
        waits=tuple(connection.execute(waits.order_by(waitlist.c.key)).scalars()),
    )


def coming_visits(connection: sa.Connection, person_id: str) -> list[Appointment]:
    """The live visits of this very chart from today on, in order of time."""
    now = now_of(connection)
    statement = sa.select(appointments).where(
        appointments.c.person_id == person_id,
        appointments.c.status.in_(LIVE_STATES),
        appointments.c.starts_at > now - timedelta(days=1),
    )
    rows = connection.execute(statement.order_by(appointments.c.starts_at, appointments.c.key))
    found = [appointment_of(row) for row in rows]
    return [one for one in found if one.start > now or is_on_day(one, now)]


def in_their_way(
    connection: sa.Connection, visits: Sequence[Appointment], person_id: str
) -> list[tuple[Appointment, Appointment]]:
    """Which of these visits cannot be this person's too, each with the one that stands in its way."""
    found: list[tuple[Appointment, Appointment]] = []
    for visit in visits:
        wanted = _as_of(_own_claims(connection, visit), person_id)
        keys = {key for key, _, _ in in_the_way(connection, wanted)} if wanted else set[str]()
        rows = connection.execute(sa.select(appointments).where(appointments.c.key.in_(keys)))
        found += [(visit, appointment_of(row)) for row in rows]
    return found


def move_bookings(
    connection: sa.Connection, moved: MovedBookings, *, giver: str, taker: str
) -> MovedBookings:
    """Give these bookings to another chart, as far as they are the giver's yet; returns what went.

    The caller has called ``hold_bookings``. Raises ``TimeTakenError`` for what ``in_their_way`` names.
    """
    visits = _move_visits(connection, moved.visits, giver=giver, taker=taker)
    gone = {
        "courses": _of_giver(connection, courses, moved.courses, giver),
        "waits": _of_giver(connection, waitlist, moved.waits, giver),
    }
    theirs = courses.c.key.in_(gone["courses"])
    connection.execute(courses.update().where(theirs).values(person_id=taker))
    reopened = _reopen(connection, moved.folded, taker)
    folded = tuple(key for key in gone["waits"] if _fold(connection, wait_entry(connection, key), taker))
    gone["waits"] = tuple(key for key in gone["waits"] if key not in folded)
    for key in gone["waits"]:
        save_entry(connection, replace(wait_entry(connection, key), person=taker))
    return MovedBookings(visits=visits, **gone, folded=(*folded, *reopened))


def _fold(connection: sa.Connection, entry: WaitEntry, taker: str) -> bool:
    """End this wait where the taker waits for the same: one person stands in line once, at the better place."""
    wish, states = replace(entry, person=taker).wish, {entry.state}
    if entry.state is Waiting.WAITING:
        states.add(Waiting.OFFERED)
    line = waited_in_vain(connection) if entry.state is Waiting.IN_VAIN else waiting_entries(connection)
    twin = next((one for one in line if one.wish == wish and one.state in states), None)
    if entry.state is Waiting.OFFERED or twin is None:
        return False
    since, latest = min(twin.since, entry.since), max(twin.latest, entry.latest)
    save_entry(connection, replace(twin, since=since, latest=latest))
    save_entry(connection, settled(entry, Waiting.LEFT))
    return True


def _reopen(connection: sa.Connection, keys: Sequence[str], taker: str) -> tuple[str, ...]:
    """Let the waits that ended with a join stand again, in their own chart."""
    found = [wait_entry(connection, key) for key in keys]
    ended = [one for one in found if one.person == taker and one.state is Waiting.LEFT]
    for one in ended:
        save_entry(connection, replace(one, state=Waiting.WAITING))
    return tuple(one.key for one in ended)


def _of_giver(connection: sa.Connection, table: sa.Table, keys: Sequence[str], giver: str) -> tuple[str, ...]:
    theirs = sa.select(table.c.key).where(table.c.key.in_(keys), table.c.person_id == giver)
    return tuple(connection.execute(theirs.order_by(table.c.key)).scalars())


def _move_visits(
    connection: sa.Connection, keys: Sequence[str], *, giver: str, taker: str
) -> tuple[str, ...]:
    theirs = sa.select(appointments).where(appointments.c.key.in_(keys), appointments.c.person_id == giver)
    visits = [appointment_of(row) for row in connection.execute(theirs.order_by(appointments.c.key))]
    wanted = {one.key: _as_of(_own_claims(connection, one), taker) for one in visits}
    mine = sa.and_(claims.c.appointment.in_(wanted), claims.c.resource == person_resource(giver))
    connection.execute(claims.delete().where(mine))
    for visit in visits:  # the sequence grows: what was seen or noted of the visit before holds no longer
        update_row(connection, replace(visit, person=taker, sequence=visit.sequence + 1))
    for visit in sorted(visits, key=lambda one: bool(one.override_reason)):
        if own := wanted[visit.key]:
            _put_down(connection, visit, own)
    return tuple(wanted)


def _put_down(connection: sa.Connection, visit: Appointment, own: Sequence[Claim]) -> None:
    if visit.override_reason:
        put_down_over(connection, visit.key, own)
    else:
        put_down(connection, visit.key, own, [0] * len(own))


def _own_claims(connection: sa.Connection, visit: Appointment) -> list[Claim]:
    """What the visit claims of the person."""
    if visit.person is None or visit.status in (Status.CANCELLED, Status.LAPSED):
        return []
    resource = person_resource(visit.person)
    return [one for one in standing_claims(connection, visit.key) if one.resource == resource]


def _as_of(own: Sequence[Claim], person_id: str) -> list[Claim]:
    return [replace(one, resource=person_resource(person_id)) for one in own]
