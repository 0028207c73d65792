"""Claims: a room or an instrument that is out of use for a day is offered to nobody, its visits have proposals as those
of somebody who is ill have, and it comes back as they do; on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from audit_rows import entries
from clinic_apps import Browser
from clinic_bookings import Bookings, prepared, slot_at
from clinic_charts import Clock
from practices import MONDAY, two_offices, utc
from spondyl.booking import Absence, AdjustingInstrument, Horizon, Move, Slot, Wish, diary_of, free_slots
from spondyl.clinic.chart.absences import (
    coming_absences,
    note_absence,
    propose_repair,
    take_back_absence,
    visits_in,
)
from spondyl.clinic.chart.appointment_rows import appointment
from spondyl.clinic.chart.appointments import book, cancel, confirm_hold, hold_slot, reschedule_all
from spondyl.clinic.chart.booking_changes import UndoRefusedError
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.undo_change import undo
from spondyl.clinic.web.services import Services

TEN = utc(3, 18)
ROOM = Absence(room="t1", start=utc(3, 8), end=utc(4, 8), reason="out of order")
INSTRUMENT = replace(ROOM, room="", instrument="i1")


def in_room(room: str, visit: str = "follow") -> Slot:
    return slot_at(TEN, room=room, visit=visit)


def test_an_absence_is_of_one_provider_room_or_instrument() -> None:
    for wrong in ({"room": ""}, {"provider": "ana"}, {"instrument": "i1"}):
        with pytest.raises(ValueError, match="name one of them"):
            replace(ROOM, **wrong)
    with pytest.raises(ValueError, match="'room:t1' ends at"):
        Absence(room="t1", start=utc(3, 8), end=utc(3, 8))


def test_what_is_out_of_use_is_not_free_that_day() -> None:
    practice = two_offices()
    days = Horizon(first_day=MONDAY, days=2)
    diary = diary_of(practice, days, (), [ROOM, INSTRUMENT])
    follow = free_slots(diary, Wish(visit_type="follow", office="yl"))
    assert {slot.placement.room for slot in follow if slot.wall.day == 3} == {"t2"}
    assert {slot.placement.room for slot in follow if slot.wall.day == 2} == {"t1"}
    adjust = free_slots(diary, Wish(visit_type="adjust", office="yl"))
    assert {slot.wall.day for slot in adjust} == {2}


@pytest.mark.parametrize(("absence", "visit"), [(ROOM, "follow"), (INSTRUMENT, "adjust")])
def test_nothing_is_booked_kept_or_put_back_there(bookings: Bookings, absence: Absence, visit: str) -> None:
    one, two, _ = bookings.people
    slot = in_room("t1", visit)
    with writing(bookings.engine) as connection:
        gone = book(connection, slot, person=one, actor="desk")
        cancel(connection, gone.key, actor="desk", change="c")
        kept = hold_slot(connection, slot, actor="visitor")
        note_absence(connection, absence, actor="desk", change="away")
    with pytest.raises(TimeTakenError, match="is out of use then"), writing(bookings.engine) as connection:
        confirm_hold(connection, kept.key, person=two, actor="visitor")
    with writing(bookings.engine) as connection:
        cancel(connection, kept.key, actor="visitor")
    with pytest.raises(TimeTakenError, match="is out of use then"), writing(bookings.engine) as connection:
        book(connection, slot, person=two, actor="desk")
    name = "Room 1, Yorba Linda" if absence.room else "Instrument, Yorba Linda"
    with (
        pytest.raises(UndoRefusedError, match=f"{name} is out of use on 3 March"),
        writing(bookings.engine) as connection,
    ):
        undo(connection, "c", actor="desk")
    with writing(bookings.engine) as connection:
        (noted,) = coming_absences(connection)
        assert noted.absence == absence
        assert take_back_absence(connection, noted.key, actor="desk") == absence
        actions = [(one.action, one.subject) for one in entries(connection)][:1]
        book(connection, slot, person=two, actor="desk")
    assert actions == [("in use again", absence.resource.replace(":", " "))]


def test_its_visits_move_and_come_back_as_one(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, in_room("t1"), person=bookings.people[0], actor="desk")
        book(
            connection, replace(in_room("t2"), placement=replace(in_room("t2").placement, provider="ben")),
            person=bookings.people[1], actor="desk",
        )  # fmt: skip
    with reading(bookings.engine) as connection:
        found = visits_in(connection, ROOM)
        (move,) = propose_repair(connection, found, ROOM)
    assert [one.key for one in found] == [visit.key] and isinstance(move, Move)
    assert move.slot.placement.room != "t1"
    with writing(bookings.engine) as connection:
        note_absence(connection, ROOM, actor="desk", change="c")
        reschedule_all(connection, [(visit.key, move.slot)], actor="desk", change="c", words="Room 1")
    with writing(bookings.engine) as connection:
        undo(connection, "c", actor="desk")
        assert appointment(connection, visit.key).placement == visit.placement
        assert coming_absences(connection) == []


def test_the_front_desk_takes_an_instrument_out_for_a_day(
    services: Services, clock: Clock, browser: Callable[[Role], Browser]
) -> None:
    clock.advance(timedelta(hours=-1))
    chart, desk = prepared(services.engine, clock), browser(Role.FRONT_DESK)
    second = AdjustingInstrument(key="i2", office="yl", name="Second instrument")
    with writing(services.engine) as connection:
        practice = two_offices()
        save_practice(
            connection, replace(practice, instruments=(*practice.instruments, second)), actor="admin"
        )
        visit = book(connection, in_room("t1", "adjust"), person=chart.people[0], actor="desk")
    choices = desk.get("/calendar/away?day=2026-03-03").text
    assert '<option value="instrument:i1"' in choices and '<option value="room:t1"' in choices
    shown = desk.get("/calendar/away?provider=instrument:i1&day=2026-03-03").text
    assert (
        "Instrument, Yorba Linda is out of use on Tuesday 3 March" in shown and "same time, Room 1" in shown
    )
    to = next(part for part in shown.split('value="') if part.startswith(TEN.isoformat())).split('"')[0]
    sent = {"provider": "instrument:i1", "day": "2026-03-03", "reason": "out of order"}
    answer = desk.submit("/calendar/away", **sent, **{f"move-{visit.key}": to})
    assert answer.status_code == 303
    with reading(services.engine) as connection:
        after = appointment(connection, visit.key)
        assert (after.start, after.placement.instrument) == (TEN, "i2")
    noted = desk.get("/calendar/away").text
    assert "Instrument, Yorba Linda</strong> is out of use on Tuesday 3 March (out of order)" in noted
    assert desk.get("/calendar/away?provider=instrument:zz&day=2026-03-03").status_code == 404
    desk.submit("/calendar/away", provider="room:t2", day="2026-03-03", reason="painters")
    by_room = desk.get("/calendar?day=2026-03-03&by=room").text
    assert "Out of use: painters" in by_room and "provider=room:t2&amp;day=2026-03-03" in by_room
