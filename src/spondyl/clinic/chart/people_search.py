"""Patients by several properties at once, for programs that ask: what is not named exactly finds nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from spondyl.clinic.chart.people import fold
from spondyl.clinic.chart.tables import people


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSought:
    """All of it must fit; None or empty asks nothing. Each inner tuple of ids and numbers is a choice: one must fit.

    ``family`` and ``given`` are beginnings of that name; of ``words`` each is part of the full name. ``born`` are the
    first and the last day that the day of birth may be.
    """

    ids: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[tuple[int, ...], ...] = ()
    words: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    born: tuple[tuple[date, date], ...] = ()
    sexes: tuple[tuple[str, ...], ...] = ()


def ids_sought(connection: sa.Connection, sought: PeopleSought) -> Sequence[str]:
    """The identifiers of the patients who fit, by name; nobody who was erased is among them."""
    name = people.c.folded_name
    conditions = [
        people.c.erased_at.is_(None),
        *(people.c.id.in_(ids) for ids in sought.ids),
        *(people.c.record_number.in_(numbers) for numbers in sought.numbers),
        *(people.c.sex.in_(sexes) for sexes in sought.sexes),
        *(people.c.birth_date.between(*days) for days in sought.born),
        *(name.contains(word, autoescape=True) for words in sought.words for word in fold(words).split()),
        *(name.startswith(fold(begin), autoescape=True) for begin in sought.family),
    ]
    statement = sa.select(people.c.id, people.c.given_name).where(*conditions)
    begins = [fold(begin) for begin in sought.given]
    rows = connection.execute(statement.order_by(name, people.c.record_number))
    return [row.id for row in rows if all(fold(row.given_name).startswith(begin) for begin in begins)]
