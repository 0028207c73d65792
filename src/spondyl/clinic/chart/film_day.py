"""When a film was taken whose file does not say it, as a person states it."""

from datetime import date

import sqlalchemy as sa

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.films import film
from spondyl.clinic.chart.tables import films

FIRST_XRAY = date(1895, 11, 8)


class FilmDayError(ValueError):
    """The film cannot have been taken on that day, or its own file says when it was; the message says which."""


def state_day(
    connection: sa.Connection, film_id: str, day: date | None, *, today: date, born: date | None, actor: str
) -> None:
    """Say when a film was taken whose file does not say it; None takes that back. What was signed stays as it is.

    Raises ``FilmDayError`` for a day before X-rays were known, before the patient was ``born`` or after ``today``,
    and for a film whose file says its day, or that has not been read yet.
    """
    known = film(connection, film_id)
    if known.facts is None:
        raise FilmDayError("The film has not been read yet, and its file may say the day: wait a moment.")
    if known.own_day:
        raise FilmDayError("The film's own file says when it was taken, so no other day was kept.")
    if day is not None:
        _check_day(day, today=today, born=born)
    if day == known.stated_day:
        return
    connection.execute(films.update().where(films.c.id == film_id).values(stated_day=day))
    told = {"day": day and day.isoformat(), "was": known.stated_day and known.stated_day.isoformat()}
    record(connection, actor=actor, action="state film's day", subject=known.subject, detail=told)


def _check_day(day: date, *, today: date, born: date | None) -> None:
    if day > today:
        raise FilmDayError(f"{day} lies in the future, so no film was taken then; check the year.")
    if day < FIRST_XRAY:
        raise FilmDayError(f"{day} lies before the first X-ray picture ({FIRST_XRAY}); check the year.")
    if born is not None and day < born:
        raise FilmDayError(
            f"{day} lies before the patient's birth ({born}); check the day, or whose film this is."
        )
