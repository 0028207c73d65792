"""Claims: nothing is put back, and no kept time is booked, where the practice has no hours by now, unless staff had
given a reason; a visit that stands there, or in an absence, is reminded of by nobody and listed for the front desk."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clinic_apps import Browser
from clinic_bookings import Bookings, prepared, slot_at
from clinic_charts import Clock
from practices import utc
from spondyl.booking import Absence, Practice, Slot, Status, Timetable
from spondyl.clinic.chart import practice_change
from spondyl.clinic.chart.absences import note_absence
from spondyl.clinic.chart.appointment_rows import appointment
from spondyl.clinic.chart.appointments import book, cancel, confirm_hold, hold_slot, reschedule
from spondyl.clinic.chart.booking_changes import UndoRefusedError
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.people import change_person, person
from spondyl.clinic.chart.practice import practice_of, save_practice
from spondyl.clinic.chart.practice_change import falls_outside, newly_outside
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import outbox
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.undo_change import undo
from spondyl.clinic.messages import FolderSender, send_due
from spondyl.clinic.web.services import Services

TUESDAY, TEN = date(2026, 3, 3), utc(3, 18)


def closed_on_tuesday(practice: Practice) -> Practice:
    offices = tuple(replace(one, closed=(*one.closed, TUESDAY)) for one in practice.offices)
    return replace(practice, offices=offices)


def without_ana(practice: Practice) -> Practice:
    """Ana's hours cleared, as for somebody who left."""
    providers = tuple(replace(one, shifts=()) if one.key == "ana" else one for one in practice.providers)
    return replace(practice, providers=providers)


def change(bookings: Bookings, to: Callable[[Practice], Practice]) -> None:
    with writing(bookings.engine) as connection:
        save_practice(connection, to(practice_of(connection)), actor="admin")


def test_a_coming_visit_is_looked_at_once_until_it_or_the_hours_change(
    bookings: Bookings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every open tab asks again and again, also while somebody is to be away."""
    looked_at, rows_read = list[datetime](), list[str]()
    offers, slot_in = Timetable.offers, practice_change._slot_in  # pyright: ignore[reportPrivateUsage]

    def noted(self: Timetable, slot: Slot, now: datetime) -> bool:
        looked_at.append(slot.start)
        return offers(self, slot, now)

    def read(row: Sequence[Any]) -> Slot:
        rows_read.append(row[0])
        return slot_in(row)

    def looks() -> tuple[list[str], list[datetime]]:
        looked_at.clear()
        rows_read.clear()
        with reading(bookings.engine) as connection:
            outside = falls_outside(connection, practice_of(connection))
        return [one.key for one, _ in outside], sorted(looked_at)

    with writing(bookings.engine) as connection:
        first, second = (
            book(connection, slot_at(start), person=who, actor="desk")
            for start, who in ((TEN, bookings.people[0]), (utc(5, 18), bookings.people[1]))
        )
        note_absence(connection, replace(ILL, start=utc(9, 8), end=utc(10, 8)), actor="desk", change="away")
    monkeypatch.setattr(Timetable, "offers", noted)
    monkeypatch.setattr(practice_change, "_slot_in", read)
    assert looks() == ([], [TEN, second.start])
    assert (looks(), rows_read) == (([], []), [])
    with writing(bookings.engine) as connection:
        moved = reschedule(connection, second.key, slot_at(utc(5, 19)), actor="desk")
    assert looks() == ([], [moved.start])
    change(bookings, closed_on_tuesday)
    assert looks() == ([first.key], [TEN, moved.start])
    assert looks() == ([first.key], [TEN]), "what stands outside is looked at again"
    bookings.clock.moment = TEN + timedelta(minutes=1)
    assert looks() == ([], [])


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (closed_on_tuesday, "Yorba Linda is closed at that time."),
        (without_ana, "Dr. Ana does not work there then."),
    ],
)
def test_undo_refuses_what_the_hours_no_longer_allow(
    bookings: Bookings, to: Callable[[Practice], Practice], words: str
) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
        cancel(connection, visit.key, actor="desk", change="c")
    change(bookings, to)
    with pytest.raises(UndoRefusedError, match=words), writing(bookings.engine) as connection:
        undo(connection, "c", actor="desk")
    with reading(bookings.engine) as connection:
        assert appointment(connection, visit.key).status is Status.CANCELLED


def test_undo_puts_back_what_staff_had_put_there_with_a_reason(bookings: Bookings) -> None:
    change(bookings, closed_on_tuesday)
    with writing(bookings.engine) as connection:
        visit = book(
            connection, slot_at(TEN), person=bookings.people[0], actor="desk", reason="only day that suits"
        )
        cancel(connection, visit.key, actor="desk", change="c")
        undo(connection, "c", actor="desk")
        assert appointment(connection, visit.key).status is Status.BOOKED
        assert falls_outside(connection, practice_of(connection)) == []


@pytest.mark.parametrize("to", [closed_on_tuesday, without_ana])
def test_a_kept_time_is_not_booked_where_the_hours_no_longer_allow_it(
    bookings: Bookings, to: Callable[[Practice], Practice]
) -> None:
    with writing(bookings.engine) as connection:
        kept, other = (
            hold_slot(connection, slot_at(TEN + timedelta(hours=n), *who), actor="visitor")
            for n, who in ((0, ("ana", "t1")), (1, ("ben", "t2")))
        )
        confirm_hold(connection, other.key, person=bookings.people[1], actor="visitor")
    change(bookings, to)
    with pytest.raises(TimeTakenError), writing(bookings.engine) as connection:
        confirm_hold(connection, kept.key, person=bookings.people[0], actor="visitor")


def test_nobody_is_reminded_of_a_visit_on_a_closed_day_unless_it_was_put_there(
    bookings: Bookings, tmp_path: Path
) -> None:
    with writing(bookings.engine) as connection:
        book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
        book(
            connection,
            slot_at(TEN, "ben", "t2"),
            person=bookings.people[1],
            actor="desk",
            reason="comes on the holiday",
        )
        connection.execute(outbox.update().values(state="sent"))
    change(bookings, closed_on_tuesday)
    bookings.clock.moment = TEN - timedelta(hours=23)
    sender = FolderSender(folder=tmp_path / "letters")
    assert send_due(bookings.engine, sender, key=b"key", base="") == (1, 1)
    (letter,) = sender.folder.iterdir()
    assert b"t1@example.org" in letter.read_bytes()
    assert bookings.count(outbox, outbox.c.state == "outside") == 1
    assert send_due(bookings.engine, sender, key=b"key", base="") == (0, 0)


ILL = Absence(provider="ana", start=TEN, end=TEN + timedelta(hours=1), reason="ill")
NO_ROOM = Absence(room="t1", start=TEN, end=TEN + timedelta(hours=1), reason="painters")


@pytest.mark.parametrize(
    ("absence", "words"),
    [(ILL, "Dr. Ana is away then."), (NO_ROOM, "Room 1, Yorba Linda is out of use then.")],
)
def test_a_visit_that_stays_in_an_absence_is_listed_and_reminded_of_by_nobody(
    bookings: Bookings, tmp_path: Path, absence: Absence, words: str
) -> None:
    with writing(bookings.engine) as connection:
        left = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
        book(connection, slot_at(TEN, "ben", "t2"), person=bookings.people[1], actor="desk")
        after = book(connection, slot_at(TEN + timedelta(hours=2)), person=bookings.people[1], actor="desk")
        note_absence(connection, absence, actor="desk", change="away")
        book(connection, slot_at(TEN), person=bookings.people[2], actor="desk", reason="Ana comes for it")
        connection.execute(outbox.update().values(state="sent"))
        found = falls_outside(connection, practice_of(connection))
        assert [(one.key, why) for one, why in found] == [(left.key, words)]
        closing = newly_outside(
            connection, practice_of(connection), closed_on_tuesday(practice_of(connection))
        )
        assert {left.key, after.key} <= {one.key for one, _ in closing}
    bookings.clock.moment = TEN - timedelta(hours=23)
    sender = FolderSender(folder=tmp_path / "letters")
    assert send_due(bookings.engine, sender, key=b"key", base="") == (2, 1)
    assert bookings.count(outbox, outbox.c.state == "outside") == 1


def test_the_front_desk_has_the_visits_outside_the_hours_on_its_pages(
    services: Services, clock: Clock, browser: Callable[[Role], Browser]
) -> None:
    clock.advance(timedelta(hours=-1))
    chart, desk = prepared(services.engine, clock), browser(Role.FRONT_DESK)
    with writing(services.engine) as connection:
        details = person(connection, chart.people[0]).details
        change_person(connection, chart.people[0], replace(details, phone="714-555-0199"), actor="desk")
        visit = book(connection, slot_at(TEN), person=chart.people[0], actor="desk")
        book(connection, slot_at(utc(5, 18)), person=chart.people[1], actor="desk")
    assert "outside the hours" not in (desk.get("/today").text + desk.get("/calendar").text).lower()
    change(chart, closed_on_tuesday)
    assert "1 booked visit stands where the office is closed" in desk.get("/today").text
    shown = desk.get("/calendar").text
    assert "Visits outside the hours: 1" in shown and "Yorba Linda is closed at that time." in shown
    assert f"/calendar/visits/{visit.key}" in shown and 'href="tel:7145550199"' in shown
    with writing(services.engine) as connection:
        note_absence(
            connection, Absence(provider="ana", start=utc(5, 8), end=utc(6, 8)), actor="desk", change="a"
        )
    assert "Outside the hours:</strong> 2 booked visits stand where" in desk.get("/today").text
    assert "(Dr. Ana is away then.)" in desk.get("/calendar").text
    clock.moment = utc(5, 18) + timedelta(minutes=1)
    assert "outside the hours" not in browser(Role.FRONT_DESK).get("/today").text.lower()
