"""A restricted chart opens for its named staff only; anybody else breaks the glass, with a reason that is reviewed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.audit import entry_of, record
from spondyl.clinic.chart.canonical_json import digest_of
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.people import people_of
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.same_person import charts_of, closed_charts, kept_chart
from spondyl.clinic.chart.tables import accounts, audit, glass_breaks, people, restrictions
from spondyl.clinic.chart.tables.column_types import new_id

OPEN_FOR = timedelta(hours=1)
SHORTEST_REASON = 10
MAY_RESTRICT = (Role.CLINICIAN, Role.ADMINISTRATOR)
_RESTRICTED = "restrict chart"


class GuardRefusedError(ValueError):
    """A restriction, a reason or a review cannot be as given; the message says why."""


class RestrictionRefusedError(GuardRefusedError):
    """Somebody not named for a restricted chart wants to say who may open it."""

    def __init__(self) -> None:
        super().__init__(
            "Only the staff named for this chart may change who opens it; when none of them is left, an administrator."
        )


class RestrictionChangedError(GuardRefusedError):
    """Somebody changed who may open the chart since the page was opened."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else changed who may open this chart while you had the page open, and nothing of yours was "
            "saved. Below stands who may open it now: tick what should change, and save once more."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionChange:
    """Who may open a chart was changed: by whom (as the log names them), when, and the names of those who may now."""

    actor: str
    at: datetime
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassBreak:
    """One opening of a restricted chart by somebody not named for it, and how who may open it was changed meanwhile."""

    id: str
    person_id: str
    person_name: str
    account_name: str
    reason: str
    at: datetime
    reviewed_by: str | None
    reviewed_at: datetime | None
    finding: str | None
    changes: tuple[RestrictionChange, ...]


def may_restrict(connection: sa.Connection, person_id: str, account: Account) -> bool:
    """True for who may say whose chart this is: anybody of those roles while it is open to all, then the named ones.

    When none of the named can any more, an administrator may, who breaks the glass to get there.
    """
    named = named_for(connection, person_id)
    if account.role not in MAY_RESTRICT or not named or account.id in named:
        return account.role in MAY_RESTRICT
    left = sa.select(sa.func.count()).where(
        accounts.c.id.in_(named), accounts.c.active, accounts.c.role.in_([one.value for one in MAY_RESTRICT])
    )
    return account.role is Role.ADMINISTRATOR and connection.execute(left).scalar_one() == 0


def restrict_by(
    connection: sa.Connection,
    person_id: str,
    *,
    account_ids: Collection[str],
    account: Account,
    shown: Collection[str],
) -> None:
    """``restrict`` for somebody of the staff; raises ``RestrictionRefusedError``. Of two at once one waits.

    ``shown``: who was named on the page of the change; raises ``RestrictionChangedError`` when others are by now, and
    not those who are wanted.
    """
    connection.execute(sa.select(people.c.id).where(people.c.id == person_id).with_for_update())
    if not may_restrict(connection, person_id, account):
        raise RestrictionRefusedError
    if named_for(connection, person_id) not in (frozenset(shown), frozenset(account_ids)):
        raise RestrictionChangedError
    restrict(connection, person_id, account_ids=account_ids, actor=account.sign_in_name)


def restrict(connection: sa.Connection, person_id: str, *, account_ids: Collection[str], actor: str) -> None:
    """Let only these accounts open a chart; with none named the chart is open to all staff again.

    Charts of one person that were joined open for the same staff.
    """
    named, now, charts = sorted(set(account_ids)), now_of(connection), charts_of(connection, person_id)
    connection.execute(restrictions.delete().where(restrictions.c.person_id.in_(charts)))
    rows = [
        {"person_id": chart, "account_id": account, "set_at": now} for chart in charts for account in named
    ]
    if rows:
        connection.execute(restrictions.insert(), rows)
    for chart in charts:
        record(
            connection,
            actor=actor,
            action=_RESTRICTED,
            subject=f"person {chart}",
            detail={"accounts": named},
        )


def named_for(connection: sa.Connection, person_id: str) -> frozenset[str]:
    """The accounts that a restricted chart opens for; empty when it is not restricted."""
    found = connection.execute(
        sa.select(restrictions.c.account_id).where(restrictions.c.person_id == person_id)
    )
    return frozenset(found.scalars())


def may_open(connection: sa.Connection, person_id: str, account_id: str) -> bool:
    """True when the chart is not restricted, is restricted to this account, or its glass was broken by it just now."""
    named = named_for(connection, person_id)
    if not named or account_id in named:
        return True
    kept = kept_chart(connection, person_id)
    opened = _broken_now(connection, account_id).where(glass_breaks.c.person_id == kept)
    return connection.execute(opened).first() is not None


def _broken_now(connection: sa.Connection, account_id: str) -> sa.Select[Any]:
    """The charts whose glass this account broke within the hour, and not by a clock that was ahead and was set back."""
    now = now_of(connection)
    within = sa.and_(glass_breaks.c.at <= now, glass_breaks.c.until > now)
    return sa.select(glass_breaks.c.person_id).where(glass_breaks.c.account_id == account_id, within)


def shut_for(connection: sa.Connection, account_id: str) -> frozenset[str]:
    """The patients whose charts this account may not open now, in two queries, or three where glass was broken."""
    named: dict[str, set[str]] = {}
    for row in connection.execute(sa.select(restrictions.c.person_id, restrictions.c.account_id)):
        named.setdefault(row.person_id, set()).add(row.account_id)
    opened = set(connection.execute(_broken_now(connection, account_id)).scalars())
    shut = frozenset(one for one, accounts in named.items() if account_id not in accounts)
    closed = closed_charts(connection) if shut and opened else {}
    return frozenset(one for one in shut if closed.get(one, one) not in opened)


def break_glass(connection: sa.Connection, person_id: str, *, account: Account, reason: str) -> None:
    """Open a restricted chart for an hour, with those joined to it; the reason goes to the review.

    The log keeps its digest only: words there would outlast the erasure of the patient.
    """
    text = reason.strip()
    if not SHORTEST_REASON <= len(text) <= 1000:
        raise GuardRefusedError(
            f"Give a reason of {SHORTEST_REASON} to 1000 characters; this one has {len(text)}."
        )
    person_id, now = kept_chart(connection, person_id), now_of(connection)
    values = {"id": new_id(), "person_id": person_id, "account_id": account.id, "reason": text}
    connection.execute(glass_breaks.insert().values(**values, at=now, until=now + OPEN_FOR))
    detail = {"opening": values["id"], "reason_digest": digest_of(text)}
    actor = account.sign_in_name
    record(connection, actor=actor, action="break glass", subject=f"person {person_id}", detail=detail)


def glass_break_list(connection: sa.Connection, *, reviewed: bool) -> list[GlassBreak]:
    """The openings that were, or were not yet, reviewed; the newest first."""
    done = glass_breaks.c.reviewed_at.is_not(None)
    statement = (
        sa.select(glass_breaks, accounts.c.full_name)
        .join(accounts, accounts.c.id == glass_breaks.c.account_id)
        .where(done if reviewed else ~done)
        .order_by(glass_breaks.c.at.desc())
    )
    rows = connection.execute(statement.limit(500)).all()
    changes = _changes_since(connection, min((row.at for row in rows), default=now_of(connection)))
    whose = people_of(connection, {row.person_id for row in rows})
    return [
        _glass_break(row, whose[row.person_id].full_name, changes.get(f"person {row.person_id}", []))
        for row in rows
    ]


def openings_to_review(connection: sa.Connection, *, reviewer: Account) -> int:
    """How many openings wait for this administrator: nobody reviews their own."""
    waiting = sa.and_(glass_breaks.c.reviewed_at.is_(None), glass_breaks.c.account_id != reviewer.id)
    return connection.execute(sa.select(sa.func.count()).where(waiting)).scalar_one()


def _changes_since(connection: sa.Connection, first: datetime) -> dict[str, list[RestrictionChange]]:
    """What was done to restrictions since then, by the subject in the log; the oldest first."""
    names = {row.id: row.full_name for row in connection.execute(sa.select(accounts))}
    since = audit.c.at >= first.astimezone(UTC).isoformat()
    wanted = sa.select(audit).where(audit.c.action == _RESTRICTED, since).order_by(audit.c.at)
    found: dict[str, list[RestrictionChange]] = {}
    for entry in map(entry_of, connection.execute(wanted)):
        named = tuple(names[one] for one in entry.detail["accounts"])
        change = RestrictionChange(actor=entry.actor, at=entry.at, named=named)
        found.setdefault(entry.subject, []).append(change)
    return found


def review_glass_break(connection: sa.Connection, break_id: str, *, finding: str, reviewer: Account) -> None:
    """Note that an administrator looked at an opening and what they found; nobody reviews their own."""
    asked = sa.select(glass_breaks).where(glass_breaks.c.id == break_id)
    row = connection.execute(asked.with_for_update()).one_or_none()
    if row is None or row.reviewed_at is not None:
        raise GuardRefusedError("This opening was reviewed already, or there is none.")
    if row.account_id == reviewer.id:
        raise GuardRefusedError("Nobody reviews their own opening; another administrator must.")
    if not finding.strip() or len(finding) > 1000:
        raise GuardRefusedError("Say in a few words what you found, at most 1000 characters.")
    values = {
        "reviewed_by": reviewer.sign_in_name,
        "reviewed_at": now_of(connection),
        "finding": finding.strip(),
    }
    connection.execute(glass_breaks.update().where(glass_breaks.c.id == break_id).values(**values))
    actor = reviewer.sign_in_name
    detail = {"opening": break_id, "finding_digest": digest_of(finding.strip())}
    record(connection, actor=actor, action="review glass", subject=f"person {row.person_id}", detail=detail)


def _glass_break(row: Any, person_name: str, changes: Sequence[RestrictionChange]) -> GlassBreak:
    return GlassBreak(
        id=row.id,
        person_id=row.person_id,
        person_name=person_name,
        account_name=row.full_name,
        reason=row.reason,
        at=row.at,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        finding=row.finding,
        changes=tuple(one for one in changes if row.at <= one.at < row.until),
    )
