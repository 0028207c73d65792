"""Claims: who came is noted at a visit, on both databases, and can be taken back; no time moves, no letter goes."""

from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from audit_rows import entries
from clinic_bookings import Bookings, slot_at
from practices import utc
from spondyl.booking import CourseRule, Phase, Status, StepRefusedError, Wish
from spondyl.clinic.chart.appointment_rows import appointment, appointments_of
from spondyl.clinic.chart.appointments import book, cancel, reschedule
from spondyl.clinic.chart.booking_changes import UndoRefusedError, VisitChangedError, recent_changes
from spondyl.clinic.chart.courses import book_course, propose
from spondyl.clinic.chart.freed_times import undo_and_wait
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.tables import claims, outbox
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.who_came import arrive, note_missed
from spondyl.clinic.messages import FolderSender, send_due
from spondyl.clinic.messages.when import when_words
from spondyl.clinic.records.fhir_person import appointment_resource

TEN = utc(3, 18)  # Tuesday 10:00


def test_an_arrival_is_taken_back_and_the_visit_changes_again(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
    bookings.clock.moment = TEN - timedelta(minutes=5)
    before = bookings.count(outbox), bookings.count(claims)
    with writing(bookings.engine) as connection:
        arrive(connection, visit.key, actor="desk", change="here")
        ((back,), _) = undo_and_wait(connection, "here", actor="desk")
    assert (back.status, back.start) == (Status.BOOKED, TEN)
    assert (bookings.count(outbox), bookings.count(claims)) == before, "no letter, and the time is kept"
    with writing(bookings.engine) as connection:
        reschedule(connection, visit.key, slot_at(TEN + timedelta(hours=1)), actor="desk")
        said = [one.action for one in entries(connection, subject=f"appointment {visit.key}")]
        assert sorted(said) == ["book visit", "move visit", "patient arrived", "undo: patient arrived"]
    with pytest.raises(UndoRefusedError, match="undone already"), writing(bookings.engine) as connection:
        undo_and_wait(connection, "here", actor="desk")


@pytest.mark.parametrize("seen", ["before the move", "after it"])
def test_nobody_arrives_by_a_page_that_is_too_old_nor_before_the_day(bookings: Bookings, seen: str) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(utc(2, 18)), person=bookings.people[0], actor="desk")
        reschedule(connection, visit.key, slot_at(TEN), actor="desk")
    refused = pytest.raises((VisitChangedError, StepRefusedError), match=r"meanwhile|is on 3 March")
    with refused, writing(bookings.engine) as connection:
        arrive(connection, visit.key, actor="desk", sequence=0 if seen == "before the move" else 1)
    with reading(bookings.engine) as connection:
        assert appointment(connection, visit.key).status is Status.BOOKED


def test_an_arrival_that_was_forgotten_is_noted_on_a_later_day(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
    bookings.clock.moment = TEN + timedelta(days=2)
    with writing(bookings.engine) as connection:
        assert arrive(connection, visit.key, actor="desk").status is Status.ARRIVED


def test_an_arrival_is_taken_back_at_any_time(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
    bookings.clock.moment = TEN
    with writing(bookings.engine) as connection:
        arrive(connection, visit.key, actor="desk", change="here")
    bookings.clock.advance(timedelta(days=30))
    with writing(bookings.engine) as connection:
        assert [one.change for one in recent_changes(connection, visit=visit.key)] == ["here"]
        visits, _ = undo_and_wait(connection, "here", actor="desk")
    assert [one.status for one in visits] == [Status.BOOKED]


def test_who_did_not_come_is_noted_and_taken_back_without_a_letter(
    bookings: Bookings, tmp_path: Path
) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
    with pytest.raises(StepRefusedError, match="begins on 3 March"), writing(bookings.engine) as connection:
        note_missed(connection, visit.key, actor="desk")
    bookings.clock.moment = TEN + timedelta(days=1)
    sender = FolderSender(folder=tmp_path / "letters")
    before = bookings.count(outbox), bookings.count(claims)
    with writing(bookings.engine) as connection:
        note_missed(connection, visit.key, actor="desk", change="missed", sequence=0)
    assert (bookings.count(outbox), bookings.count(claims)) == before, "the time is kept"
    with pytest.raises(StepRefusedError, match="missed"), writing(bookings.engine) as connection:
        cancel(connection, visit.key, actor="desk")
    with reading(bookings.engine) as connection:
        practice = practice_of(connection)
        stored = appointment(connection, visit.key)
        assert appointment_resource(stored, practice)["status"] == "noshow"
        assert stored in appointments_of(connection, bookings.people[0]), "it stays in the export"
    with writing(bookings.engine) as connection:
        ((back,), _) = undo_and_wait(connection, "missed", actor="desk")
        said = [one.action for one in entries(connection, subject=f"appointment {visit.key}")]
    assert back.status is Status.BOOKED
    assert sorted(said) == ["book visit", "patient did not come", "undo: patient did not come"]
    send_due(bookings.engine, sender, key=b"key", base="")
    assert not sender.folder.exists()


@pytest.mark.parametrize("cancelled_at", [TEN - timedelta(minutes=1), TEN, TEN + timedelta(days=1)])
def test_nobody_is_written_to_about_a_visit_that_has_begun(
    bookings: Bookings, tmp_path: Path, cancelled_at: datetime
) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
    bookings.clock.moment = cancelled_at
    with writing(bookings.engine) as connection:
        cancel(connection, visit.key, actor="desk")
    assert bookings.count(outbox) == (1 if cancelled_at < TEN else 0)
    bookings.clock.moment = TEN + timedelta(days=1)
    sender = FolderSender(folder=tmp_path / "letters")
    assert send_due(bookings.engine, sender, key=b"key", base="")[0] == 0
    assert not sender.folder.exists()


def test_a_late_letter_about_a_course_tells_of_the_visits_to_come(bookings: Bookings, tmp_path: Path) -> None:
    rule = CourseRule(
        wish=Wish(visit_type="adjust", office="yl", person=bookings.people[0]),
        phases=(Phase(visits=3, every_days=7, at_least_days=5, at_most_days=10),),
        first_day=date(2026, 3, 3),
        prefer_min=600,
    )
    with writing(bookings.engine) as connection:
        slots = propose(connection, rule)
        assert isinstance(slots, tuple)
        book_course(connection, rule, slots, person=bookings.people[0], actor="desk")
    bookings.clock.moment = slots[0].start
    sender = FolderSender(folder=tmp_path / "letters")
    assert send_due(bookings.engine, sender, key=b"key", base="") == (1, 0)
    (file,) = sender.folder.iterdir()
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    body = letter.get_body()
    assert body is not None
    assert [when_words(slot.wall) in body.get_content() for slot in slots] == [False, True, True]
