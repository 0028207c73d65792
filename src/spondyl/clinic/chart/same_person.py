"""Which charts are one person's. Whoever reads about a person reads all of them, whichever of them was named.

One is kept; the others are closed: they stay as they are and take nothing new. See docs/decisions/0021.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from spondyl.clinic.chart.tables import chart_joins, joined_charts, people


class ChartClosedError(ValueError):
    """Something new was to be put into a chart that was joined to another; ``kept`` is the identifier of that one."""

    def __init__(self, kept: str, record_number: int) -> None:
        super().__init__(
            f"This chart was joined to record {record_number}, which is the same person's, and takes nothing new. "
            f"Open record {record_number} and do it there."
        )
        self.kept = kept
        self.record_number = record_number


# In words: most functions of the chart ask this, and to put it together takes longer than the answer.
_CHARTS = sa.text(
    "SELECT CAST(:of_person AS VARCHAR) UNION ALL SELECT beside.person_id FROM joined_charts AS here "
    "JOIN joined_charts AS beside ON here.kept = beside.kept WHERE here.person_id = :of_person"
)


def same_person(column: sa.ColumnElement[str], person_id: str) -> sa.ColumnElement[bool]:
    """Whether a column names this chart or another chart of the same person; the index of the column is used."""
    return column.in_(_CHARTS.bindparams(of_person=person_id))


def charts_of(connection: sa.Connection, person_id: str) -> tuple[str, ...]:
    """The charts of the person whose chart this is, the kept one first, then the closed ones by record number."""
    is_kept = sa.exists().where(joined_charts.c.kept == people.c.id)
    first = (sa.case((is_kept, 0), else_=1), people.c.record_number)
    rows = connection.execute(
        sa.select(people.c.id).where(same_person(people.c.id, person_id)).order_by(*first)
    )
    return tuple(rows.scalars())


def kept_chart(connection: sa.Connection, person_id: str) -> str:
    """The chart that is open for this person: the one that was kept, or this one where nothing was joined."""
    kept = sa.select(joined_charts.c.kept).where(joined_charts.c.person_id == person_id)
    return connection.execute(kept).scalar_one_or_none() or person_id


def kept_charts(connection: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """For each of these charts that is closed the one that was kept, in one query."""
    closed = joined_charts.c.person_id.in_(ids), joined_charts.c.kept != joined_charts.c.person_id
    rows = connection.execute(sa.select(joined_charts.c.person_id, joined_charts.c.kept).where(*closed))
    return {row.person_id: row.kept for row in rows}


def closed_charts(connection: sa.Connection) -> dict[str, str]:
    """Every closed chart of the clinic with the one that was kept."""
    is_closed = joined_charts.c.kept != joined_charts.c.person_id
    return {row.person_id: row.kept for row in connection.execute(sa.select(joined_charts).where(is_closed))}


def numbers_of(connection: sa.Connection, ids: Collection[str]) -> dict[str, int]:
    """The record numbers of these charts."""
    rows = connection.execute(sa.select(people.c.id, people.c.record_number).where(people.c.id.in_(ids)))
    return {row.id: row.record_number for row in rows}


def charts_beside(connection: sa.Connection, ids: Collection[str]) -> dict[str, list[str]]:
    """Which of these charts each chart of the same persons is read for: itself, and those joined with it."""
    here, beside = joined_charts.alias("here"), joined_charts.alias("beside")
    statement = (
        sa.select(here.c.person_id, beside.c.person_id.label("other"))
        .join(beside, here.c.kept == beside.c.kept)
        .where(here.c.person_id.in_(ids), here.c.person_id != beside.c.person_id)
    )
    found = {one: [one] for one in ids}
    for row in connection.execute(statement):
        found.setdefault(row.other, []).append(row.person_id)
    return found


def are_same_person(connection: sa.Connection, one: str, other: str) -> bool:
    """Whether two charts are the same, or one person's."""
    return one == other or kept_chart(connection, one) == kept_chart(connection, other)


def joined_since(connection: sa.Connection, person_id: str, moment: datetime) -> bool:
    """Whether a chart of this person was joined at a moment or after it, so that a page made then did not show it."""
    kept = kept_chart(connection, person_id)
    since = sa.exists().where(
        chart_joins.c.kept == kept, chart_joins.c.separated_at.is_(None), chart_joins.c.joined_at >= moment
    )
    return bool(connection.execute(sa.select(since)).scalar_one())


def refuse_if_closed(connection: sa.Connection, person_id: str) -> None:
    """Raise ``ChartClosedError`` for a chart that was joined to another.

    Whoever holds the patient's row (``refuse_if_erased``) or has put claims down sees a join that was made meanwhile.
    """
    kept = kept_chart(connection, person_id)
    if kept != person_id:
        raise ChartClosedError(kept, numbers_of(connection, [kept])[kept])
