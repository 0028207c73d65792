"""Two charts that look alike are two people's: said by somebody who asked, and no hint of the pair is given then."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.people import refuse_if_erased
from spondyl.clinic.chart.tables import told_apart


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldApart:
    """That two charts are two people's: which, who said so (as the log names them) and when."""

    one: str
    other: str
    by: str
    at: datetime


def tell_apart(connection: sa.Connection, one: str, other: str, *, actor: str) -> None:
    """Note that these charts are two people's; saying it again changes nothing. Raises ``PersonErasedError``."""
    pair = _pair(one, other)
    for each in pair:
        refuse_if_erased(connection, each)
    if told_of(connection, one, other) is not None:
        return
    values = {"one": pair[0], "other": pair[1], "said_by": actor, "said_at": now_of(connection)}
    connection.execute(told_apart.insert().values(**values))
    _record(connection, pair, actor=actor, action="tell charts apart")


def tell_no_more(connection: sa.Connection, one: str, other: str, *, actor: str) -> None:
    """Take back that these charts are two people's: the hint is given again. Where nobody said it nothing changes."""
    pair = _pair(one, other)
    if connection.execute(told_apart.delete().where(_is(pair))).rowcount:
        _record(connection, pair, actor=actor, action="take back telling apart")


def told_of(connection: sa.Connection, one: str, other: str) -> ToldApart | None:
    """Who said that these charts are two people's; None when nobody did."""
    row = connection.execute(sa.select(told_apart).where(_is(_pair(one, other)))).one_or_none()
    return None if row is None else ToldApart(one=row.one, other=row.other, by=row.said_by, at=row.said_at)


def others_told_apart(connection: sa.Connection, person_id: str) -> list[ToldApart]:
    """The pairs of which this chart is one, the one said last first."""
    named = sa.or_(told_apart.c.one == person_id, told_apart.c.other == person_id)
    rows = connection.execute(sa.select(told_apart).where(named).order_by(told_apart.c.said_at.desc()))
    return [ToldApart(one=row.one, other=row.other, by=row.said_by, at=row.said_at) for row in rows]


def pairs_told_apart(connection: sa.Connection, ids: Collection[str]) -> frozenset[tuple[str, str]]:
    """The pairs with one of these charts, each in both orders; one query."""
    named = sa.or_(told_apart.c.one.in_(ids), told_apart.c.other.in_(ids))
    rows = connection.execute(sa.select(told_apart.c.one, told_apart.c.other).where(named)).all()
    return frozenset((a, b) for row in rows for a, b in ((row.one, row.other), (row.other, row.one)))


def _record(connection: sa.Connection, pair: tuple[str, str], *, actor: str, action: str) -> None:
    for mine, theirs in (pair, pair[::-1]):
        record(connection, actor=actor, action=action, subject=f"person {mine}", detail={"other": theirs})


def _is(pair: tuple[str, str]) -> sa.ColumnElement[bool]:
    return sa.and_(told_apart.c.one == pair[0], told_apart.c.other == pair[1])


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
