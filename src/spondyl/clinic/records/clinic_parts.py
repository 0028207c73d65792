"""What only the clinic's export holds: what can be booked, absences, accounts, who may open which chart, the log."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.accounts import all_accounts
from spondyl.clinic.chart.passkeys import passkeys_of
from spondyl.clinic.chart.tables import (
    accounts,
    audit,
    audit_heads,
    chart_joins,
    glass_breaks,
    people,
    restrictions,
    told_apart,
)
from spondyl.clinic.chart.tables.booking import absences, practice_versions

Line = tuple[str, dict[str, Any]]
AUDIT_BATCH = 5000


def clinic_lines(connection: sa.Connection) -> Iterator[Line]:
    """The file that each line belongs to, and the line."""
    yield from (("practice.ndjson", one) for one in _practices(connection))
    yield from (("absences.ndjson", one) for one in _absences(connection))
    yield from (("accounts.ndjson", one) for one in _accounts(connection))
    yield from (("joins.ndjson", one) for one in _joins(connection))
    yield from (("apart.ndjson", one) for one in _apart(connection))
    yield from (("restrictions.ndjson", one) for one in _restrictions(connection))
    yield from (("openings.ndjson", one) for one in _openings(connection))
    yield from (("audit.ndjson", one) for one in _audit(connection))


def _practices(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    for row in connection.execute(sa.select(practice_versions).order_by(practice_versions.c.version)):
        made = {"version": row.version, "made_by": row.made_by, "made_at": row.made_at.isoformat()}
        yield made | {"practice": json.loads(row.body)}


def _absences(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    for row in connection.execute(
        sa.select(absences).order_by(absences.c.starts_at, absences.c.id)
    ).mappings():
        span = {"starts_at": row["starts_at"].isoformat(), "ends_at": row["ends_at"].isoformat()}
        who = {name: row[name] for name in ("provider", "room", "instrument") if row[name]}
        yield {**who, **span, "reason": row["reason"]}


def _accounts(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """Each account without what proves who somebody is."""
    for one in all_accounts(connection):
        yield {
            "sign_in_name": one.sign_in_name,
            "full_name": one.full_name,
            "role": one.role.value,
            "active": one.active,
            "created_at": one.created_at.isoformat(),
            "has_password": one.has_password,
            "passkeys": len(passkeys_of(connection, one.id)),
            "single_sign_on": one.oidc_subject is not None,
        }


def _joins(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    closed, kept = people.alias("closed"), people.alias("kept")
    statement = (
        sa.select(chart_joins, closed.c.record_number, kept.c.record_number.label("kept_number"))
        .join_from(chart_joins, closed, closed.c.id == chart_joins.c.closed)
        .join(kept, kept.c.id == chart_joins.c.kept)
        .order_by(chart_joins.c.joined_at, chart_joins.c.id)
    )
    for row in connection.execute(statement):
        yield {
            "record_number": row.record_number,
            "joined_to": row.kept_number,
            "joined_by": row.joined_by,
            "joined_at": row.joined_at.isoformat(),
            "separated_by": row.separated_by,
            "separated_at": row.separated_at.isoformat() if row.separated_at else None,
        }


def _apart(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    one, other = people.alias("first"), people.alias("second")
    statement = (
        sa.select(told_apart, one.c.record_number, other.c.record_number.label("other_number"))
        .join_from(told_apart, one, one.c.id == told_apart.c.one)
        .join(other, other.c.id == told_apart.c.other)
        .order_by(one.c.record_number, other.c.record_number)
    )
    for row in connection.execute(statement):
        yield {
            "record_numbers": sorted((row.record_number, row.other_number)),
            "said_by": row.said_by,
            "said_at": row.said_at.isoformat(),
        }


def _restrictions(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    statement = (
        sa.select(people.c.record_number, accounts.c.sign_in_name, restrictions.c.set_at)
        .join_from(restrictions, people, people.c.id == restrictions.c.person_id)
        .join(accounts, accounts.c.id == restrictions.c.account_id)
        .order_by(people.c.record_number, accounts.c.sign_in_name)
    )
    for row in connection.execute(statement):
        yield {
            "record_number": row.record_number,
            "opens_for": row.sign_in_name,
            "set_at": row.set_at.isoformat(),
        }


def _openings(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    statement = (
        sa.select(glass_breaks, people.c.record_number, accounts.c.sign_in_name)
        .join_from(glass_breaks, people, people.c.id == glass_breaks.c.person_id)
        .join(accounts, accounts.c.id == glass_breaks.c.account_id)
        .order_by(glass_breaks.c.at, glass_breaks.c.id)
    )
    for row in connection.execute(statement):
        yield {
            "record_number": row.record_number,
            "opened_by": row.sign_in_name,
            "reason": row.reason,
            "at": row.at.isoformat(),
            "reviewed_by": row.reviewed_by,
            "reviewed_at": row.reviewed_at.isoformat() if row.reviewed_at else None,
            "finding": row.finding,
        }


def _audit(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """Every row of the log with its seal, lane by lane, some thousand at a time: a log is long."""
    lanes = connection.execute(sa.select(audit_heads.c.lane).order_by(audit_heads.c.lane)).scalars().all()
    for lane in lanes:
        last = 0
        while rows := _audit_after(connection, lane, last):
            yield from (dict(row._mapping) for row in rows)
            last = rows[-1].sequence


def _audit_after(connection: sa.Connection, lane: int, last: int) -> list[Any]:
    after = sa.select(audit).where(audit.c.lane == lane, audit.c.sequence > last)
    return list(connection.execute(after.order_by(audit.c.sequence).limit(AUDIT_BATCH)))
