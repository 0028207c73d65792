"""One visit: who, when, where; arrive, move with proposals or by hand, override with a reason, cancel."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import JSONResponse, Response

from spondyl.booking import (
    Appointment,
    Horizon,
    Placement,
    Practice,
    Slot,
    Status,
    day_has_come,
    first_reach,
    instant_of,
)
from spondyl.clinic.chart.absences import ways_for
from spondyl.clinic.chart.accounts import display_names
from spondyl.clinic.chart.appointment_rows import appointment
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.booking_changes import VisitChangedError, last_actor
from spondyl.clinic.chart.claims import TimeTakenError, absences_between
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.free_times import places_on
from spondyl.clinic.chart.freed_times import cancel_and_offer, move_and_offer
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.waitlist_times import takers
from spondyl.clinic.chart.who_came import arrive, note_missed
from spondyl.clinic.messages.when import when_words
from spondyl.clinic.web.calendar.away_words import away_then, away_words
from spondyl.clinic.web.calendar.board import names_of
from spondyl.clinic.web.calendar.choices import (
    FIRST_DAY,
    LAST_DAY,
    AskedDay,
    CalendarDay,
    moment_words,
    slot_of_text,
    slot_text,
    slot_words,
    undo_bar,
)
from spondyl.clinic.web.calendar.past_visits import state_words
from spondyl.clinic.web.calendar.telephone_calls import how_told
from spondyl.clinic.web.calendar.waiting import brief_words, waiting_rows
from spondyl.clinic.web.clinic_words import who_words
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.rights import AnyStaff, StaffOnly
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.writer import Writer

router = APIRouter(prefix="/calendar/visits/{key}", include_in_schema=False)
Sequence = Annotated[int | None, Form(ge=0, le=2**31 - 1)]
"""The visit's SEQUENCE when the page was made."""


@router.get("")
def visit(request: Request, services: Clinic, viewer: AnyStaff, key: str, day: AskedDay = None) -> Response:
    """The visit, the best other times for it, and the free times of a day."""
    with writing(services.engine) as connection:
        one = appointment(connection, key)
        record(connection, actor=viewer.actor, action="open visit", subject=f"appointment {key}")
    with reading(services.engine) as connection:
        shown = _shown(connection, one, day)
    return page(request, "calendar/visit.html", shown | _as_it_is(one, shown["day"]))


def _as_it_is(one: Appointment, day: date) -> dict[str, Any]:
    """The form of a time by hand before anybody wrote in it."""
    sent = {"day": day, "clock": f"{one.wall:%H:%M}", "reason": ""}
    sent |= {"provider": one.placement.provider, "room": one.placement.room}
    return {"sent": sent, "problem": None}


def _shown(connection: sa.Connection, one: Appointment, day: date | None) -> dict[str, Any]:
    practice, chosen = practice_of(connection), one.wall.date()
    if day and FIRST_DAY <= day <= LAST_DAY:
        chosen = day
    movable = one.status is Status.BOOKED
    places = places_on(connection, chosen, moving=one) if movable else []
    own = one.placement.office, one.placement.provider
    return {
        "visit": one,
        "who": names_of(connection, [one]).get(one.person or "", "Kept for somebody"),
        "when": when_words(one.wall),
        "what": practice.visit_type(one.visit_type).name,
        "office": practice.office(one.placement.office),
        "provider": practice.provider(one.placement.provider).name,
        "room": practice.room(one.placement.room).name,
        "ways": [
            slot_words(practice, way.slot) | {"note": way.note}
            for way in (ways_for(connection, one) if movable else ())
        ],
        "takers": _takers(connection, practice, one) if one.status is Status.CANCELLED else [],
        "state": state_words(one),
        "held_until": one.held_until and moment_words(one.held_until, now_of(connection), one.zone),
        "may_arrive": movable and day_has_come(one, now_of(connection)),
        "has_begun": movable and one.start <= now_of(connection),
        "changes": undo_bar(connection, practice, limit=1, visit=one.key),
        "day": chosen,
        "times": [slot_words(practice, slot) for slot in places if _where(slot) == own],
        "elsewhere": [slot_words(practice, slot) for slot in places if _where(slot) != own],
        "away": _away_on(connection, practice, one, chosen) if movable else [],
        "provider_choices": [(who.key, who.name) for who in practice.providers],
        "room_choices": [
            (room.key, f"{room.name}, {practice.office(room.office).name}")
            for room in practice.rooms
            if room.kind is practice.visit_type(one.visit_type).room
        ],
    }


def _where(slot: Slot) -> tuple[str, str]:
    return slot.placement.office, slot.placement.provider


def _away_on(connection: sa.Connection, practice: Practice, one: Appointment, day: date) -> list[str]:
    """Who is away on any part of a day, and why."""
    begins, ends = (first_reach(one.zone, each, 0) for each in (day, day + timedelta(days=1)))
    noted = absences_between(connection, Horizon(first_day=day, days=1))
    return [away_words(practice, each) for each in noted if each.touches(begins, ends)]


def _takers(connection: sa.Connection, practice: Practice, gone: Appointment) -> list[dict[str, Any]]:
    """Who on the waitlist could come in the time that this visit left."""
    found = takers(connection, gone) if gone.start > now_of(connection) else []
    rows = waiting_rows(connection, practice, [entry for entry, _ in found], {})
    return [row | {"slot": brief_words(practice, slot)} for row, (_, slot) in zip(rows, found, strict=True)]


@router.get("/free", dependencies=[StaffOnly])
def free(services: Clinic, key: str, day: CalendarDay) -> Response:
    """Where the visit could be dropped on a day."""
    with reading(services.engine) as connection:
        one, practice = appointment(connection, key), practice_of(connection)
        found = [_target(practice, slot) for slot in places_on(connection, day, moving=one)]
    return JSONResponse({"starts": found})


def _target(practice: Practice, slot: Slot) -> dict[str, Any]:
    place = slot.placement
    return {
        "provider": place.provider,
        "room": place.room,
        "office": place.office,
        "minute": slot.wall.hour * 60 + slot.wall.minute,
        "value": slot_text(slot),
        "with": practice.provider(place.provider).name,
        "where": practice.office(place.office).name,
    }


class MoveForm:
    """Where a visit is moved to, what was seen of it, and the calendar as it was shown."""

    def __init__(
        self,
        to: Annotated[str, Form(max_length=200)],
        sequence: Sequence = None,
        back: Annotated[str, Form(max_length=200)] = "",
    ) -> None:
        self.to, self.sequence, self.back = to, sequence, back


@router.post("/move")
def move(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    writer: Writer,
    key: str,
    form: Annotated[MoveForm, Depends(MoveForm)],
) -> Response:
    """Move the visit to a free time; when it was taken meanwhile, the page shows the nearest ones.

    A visit that somebody else changed meanwhile stays where they put it.
    """
    change = new_id()
    with reading(services.engine) as connection:
        before, practice = appointment(connection, key), practice_of(connection)
        slot = slot_of_text(practice, before.visit_type, form.to)
        told = how_told(person(connection, before.person)) if before.person else ""
    try:
        writer(
            lambda connection: move_and_offer(
                connection, before, slot, actor=viewer.actor, change=change, sequence=form.sequence
            )
        )
    except TimeTakenError as error:
        address = f"/calendar/visits/{key}?day={slot.wall.date()}"
        return see_other(request, address, problem=f"NOT moved: {error}")
    except VisitChangedError:
        return _changed_meanwhile(request, services, key, "NOT moved")
    words = slot_words(practice, slot)
    address = f"/calendar?day={slot.wall.date()}"
    if form.back.startswith("/calendar?"):
        address = f"{form.back}#visit-{key}"
    notice = f"Moved to {words['when']}, with {words['with']} at {words['where']}. {told}"
    return see_other(request, address, notice=notice)


def _changed_meanwhile(request: Request, services: Services, key: str, what: str) -> Response:
    """To the visit as somebody else left it."""
    with reading(services.engine) as connection:
        now, actor = appointment(connection, key), last_actor(connection, key)
        by = f" by {who_words(actor, display_names(connection))}" if actor else ""
    stands = f"it stands on {when_words(now.wall)} now" if now.live else "it is cancelled now"
    if now.status in {Status.ARRIVED, Status.MISSED}:
        stands = f"it is noted as “{state_words(now)}”"
    problem = f"{what}: the visit was changed meanwhile{by}; {stands}."
    return see_other(request, f"/calendar/visits/{key}", problem=problem)


class OverrideForm:
    """A time by hand, over whatever stands there."""

    def __init__(
        self,
        day: Annotated[CalendarDay, Form()],
        clock: Annotated[str, Form(pattern=r"^\d\d:\d\d$")],
        provider: Annotated[str, Form(max_length=40)],
        room: Annotated[str, Form(max_length=40)],
        reason: Annotated[str, Form(max_length=300)] = "",
        sequence: Sequence = None,
    ) -> None:
        self.day, self.clock, self.provider, self.room = day, clock, provider, room
        self.reason, self.sequence = reason.strip(), sequence

    @property
    def wall(self) -> datetime:
        """What the clock on the wall reads then."""
        return datetime.combine(self.day, time(int(self.clock[:2]) % 24, int(self.clock[3:]) % 60))


@router.post("/override")
def override(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    writer: Writer,
    key: str,
    form: Annotated[OverrideForm, Depends(OverrideForm)],
) -> Response:
    """Put the visit where staff want it, over what stands there or outside the hours; the reason is in the log.

    What does not fit is said above the form, in which everything stays as it was written.
    """
    with reading(services.engine) as connection:
        before, practice = appointment(connection, key), practice_of(connection)
        try:
            slot = _by_hand(practice, before, form)
        except HTTPException as error:
            return _written_again(request, connection, before, form, error)
    change = new_id()

    def moved_there(connection: sa.Connection) -> str:
        after = move_and_offer(
            connection,
            before,
            slot,
            actor=viewer.actor,
            reason=form.reason,
            change=change,
            sequence=form.sequence,
        )
        return away_then(connection, [after])

    try:
        away = writer(moved_there)
    except TimeTakenError as error:
        with reading(services.engine) as connection:
            return _written_again(request, connection, before, form, HTTPException(409, str(error)))
    except VisitChangedError:
        return _changed_meanwhile(request, services, key, "NOT moved")
    notice = f"Moved to {when_words(slot.wall)}, whatever stood there. {away}The reason is in the log."
    return see_other(request, f"/calendar?day={form.day}", notice=notice)


def _written_again(
    request: Request, connection: sa.Connection, one: Appointment, form: OverrideForm, error: HTTPException
) -> Response:
    shown = _shown(connection, one, form.day) | {"sent": vars(form), "problem": error.detail}
    return page(request, "calendar/visit.html", shown, status=error.status_code)


def _by_hand(practice: Practice, before: Appointment, form: OverrideForm) -> Slot:
    if len(form.reason) < 3:
        raise HTTPException(422, "Write why the visit must stand there; the reason is kept in the log.")
    rooms = [room for room in practice.rooms if room.key == form.room]
    if not rooms or not any(one.key == form.provider for one in practice.providers):
        raise HTTPException(404, "There is no such room or provider.")
    office = practice.office(rooms[0].office)
    start = instant_of(office.zone, form.wall)
    if start is None:
        raise HTTPException(
            422, f"{form.clock} is no single moment that day: the clocks change. Choose another."
        )
    machines = [one.key for one in practice.instruments if one.office == office.key]
    needs = practice.visit_type(before.visit_type).instrument
    if needs and not machines:
        raise HTTPException(
            422, f"{office.name} has no adjusting instrument; choose a room of another office."
        )
    place = Placement(
        office=office.key, provider=form.provider, room=form.room, instrument=machines[0] if needs else None
    )
    return Slot(start=start, zone=office.zone, wall=form.wall, visit_type=before.visit_type, placement=place)


@router.post("/cancel")
def cancel_visit(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    writer: Writer,
    key: str,
    sequence: Sequence = None,
) -> Response:
    """Cancel the visit; its time goes to the next on the waitlist. When others could come, the page names them."""
    change = new_id()
    try:
        gone, hold = writer(
            lambda connection: cancel_and_offer(
                connection, key, actor=viewer.actor, change=change, sequence=sequence
            )
        )
    except VisitChangedError:
        return _changed_meanwhile(request, services, key, "NOT cancelled")
    with reading(services.engine) as connection:
        told = how_told(person(connection, gone.person)) if gone.person else ""
    if gone.start <= services.clock():
        told = "Its time had come, so no message goes out."
    notice = f"Cancelled. {told}".strip()
    if hold is not None:
        return see_other(
            request, "/calendar/waitlist", notice=f"{notice} The time is offered to the next in line."
        )
    with reading(services.engine) as connection:
        others = gone.start > now_of(connection) and takers(connection, gone)
    address = f"/calendar/visits/{key}" if others else f"/calendar?day={gone.wall.date()}"
    return see_other(request, address, notice=notice)


@router.post("/arrive")
def patient_arrived(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    writer: Writer,
    key: str,
    sequence: Sequence = None,
) -> Response:
    """Note that the patient is here, unless somebody else changed the visit meanwhile."""
    change = new_id()
    try:
        here = writer(
            lambda connection: arrive(connection, key, actor=viewer.actor, change=change, sequence=sequence)
        )
    except VisitChangedError:
        return _changed_meanwhile(request, services, key, "NOT noted as arrived")
    return see_other(request, f"/patients/{here.person}", notice="Arrived. The chart is open.")


@router.post("/missed")
def patient_missed(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    writer: Writer,
    key: str,
    sequence: Sequence = None,
) -> Response:
    """Note that the patient did not come, unless somebody else changed the visit meanwhile."""
    change = new_id()
    try:
        writer(
            lambda connection: note_missed(
                connection, key, actor=viewer.actor, change=change, sequence=sequence
            )
        )
    except VisitChangedError:
        return _changed_meanwhile(request, services, key, "NOT noted as missed")
    notice = "Noted: the patient did not come. No message goes out."
    return see_other(request, f"/calendar/visits/{key}", notice=notice)
