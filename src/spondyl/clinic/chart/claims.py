"""What is occupied: claims put down, taken away and read. The database refuses what overlaps."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from spondyl.booking import (
    Absence,
    Appointment,
    Claim,
    Diary,
    Horizon,
    Practice,
    clash,
    diary_of_stretches,
    occupied,
)
from spondyl.booking.claim import LONGEST_CLAIM
from spondyl.clinic.chart.engine import is_embedded
from spondyl.clinic.chart.quick_read import QuickRead
from spondyl.clinic.chart.tables.booking import absences, claims
from spondyl.clinic.chart.tables.column_types import driver_instant

_EXCLUDED = "23P01"  # PostgreSQL's exclusion_violation


class TimeTakenError(ValueError):
    """Somebody else has that time; the message says what to do next."""


_INSERT = claims.insert()
# Made once: every page with free times asks these.
_EXCLUSIVE = QuickRead(
    sa.select(
        claims.c.resource, claims.c.office, claims.c.starts_s, claims.c.ends_s, claims.c.appointment
    ).where(
        claims.c.exclusive,
        claims.c.starts_s > sa.bindparam("after_s"),
        claims.c.starts_s < sa.bindparam("before_s"),
        claims.c.ends_s > sa.bindparam("from_s"),
        sa.or_(
            claims.c.office != sa.bindparam("here"),
            sa.and_(
                claims.c.starts_s < sa.bindparam("here_before_s"),
                claims.c.ends_s > sa.bindparam("here_from_s"),
            ),
        ),
    )
)
_ABSENCES = QuickRead(
    sa.select(
        absences.c.provider,
        absences.c.room,
        absences.c.instrument,
        absences.c.starts_at,
        absences.c.ends_at,
        absences.c.reason,
    ).where(absences.c.ends_at > sa.bindparam("begins"), absences.c.starts_at < sa.bindparam("ends"))
)
_SHUT_OUT = sa.text("LOCK TABLE claims IN SHARE ROW EXCLUSIVE MODE")
# One statement takes the resources' locks in their order and then puts the claims down. Without the locks two
# transactions that claim overlapping times at the same moment wait for each other until one is thrown out.
LOCK_SQL = (
    "SELECT count(pg_advisory_xact_lock(hashtextextended(name, 7))) AS n "
    "FROM unnest(CAST(%(resources)s AS text[])) AS name"
)
CLAIM_SQL = (
    "INSERT INTO claims (appointment, resource, office, lane, exclusive, starts_s, ends_s) "
    "SELECT c.* FROM locked, json_to_recordset(CAST(%(claimed)s AS json)) AS c(appointment text, resource text, "
    "office text, lane int, exclusive bool, starts_s bigint, ends_s bigint) WHERE locked.n >= 0"
)
_LOCK_AND_INSERT = f"WITH locked AS MATERIALIZED ({LOCK_SQL}) {CLAIM_SQL}"


def put_down(
    connection: sa.Connection, appointment: str, wanted: Sequence[Claim], lanes: Sequence[int]
) -> None:
    """Claim for an appointment; raises ``TimeTakenError`` when the database finds something in the way.

    The transaction cannot go on after the error; undo it, or put the call into a savepoint.
    """
    rows = claim_rows(appointment, wanted, lanes)
    try:
        if is_embedded(connection):
            connection.execute(_INSERT, rows)
        else:
            connection.exec_driver_sql(_LOCK_AND_INSERT, claims_given(rows))
    except IntegrityError as error:
        raise taken_instead_of(error) from error


def taken_instead_of(error: IntegrityError) -> Exception:
    """``TimeTakenError`` when the database refused an overlap, otherwise the error itself."""
    if not _is_overlap(error):
        return error
    return TimeTakenError("That time was taken a moment ago; choose another.")


def shut_out_bookings(connection: sa.Connection) -> None:
    """Wait until everybody who puts down or takes away claims has ended, and let nobody begin before this transaction
    ends: they then see all of it, and what is read after this call misses none of theirs."""
    if not is_embedded(connection):  # which has one writer at a time anyway
        connection.execute(_SHUT_OUT)


def take_away(connection: sa.Connection, appointments: Iterable[str]) -> None:
    """Free everything that these appointments occupy."""
    connection.execute(claims.delete().where(claims.c.appointment.in_(list(appointments))))


def in_the_way(connection: sa.Connection, wanted: Sequence[Claim]) -> list[tuple[str, Claim, int]]:
    """The claims that stand in the way of those wanted, in any lane: appointment, claim, lane."""
    first = min(seconds_of(claim.start) for claim in wanted)
    last = max(seconds_of(claim.end) for claim in wanted)
    rows = connection.execute(
        sa.select(claims).where(
            claims.c.resource.in_({claim.resource for claim in wanted}),
            claims.c.starts_s < last,
            claims.c.starts_s > first - int(LONGEST_CLAIM.total_seconds()),
            claims.c.ends_s > first,
        )
    )
    found = [(row.appointment, _claim(row), row.lane) for row in rows]
    return [one for one in found if any(clash(one[1], claim) for claim in wanted)]


def diary_between(
    connection: sa.Connection,
    practice: Practice,
    horizon: Horizon,
    *,
    without: Iterable[str] = (),
    around: tuple[datetime, datetime] | None = None,
    here: tuple[str, datetime, datetime] | None = None,
) -> Diary:
    """The diary of a stretch of days; ``without`` leaves out what these appointments occupy.

    With ``around`` only what touches [first, last) is read, with ``here`` at this office only what touches its own
    [first, last): elsewhere the diary looks free and must not be asked.
    """
    begin, end = around or (horizon.start, horizon.end)
    office, here_begin, here_end = here or ("", begin, end)
    rows = _EXCLUSIVE.rows(
        connection,
        after_s=seconds_of(begin) - int(LONGEST_CLAIM.total_seconds()),
        before_s=seconds_of(end),
        from_s=seconds_of(begin),
        here=office,
        here_before_s=seconds_of(here_end),
        here_from_s=seconds_of(here_begin),
    )
    left_out = set(without)
    taken = ((row[0], row[1], row[2], row[3]) for row in rows if row[4] not in left_out)
    return diary_of_stretches(practice, horizon, taken, absences_between(connection, horizon))


def absences_between(connection: sa.Connection, horizon: Horizon) -> list[Absence]:
    """Who is away, and what is out of use, in a stretch of days."""
    rows = _ABSENCES.rows(connection, begins=horizon.start, ends=horizon.end)
    return [
        Absence(
            provider=provider,
            room=room,
            instrument=instrument,
            start=driver_instant(start),
            end=driver_instant(end),
            reason=reason,
        )
        for provider, room, instrument, start, end, reason in rows
    ]


def absences_of_visit(connection: sa.Connection, practice: Practice, visit: Appointment) -> list[Absence]:
    """When the provider of a visit is away, or its room or instrument out of use, during any part of it, its buffers
    inside.

    Whoever put claims down or took some away in this transaction knows all: nobody notes an absence until it ends.
    """
    begins, ends = occupied(practice.visit_type(visit.visit_type), visit.start)
    place = visit.placement
    own = [absences.c.provider == place.provider, absences.c.room == place.room]
    own += [absences.c.instrument == place.instrument] if place.instrument else []
    rows = connection.execute(
        sa.select(absences)
        .where(sa.or_(*own))
        .where(absences.c.ends_at > begins, absences.c.starts_at < ends)
        .order_by(absences.c.starts_at)
    )
    return [absence_in(row) for row in rows]


def absence_in(row: Any) -> Absence:
    """The absence in a row of the table."""
    return Absence(
        provider=row.provider,
        room=row.room,
        instrument=row.instrument,
        start=row.starts_at,
        end=row.ends_at,
        reason=row.reason,
    )


def _is_overlap(error: IntegrityError) -> bool:
    return getattr(error.orig, "sqlstate", None) == _EXCLUDED or "claims never overlap" in str(error.orig)


def _row(appointment: str, claim: Claim, lane: int) -> dict[str, Any]:
    return {
        "appointment": appointment,
        "resource": claim.resource,
        "office": claim.office,
        "lane": lane,
        "exclusive": claim.exclusive,
        "starts_s": seconds_of(claim.start),
        "ends_s": seconds_of(claim.end),
    }


def claim_rows(appointment: str, wanted: Sequence[Claim], lanes: Sequence[int]) -> list[dict[str, Any]]:
    """The rows of claims, column by column in the order of the table."""
    return [_row(appointment, claim, lane) for claim, lane in zip(wanted, lanes, strict=True)]


def claims_given(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What ``LOCK_SQL`` and ``CLAIM_SQL`` are given; JSON, because it is quicker to write than a list per column."""
    return {"claimed": json.dumps(rows), "resources": sorted({row["resource"] for row in rows})}


def _claim(row: Any) -> Claim:
    return Claim(
        resource=row.resource,
        office=row.office,
        start=_at(row.starts_s),
        end=_at(row.ends_s),
        exclusive=row.exclusive,
    )


def seconds_of(moment: datetime) -> int:
    """The seconds since 1970 by which the table of claims tells an instant."""
    return int(moment.timestamp())


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def standing_claims(connection: sa.Connection, appointment: str) -> list[Claim]:
    """The claims of an appointment, put together again where they were cut into lanes."""
    rows = connection.execute(
        sa.select(
            claims.c.resource,
            claims.c.office,
            claims.c.exclusive,
            sa.func.min(claims.c.starts_s).label("starts_s"),
            sa.func.max(claims.c.ends_s).label("ends_s"),
        )
        .where(claims.c.appointment == appointment)
        .group_by(claims.c.resource, claims.c.office, claims.c.exclusive)
        .order_by(claims.c.resource)
    )
    return [_claim(row) for row in rows]
