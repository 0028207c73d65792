"""Two charts of one person are joined, and separated again: one stays open, the other is closed.

No document changes its chart; whoever reads about the person reads all of them. See docs/decisions/0021.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from spondyl.booking import moment_words
from spondyl.clinic.care.intake_record import age_is_known, every, mark_again
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.canonical_json import canonical
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.films import films_to_give_back, move_films
from spondyl.clinic.chart.guard import named_for
from spondyl.clinic.chart.moved_bookings import (
    MovedBookings,
    bookings_to_come,
    coming_visits,
    hold_bookings,
    in_their_way,
    move_bookings,
)
from spondyl.clinic.chart.people import Person, PersonDetails, change_person, people_of
from spondyl.clinic.chart.same_person import charts_of, kept_charts, numbers_of
from spondyl.clinic.chart.tables import chart_joins, joined_charts, people
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.told_apart import ToldApart, told_of

UNKNOWN: dict[str, Any] = {"birth_date": None, "phone": "", "email": "", "sex": "unknown"}
"""What the kept chart takes from the closed one where it says just this: nothing."""


class JoinRefusedError(ValueError):
    """Two charts are not joined, or not separated, as things stand; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """That a chart was joined to the kept one: by whom (as the log names them), when, and what went there."""

    id: str
    closed: str
    kept: str
    by: str
    at: datetime
    bookings: MovedBookings
    films: tuple[str, ...]
    filled: tuple[str, ...]


def join_charts(connection: sa.Connection, *, kept: str, closed: str, actor: str) -> None:
    """Close one chart for the other, which is the same person's; what is booked and the films go to that one.

    Raises ``JoinRefusedError``; that no adjustment session of either is open, the caller has looked.
    """
    hold_bookings(connection, kept, closed)
    known = _held(connection, kept, closed)
    _refuse_unless_joinable(connection, known[kept], known[closed])
    _refuse_if_two_at_once(connection, known[kept], known[closed])
    filled = _fill(connection, known[kept], known[closed].details, actor=actor)
    is_first = sa.exists().where(joined_charts.c.person_id == kept)
    if not connection.execute(sa.select(is_first)).scalar_one():
        connection.execute(joined_charts.insert().values(person_id=kept, kept=kept))
    connection.execute(joined_charts.insert().values(person_id=closed, kept=kept))
    to_come = bookings_to_come(connection, closed)
    bookings = move_bookings(connection, to_come, giver=closed, taker=kept)
    films = move_films(connection, giver=closed, taker=kept)
    moved = {**asdict(bookings), "films": films, "filled": filled}
    values = {"id": new_id(), "closed": closed, "kept": kept, "moved": canonical(moved)}
    connection.execute(chart_joins.insert().values(**values, joined_by=actor, joined_at=now_of(connection)))
    age_is_known(connection, kept, actor=actor)
    _mark_forms(connection, [kept], actor=actor)
    _record_both(connection, kept, closed, actor=actor, action="join charts", moved=moved)


def separate_charts(connection: sa.Connection, closed: str, *, actor: str) -> None:
    """Open a closed chart again; what went to the kept one and is its own yet comes back.

    What was written since the join stays in the kept chart. Raises ``JoinRefusedError``.
    """
    join = join_of(connection, closed)
    if join is None:
        raise JoinRefusedError("This chart is not joined to another: it was separated already.")
    kept = join.kept
    hold_bookings(connection, kept, closed)
    known = _held(connection, kept, closed)
    if known[closed].erased_at:
        raise JoinRefusedError("This chart was erased together with the one that it was joined to.")
    if join_of(connection, closed) != join:
        raise JoinRefusedError("Somebody separated these charts a moment ago. Load the page again.")
    connection.execute(joined_charts.delete().where(joined_charts.c.person_id == closed))
    others = sa.select(sa.func.count()).where(joined_charts.c.kept == kept)
    if connection.execute(others).scalar_one() == 1:
        connection.execute(joined_charts.delete().where(joined_charts.c.kept == kept))
    bookings = move_bookings(connection, join.bookings, giver=kept, taker=closed)
    films = films_to_give_back(connection, join.films, giver=kept)
    move_films(connection, giver=kept, taker=closed, ids=films)
    _empty_again(connection, known[kept], known[closed].details, join.filled, actor=actor)
    done = {"separated_by": actor, "separated_at": now_of(connection)}
    connection.execute(chart_joins.update().where(chart_joins.c.id == join.id).values(**done))
    _mark_forms(connection, [kept, closed], actor=actor)
    moved = {**asdict(bookings), "films": films}
    _record_both(connection, kept, closed, actor=actor, action="separate charts", moved=moved)


def join_of(connection: sa.Connection, closed: str) -> Join | None:
    """How a closed chart came to be so; None for a chart that is open."""
    found = _joins(connection, chart_joins.c.closed == closed)
    return found[0] if found else None


def joins_into(connection: sa.Connection, kept: str) -> list[Join]:
    """The charts that were joined to this one, the first join first."""
    return _joins(connection, chart_joins.c.kept == kept)


def why_not_joined(connection: sa.Connection, kept: Person, closed: Person) -> str | None:
    """Why these charts cannot be joined so as things stand, and what to do; None when they can."""
    try:
        _refuse_unless_joinable(connection, kept, closed)
        _refuse_if_two_at_once(connection, kept, closed)
    except JoinRefusedError as refused:
        return str(refused)
    return None


def _joins(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> list[Join]:
    standing = chart_joins.c.separated_at.is_(None), *conditions
    rows = connection.execute(sa.select(chart_joins).where(*standing).order_by(chart_joins.c.joined_at))
    return [_join(row) for row in rows]


def _join(row: Any) -> Join:
    moved = {name: tuple(keys) for name, keys in json.loads(row.moved).items()}
    films, filled = moved.pop("films"), moved.pop("filled")
    return Join(
        id=row.id,
        closed=row.closed,
        kept=row.kept,
        by=row.joined_by,
        at=row.joined_at,
        bookings=MovedBookings(**moved),
        films=films,
        filled=filled,
    )


def _held(connection: sa.Connection, *ids: str) -> dict[str, Person]:
    """The patients; nothing else is written about them before the transaction ends."""
    held = sa.select(people.c.id).where(people.c.id.in_(ids)).order_by(people.c.id).with_for_update()
    connection.execute(held)
    known = people_of(connection, ids)
    if len(known) != 2:
        raise JoinRefusedError("Choose two charts of the clinic; one of these is not there.")
    return known


def _refuse_unless_joinable(connection: sa.Connection, kept: Person, closed: Person) -> None:
    if kept.erased_at or closed.erased_at:
        raise JoinRefusedError("One of these charts was erased, so there is nothing to join.")
    if kept_charts(connection, [kept.id, closed.id]):
        raise JoinRefusedError(
            "One of these charts is joined to another already. Open that one, and join from there."
        )
    if joins_into(connection, closed.id):
        raise JoinRefusedError(
            f"Another chart was joined to record {closed.record_number}. Keep record {closed.record_number}, or "
            "separate those two first."
        )
    told = [one for mine in charts_of(connection, kept.id) if (one := told_of(connection, mine, closed.id))]
    if told:
        raise JoinRefusedError(
            f"{told[0].by} said that these are two people{_of_other(connection, told[0], kept, closed)}. Take that "
            "back first, if it is one person after all."
        )
    if named_for(connection, kept.id) != named_for(connection, closed.id):
        raise JoinRefusedError(
            "These charts do not open for the same staff. Let those who may say who opens each make it the same in "
            "both, under “Who may open it”; then join them."
        )


def _of_other(connection: sa.Connection, told: ToldApart, kept: Person, closed: Person) -> str:
    """Which chart joined to the kept one is meant; nothing where it is the kept one itself."""
    other = told.other if told.one == closed.id else told.one
    if other == kept.id:
        return ""
    return f": records {numbers_of(connection, [other])[other]} and {closed.record_number}"


def _refuse_if_two_at_once(connection: sa.Connection, kept: Person, closed: Person) -> None:
    clashes = in_their_way(connection, coming_visits(connection, closed.id), kept.id)
    if not clashes:
        return
    told = "; ".join(
        f"{moment_words(theirs.wall)} in record {closed.record_number} and {moment_words(mine.wall)} in record "
        f"{kept.record_number}"
        for theirs, mine in clashes
    )
    raise JoinRefusedError(
        f"Nobody is in two rooms at once: {told}. Move or cancel one of "
        "them in the calendar, then join the charts."
    )


def _fill(connection: sa.Connection, kept: Person, other: PersonDetails, *, actor: str) -> list[str]:
    """Let the kept chart know what only the closed one does; returns which fields."""
    said = asdict(other)
    mine = asdict(kept.details)
    filled = [name for name, empty in UNKNOWN.items() if mine[name] == empty != said[name]]
    if filled:
        details = replace(kept.details, **{name: said[name] for name in filled})
        change_person(connection, kept.id, details, actor=actor)
    return filled


def _empty_again(
    connection: sa.Connection, kept: Person, other: PersonDetails, filled: Sequence[str], *, actor: str
) -> None:
    """Take back what was filled in and nobody changed since: it is the other person's."""
    said = asdict(other)
    mine = asdict(kept.details)
    still = {name: UNKNOWN[name] for name in filled if mine[name] == said[name]}
    if still:
        change_person(connection, kept.id, replace(kept.details, **still), actor=actor)


def _mark_forms(connection: sa.Connection, charts: Sequence[str], *, actor: str) -> None:
    """The pages of the day find by a form's mark who waits for a clinician."""
    for person_id in charts:
        for form in every(connection, person_id):
            mark_again(connection, form, actor=actor)


def _record_both(
    connection: sa.Connection, kept: str, closed: str, *, actor: str, action: str, moved: dict[str, Any]
) -> None:
    detail = {"kept": kept, "closed": closed, **moved}
    for one in (kept, closed):
        record(connection, actor=actor, action=action, subject=f"person {one}", detail=detail)
