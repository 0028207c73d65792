"""A provider is ill, a room or an instrument out of order: the day's visits with proposals, accepted, changed or left,
done as one change."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import combinations
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from spondyl.booking import (
    Absence,
    Appointment,
    Move,
    NoMove,
    Practice,
    Slot,
    absent_name,
    claims_of,
    clashes,
    first_reach,
    wall_at,
)
from spondyl.clinic.chart.absences import (
    NotedAbsence,
    coming_absences,
    note_absence,
    propose_repair,
    take_back_absence,
    visits_in,
    ways_for,
)
from spondyl.clinic.chart.appointment_rows import appointment
from spondyl.clinic.chart.appointments import reschedule_all
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.practice import has_practice, practice_of
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.messages.when import day_words, when_words
from spondyl.clinic.web.calendar.board import names_of
from spondyl.clinic.web.calendar.choices import AskedDay, CalendarDay, practice_day, slot_of_text, slot_words
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.rights import AnyStaff
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.viewer import viewer_of
from spondyl.clinic.web.writer import Writer

router = APIRouter(prefix="/calendar/away", include_in_schema=False)
LATER = "later"
"""Sent for a visit that stays where it is until somebody drags it."""


@router.get("")
def away(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    provider: str = "",
    day: AskedDay = None,
) -> Response:
    """The visits of a provider's day, each with its proposal and two others; without a provider, whose day it is.

    ``provider`` may also be a room or an instrument: "room:…", "instrument:…" with its key.
    """
    if provider:
        return _proposals(request, services, provider, day)
    with reading(services.engine) as connection:
        if not has_practice(connection):
            return page(request, "calendar/no_practice.html", {"role": viewer.role.value})
        practice = practice_of(connection)
        chosen = practice_day(connection, practice, day)
        choices = _choices(practice)
        noted = [_noted_words(practice, one) for one in coming_absences(connection)]
    shown = {"choices": choices, "day": chosen, "noted": noted}
    return page(request, "calendar/away_who.html", shown)


def _proposals(
    request: Request,
    services: Services,
    provider: str,
    day: date | None,
    reason: str = "",
    moves: Mapping[str, str] | None = None,
    clash: str = "",
) -> Response:
    """The page of a provider's day; ``moves`` are what was chosen before something was taken: it stays where it can.
    ``clash`` says which two of them cannot both be had."""
    with reading(services.engine) as connection:
        if not has_practice(connection):
            return page(request, "calendar/no_practice.html", {"role": viewer_of(request).role.value})
        practice = practice_of(connection)
        chosen = practice_day(connection, practice, day)
        absence = absence_of(practice, provider, chosen, "")
        visits = visits_in(connection, absence)
        shown = {
            "absent": provider,
            "name": absent_name(practice, absence),
            "words": absence.words,
            "day": chosen,
            "day_words": day_words(chosen),
            "rows": _rows(connection, practice, visits, absence),
            "again": moves is not None,
            "clash": clash,
            "reason": reason or ("ill" if absence.provider else "out of order"),
            "chosen": moves or {},
            "noted": [
                _noted_words(practice, one)
                for one in coming_absences(connection)
                if one.absence.resource == absence.resource
                and one.absence.start < absence.end
                and absence.start < one.absence.end
            ],
        }
    return page(request, "calendar/away.html", shown, status=200 if moves is None else 409)


def _noted_words(practice: Practice, noted: NotedAbsence) -> dict[str, str]:
    """An absence in words: of whole days, as this page notes it, by the clock of the provider's office."""
    absence = noted.absence
    first = wall_at(_zone_of(practice, absence.resource), absence.start)
    return {
        "key": noted.key,
        "who": absent_name(practice, absence),
        "words": absence.words,
        "day": day_words(first.date()),
        "reason": absence.reason,
    }


def _choices(practice: Practice) -> list[tuple[str, str]]:
    """Everybody, every room and every instrument, as ``absence_of`` knows them."""
    names = {one.key: one.name for one in practice.offices}
    return [
        *((one.key, one.name) for one in practice.providers),
        *((f"room:{one.key}", f"{one.name}, {names[one.office]}") for one in practice.rooms),
        *((f"instrument:{one.key}", f"{one.name}, {names[one.office]}") for one in practice.instruments),
    ]


def _zone_of(practice: Practice, resource: str) -> str:
    """The zone of the office of a room or an instrument, and of the first at which a provider works; of the practice's
    first where there is none."""
    former = practice.former
    rooms, machines = practice.rooms + former.rooms, practice.instruments + former.instruments
    places = {f"room:{one.key}": one.office for one in rooms}
    places |= {f"instrument:{one.key}": one.office for one in machines}
    places |= {f"provider:{one.key}": one.shifts[0].office for one in practice.providers if one.shifts}
    return practice.office(places.get(resource, practice.offices[0].key)).zone


def absence_of(practice: Practice, absent: str, day: date, reason: str) -> Absence:
    """The whole day, from midnight to midnight by the clock of the (first) office of who or what is absent."""
    if absent not in dict(_choices(practice)):
        raise HTTPException(404, "There is no such provider, room or instrument.")
    kind, _, key = absent.rpartition(":")
    resource = f"{kind or 'provider'}:{key}"
    zone = _zone_of(practice, resource)
    start, end = first_reach(zone, day, 0), first_reach(zone, day + timedelta(days=1), 0)
    if kind == "room":
        return Absence(room=key, start=start, end=end, reason=reason)
    if kind == "instrument":
        return Absence(instrument=key, start=start, end=end, reason=reason)
    return Absence(provider=key, start=start, end=end, reason=reason)


def _rows(
    connection: sa.Connection, practice: Practice, visits: list[Appointment], absence: Absence
) -> list[dict[str, Any]]:
    names = names_of(connection, visits)
    return [
        _row(connection, practice, visit, move, names.get(visit.person or "", ""), absence)
        for visit, move in zip(visits, propose_repair(connection, visits, absence), strict=True)
    ]


def _row(
    connection: sa.Connection,
    practice: Practice,
    visit: Appointment,
    move: Move | NoMove,
    who: str,
    absence: Absence,
) -> dict[str, Any]:
    others: list[dict[str, str]] = []
    same = {"value": ""}  # another room is no other choice
    if isinstance(move, Move):
        others = [
            slot_words(practice, way.slot) | {"note": way.note}
            for way in ways_for(connection, visit, absence=absence)
            if slot_words(practice, way.slot) | same != slot_words(practice, move.slot) | same
        ]
    return {
        "visit": visit,
        "who": who,
        "now": when_words(visit.wall),
        "what": practice.visit_type(visit.visit_type).name,
        "course": visit.course is not None,
        "proposal": _proposal(practice, move, absence) if isinstance(move, Move) else None,
        "others": others,
        "reason": "" if isinstance(move, Move) else move.reason,
    }


def _proposal(practice: Practice, move: Move, absence: Absence) -> dict[str, str]:
    """What a move changes; where a thing is out of use, at the same time it is the room that may be another."""
    room = "" if absence.provider else f", {practice.room(move.slot.placement.room).name}"
    return slot_words(practice, move.slot) | {"note": f"{move.note}{room}"}


class AwayForm:
    """Who is away, or what is out of use, and when."""

    def __init__(
        self,
        provider: Annotated[str, Form(max_length=60)],
        day: Annotated[CalendarDay, Form()],
        reason: Annotated[str, Form(max_length=100)] = "",
    ) -> None:
        self.provider, self.day, self.reason = provider, day, reason


async def sent_moves(request: Request) -> list[tuple[str, str]]:
    """Appointment and slot of every ``move-…`` field; ``LATER`` leaves the visit where it is."""
    fields = (await request.form()).multi_items()
    return [
        (name.removeprefix("move-"), value)
        for name, value in fields
        if name.startswith("move-") and isinstance(value, str)
    ]


@router.post("")
def go_away(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    writer: Writer,
    form: Annotated[AwayForm, Depends(AwayForm)],
    sent: Annotated[list[tuple[str, str]], Depends(sent_moves)],
) -> Response:
    """Note the absence and move what was accepted: one change, one undo."""
    with reading(services.engine) as connection:
        practice = practice_of(connection)
        absence = absence_of(practice, form.provider, form.day, form.reason.strip() or "no reason given")
        pairs = [_pair(connection, practice, key, text) for key, text in sent if text != LATER]
    name = absent_name(practice, absence)
    words = f"{name} {absence.words} {form.day.day} {form.day:%b}, {len(pairs)} moved"
    try:
        left = writer(lambda connection: _done(connection, absence, pairs, viewer.actor, words))
    except TimeTakenError:
        clash = _clash_words(services, pairs)
        return _proposals(request, services, form.provider, form.day, form.reason, dict(sent), clash)
    notice = " ".join([_moved_words(len(pairs)), *([_left_words(left)] if left else [])])
    return see_other(request, f"/calendar?day={form.day}", notice=notice)


@router.post("/back")
def come_back(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    writer: Writer,
    absence: Annotated[str, Form(max_length=40)],
) -> Response:
    """Take a noted absence back; the visits that were moved stay where they are."""
    gone = writer(lambda connection: take_back_absence(connection, absence, actor=viewer.actor))
    notice = "That absence was taken back before."
    if gone is not None:
        with reading(services.engine) as connection:
            words = _noted_words(practice_of(connection), NotedAbsence(key=absence, absence=gone))
        notice = (
            f"{words['who']} is {'here' if gone.provider else 'in use'} on {words['day']} after all: "
            "that time is offered again. "
            "Visits that were moved stay where they are."
        )
    return see_other(request, "/calendar/away", notice=notice)


def _moved_words(count: int) -> str:
    if not count:
        return "The absence is noted; no visit was moved."
    return f"{'1 visit' if count == 1 else f'{count} visits'} moved, messages go out."


def _left_words(count: int) -> str:
    if count == 1:
        return "1 visit still needs a new time: drag it, or open it."
    return f"{count} visits still need a new time: drag them, or open them."


def _pair(connection: sa.Connection, practice: Practice, key: str, text: str) -> tuple[str, Slot]:
    return key, slot_of_text(practice, appointment(connection, key).visit_type, text)


def _clash_words(services: Services, pairs: list[tuple[str, Slot]]) -> str:
    """The first two of the times chosen here of which only one can be had; empty when nobody chose such two."""
    with reading(services.engine) as connection:
        practice = practice_of(connection)
        chosen = [(appointment(connection, key), slot) for key, slot in pairs]
        names = names_of(connection, [visit for visit, _ in chosen])
    wanted = [
        (
            f"{names.get(visit.person or '', 'a patient')}, {when_words(slot.wall)}",
            claims_of(
                practice,
                practice.visit_type(visit.visit_type),
                slot.placement,
                slot.start,
                visit.person,
            ),
        )
        for visit, slot in chosen
    ]
    for (one, mine), (other, theirs) in combinations(wanted, 2):
        if clashes(mine, theirs):
            return f"Only one of these two can be had: {one}; and {other}."
    return ""


def _is_same(noted: Absence, absence: Absence) -> bool:
    """Noted already: were it noted twice, taking it back once would leave it noted."""
    return (noted.resource, noted.start, noted.end) == (absence.resource, absence.start, absence.end)


def _done(
    connection: sa.Connection, absence: Absence, pairs: list[tuple[str, Slot]], actor: str, words: str
) -> int:
    change = new_id()
    there = {visit.key for visit in visits_in(connection, absence)}
    if any(key not in there for key, _ in pairs):
        raise TimeTakenError("One of these visits was moved or cancelled meanwhile.")
    if not any(_is_same(one.absence, absence) for one in coming_absences(connection)):
        note_absence(connection, absence, actor=actor, change=change)
    if pairs:
        reschedule_all(connection, pairs, actor=actor, change=change, words=words)
    return len(visits_in(connection, absence))
