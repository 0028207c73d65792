"""The calendar's page, undo, and the free starts that light up while a visit is dragged."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from spondyl.booking import Practice
from spondyl.clinic.chart.freed_times import undo_and_wait
from spondyl.clinic.chart.outbox import mail_state
from spondyl.clinic.chart.practice import has_practice, practice_of
from spondyl.clinic.chart.practice_change import falls_outside
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.chart.untold import count_untold, note_told, untold
from spondyl.clinic.chart.waitlist import count_waiting
from spondyl.clinic.messages.when import day_words
from spondyl.clinic.web.calendar.away_words import away_then
from spondyl.clinic.web.calendar.board import Board, day_board, week_board
from spondyl.clinic.web.calendar.choices import AskedDay, next_open_day, practice_day, undo_bar
from spondyl.clinic.web.calendar.outside_rows import outside_rows
from spondyl.clinic.web.calendar.telephone_calls import call_words
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.rights import AnyStaff
from spondyl.clinic.web.services import Clinic
from spondyl.clinic.web.writer import Writer

router = APIRouter(prefix="/calendar", include_in_schema=False)
TOLD = "Noted: told by telephone."
CHANGED_SINCE = "NOT noted: the visit was changed meanwhile. Look what is to be told now."
By = Literal["provider", "room", "office"]


class PartAsked:
    """A day, or ``today`` whatever happens on it; with neither the calendar opens on a day when something happens.

    Of the calls those after the first ``calls_after``.
    """

    def __init__(
        self,
        day: AskedDay = None,
        today: str | None = None,
        calls_after: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    ) -> None:
        self.day, self.calls_after = day, calls_after
        self.is_open = day is None and today is None


@router.get("")
def calendar(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    asked: Annotated[PartAsked, Depends(PartAsked)],
    view: Literal["day", "week"] = "day",
    by: By = "provider",
    show: str = "",
) -> Response:
    """A day by provider, room or office, or a week; ``show`` keeps one office or one provider."""
    with reading(services.engine) as connection:
        if not has_practice(connection):
            return page(request, "calendar/no_practice.html", {"role": viewer.role.value})
        practice = practice_of(connection)
        day = practice_day(connection, practice, asked.day)
        chosen = next_open_day(connection, practice, day) if asked.is_open else day
        office = show if any(one.key == show for one in practice.offices) else None
        provider = show if any(one.key == show for one in practice.providers) else None
        if view == "week":
            board = week_board(connection, practice, chosen, provider, office)
        else:
            board = day_board(connection, practice, chosen, by, provider=provider, office=office)
        shown = _shown(practice, board, chosen, 7 if view == "week" else 1)
        shown |= {"changes": undo_bar(connection, practice), "mail": mail_state(connection)}
        shown |= {"waiting": count_waiting(connection)}
        shown |= {"calls": _calls(connection, asked.calls_after)}
        shown |= {"outside": outside_rows(connection, practice, falls_outside(connection, practice))}
    shown |= {"closed": None if chosen == day else day_words(day)}
    return page(
        request, "calendar/board.html", shown | {"view": view, "by": by, "show": show, "office": office}
    )


@router.post("/undo")
def undo_change(
    request: Request,
    viewer: AnyStaff,
    writer: Writer,
    change: Annotated[str, Form(max_length=40)],
    back: Annotated[str, Form(max_length=200)] = "/calendar",
) -> Response:
    """Undo a change as a whole."""

    def undone(connection: sa.Connection) -> tuple[int, int, str]:
        visits, waiting = undo_and_wait(connection, change, actor=viewer.actor)
        return len(visits), waiting, away_then(connection, visits)

    visits, waiting, away = writer(undone)
    address = back if back.startswith(("/calendar", "/patients/")) else "/calendar"
    back_words = "the visit is as it was" if visits == 1 else f"{visits} visits are as they were"
    again = "Who left the waitlist by it waits again, in the old place." if waiting else ""
    return see_other(request, address, notice=f"Undone: {back_words}. {away}{again}".strip())


@router.post("/told/{visit}")
def told(
    request: Request,
    viewer: AnyStaff,
    writer: Writer,
    visit: str,
    sequence: Annotated[int, Form(ge=0, le=2**31 - 1)],
    back: Annotated[str, Form(max_length=200)] = "/calendar",
) -> Response:
    """Note that the patient was told by telephone what no letter could say."""
    is_told = writer(lambda connection: note_told(connection, visit, sequence=sequence, actor=viewer.actor))
    address = back if back.startswith("/calendar") else "/calendar"
    return see_other(
        request, address, notice=TOLD if is_told else None, problem=None if is_told else CHANGED_SINCE
    )


def _calls(connection: sa.Connection, after: int) -> dict[str, Any]:
    """Whom to call; from the first again when fewer are left than were to be left out."""
    total = count_untold(connection)
    after = after if after < total else 0
    rows = [call_words(one) for one in untold(connection, after=after)]
    return {"rows": rows, "after": after, "total": total}


def _shut_days(practice: Practice, first: date, count: int) -> list[date]:
    """The days shown on which no office opens; a week is shown from Monday."""
    first -= timedelta(days=first.weekday() if count == 7 else 0)
    days = [first + timedelta(days=number) for number in range(count)]
    return [day for day in days if not any(office.open_on(day) for office in practice.offices)]


def _shown(practice: Practice, board: Board, day: date, step: int) -> dict[str, Any]:
    return {
        "board": board,
        "practice": practice,
        "day": day,
        "day_words": day_words(day),
        "earlier": day - timedelta(days=step),
        "later": day + timedelta(days=step),
        "shut_days": [one.isoformat() for one in _shut_days(practice, day, step)],
        "count": sum(len(column.blocks) for column in board.columns),
    }
