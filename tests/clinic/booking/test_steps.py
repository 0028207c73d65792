"""Claims: each step of a booking happens whole, is in the log, queues its messages, and never doubles anything."""

from dataclasses import replace
from datetime import timedelta

import pytest

from audit_rows import entries
from clinic_bookings import Bookings, slot_at
from practices import utc
from spondyl.assessment.screening import RED_FLAGS, Urgency
from spondyl.booking import Status, StepRefusedError
from spondyl.clinic.care.flag_review import add_review
from spondyl.clinic.care.intake_record import begin, keep
from spondyl.clinic.chart.appointment_rows import appointment, appointments_of
from spondyl.clinic.chart.appointments import (
    book,
    cancel,
    confirm_hold,
    hold_slot,
    let_lapse,
    reschedule,
)
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.booking_changes import UndoRefusedError, recent_changes
from spondyl.clinic.chart.booking_stop import BookingStoppedError
from spondyl.clinic.chart.canonical_json import digest_of
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.outbox import MessageKind, due, queue
from spondyl.clinic.chart.tables import appointments, claims, outbox
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.undo_change import undo
from spondyl.clinic.chart.who_came import arrive

TEN = utc(3, 18)  # Tuesday 10:00
ALARM = next(question.key for question in RED_FLAGS if question.urgency is Urgency.EMERGENCY_NOW)


def test_hold_confirm_move_cancel(bookings: Bookings) -> None:
    anna = bookings.people[0]
    with writing(bookings.engine) as connection:
        hold = hold_slot(connection, slot_at(TEN), actor="public")
    assert slot_at(TEN).start not in [slot.start for slot in bookings.slots(provider="ana")]
    with writing(bookings.engine) as connection:
        confirm_hold(connection, hold.key, person=anna, actor="public")
    with writing(bookings.engine) as connection:
        reschedule(connection, hold.key, slot_at(TEN + timedelta(hours=1)), actor="link")
    assert TEN in [slot.start for slot in bookings.slots(provider="ana")]
    with writing(bookings.engine) as connection:
        cancel(connection, hold.key, actor="link")
    with reading(bookings.engine) as connection:
        said = [one.action for one in entries(connection, subject=f"appointment {hold.key}")]
        assert sorted(said) == ["book visit", "cancel visit", "hold time", "move visit"]
        assert verify(connection).sound
        assert appointment(connection, hold.key).sequence == 2
    assert bookings.count(claims) == 0
    assert bookings.count(outbox, outbox.c.kind == "reminder") == 0


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (slot_at(TEN + timedelta(minutes=15), room="t2"), "the provider, buffers touching"),
        (slot_at(TEN, provider="ben"), "the room"),
        (slot_at(TEN + timedelta(minutes=60), room="t3"), "the way to the other office"),
    ],
)
def test_the_database_refuses_what_overlaps(bookings: Bookings, other, why: str) -> None:  # type: ignore[no-untyped-def]
    with writing(bookings.engine) as connection:
        book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
    before = bookings.count(appointments), bookings.count(outbox), bookings.count(claims)
    with pytest.raises(TimeTakenError), writing(bookings.engine) as connection:
        book(connection, other, person=bookings.people[1], actor="desk")
    assert (bookings.count(appointments), bookings.count(outbox), bookings.count(claims)) == before, why


def test_one_person_is_not_in_two_rooms(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
    with pytest.raises(TimeTakenError), writing(bookings.engine) as connection:
        book(connection, slot_at(TEN, "ben", "t2"), person=bookings.people[0], actor="desk")


@pytest.mark.parametrize(
    ("slot", "word"),
    [
        (slot_at(TEN.replace(minute=7)), "no start"),
        (slot_at(utc(3, 20, 45)), "closes"),
        (slot_at(utc(4, 18)), "is closed"),  # the holiday
        (slot_at(utc(2, 14)), "passed"),
        (slot_at(TEN, room="x1"), "does not serve"),
        (slot_at(TEN, provider="ben", room="t3"), "taken"),  # Ben never works in Orange
    ],
)
def test_an_address_made_up_by_hand_gets_no_time(bookings: Bookings, slot, word: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TimeTakenError, match=word), writing(bookings.engine) as connection:
        hold_slot(connection, slot, actor="public")


def test_a_hold_lapses_and_cannot_be_confirmed(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        hold = hold_slot(connection, slot_at(TEN), actor="public")
    bookings.clock.advance(timedelta(minutes=11))
    with pytest.raises(StepRefusedError, match="free again"), writing(bookings.engine) as connection:
        confirm_hold(connection, hold.key, person=bookings.people[0], actor="public")
    with writing(bookings.engine) as connection:
        assert [one.key for one in let_lapse(connection)] == [hold.key]
        assert let_lapse(connection) == []
    assert bookings.count(claims) == 0


def test_an_override_needs_no_free_time_and_a_third_is_refused(bookings: Bookings) -> None:
    one, two, three = bookings.people
    with writing(bookings.engine) as connection:
        first = book(connection, slot_at(TEN), person=one, actor="desk")
        over = slot_at(TEN + timedelta(minutes=10))
        second = book(connection, over, person=two, actor="desk", reason="in great pain")
    with reading(bookings.engine) as connection:
        (entry,) = entries(connection, subject=f"appointment {second.key}")
        assert (entry.action, second.override_reason) == ("book visit over another", "in great pain")
        assert entry.detail["reason_digest"] == digest_of("in great pain")
        assert entry.detail["over"] == [first.key]
    for start in (TEN, TEN + timedelta(minutes=15), TEN + timedelta(minutes=30)):
        with pytest.raises(TimeTakenError), writing(bookings.engine) as connection:
            book(connection, slot_at(start), person=three, actor="desk")
    with writing(bookings.engine) as connection:
        cancel(connection, first.key, actor="desk")
    assert bookings.count(claims, claims.c.lane > 0) == 0  # the second came down
    with pytest.raises(TimeTakenError), writing(bookings.engine) as connection:
        book(connection, slot_at(TEN), person=three, actor="desk")


def test_a_move_is_undone_once_and_not_after_another_change(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
        later = slot_at(TEN + timedelta(hours=1))
        reschedule(connection, visit.key, later, actor="desk", change="c1")
    with writing(bookings.engine) as connection:
        (back,) = undo(connection, "c1", actor="desk")
    assert (back.start, back.sequence) == (TEN, 2)
    with pytest.raises(UndoRefusedError, match="undone already"), writing(bookings.engine) as connection:
        undo(connection, "c1", actor="desk")
    with writing(bookings.engine) as connection:
        reschedule(connection, visit.key, later, actor="desk", change="c2")
        cancel(connection, visit.key, actor="desk")
    with pytest.raises(UndoRefusedError, match="changed again"), writing(bookings.engine) as connection:
        undo(connection, "c2", actor="desk")


def test_a_red_flag_stops_booking_until_a_clinician_has_looked(bookings: Bookings) -> None:
    anna = bookings.people[0]
    with writing(bookings.engine) as connection:
        hold = hold_slot(connection, slot_at(TEN), actor="public")
        stored = begin(connection, anna, actor=anna)
        flagged = keep(connection, stored, replace(stored.intake, answers={ALARM: ("yes",)}), actor=anna)
    for attempt in (
        lambda connection: book(connection, slot_at(TEN, "ben", "t2"), person=anna, actor="desk"),
        lambda connection: book(connection, slot_at(TEN), person=anna, actor="desk", reason="she insists"),
        lambda connection: confirm_hold(connection, hold.key, person=anna, actor="public"),
    ):
        with pytest.raises(BookingStoppedError, match="clinician"), writing(bookings.engine) as connection:
            attempt(connection)
    with writing(bookings.engine) as connection:
        reason = "Examined today: sensation and reflexes are as they should be."
        add_review(connection, flagged, cleared=frozenset({ALARM}), reason=reason, actor="clinician")
        confirm_hold(connection, hold.key, person=anna, actor="public")


def test_arrival_ends_changes(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
    bookings.clock.moment = TEN - timedelta(minutes=5)
    with writing(bookings.engine) as connection:
        assert arrive(connection, visit.key, actor="desk").status is Status.ARRIVED
    with pytest.raises(StepRefusedError), writing(bookings.engine) as connection:
        cancel(connection, visit.key, actor="desk")
    with reading(bookings.engine) as connection:
        assert len(appointments_of(connection, bookings.people[0])) == 1


def test_what_stands_on_what_stood_on_a_cancelled_visit_leaves_no_hole(bookings: Bookings) -> None:
    """First, second over it, third over the second only; the first goes: nobody gets in under the other two."""
    one, two, three = bookings.people
    quarter = timedelta(minutes=15)
    with writing(bookings.engine) as connection:
        first = book(connection, slot_at(TEN), person=one, actor="desk")
        book(connection, slot_at(TEN + quarter), person=two, actor="desk", reason="in pain")
        book(connection, slot_at(TEN + 2 * quarter), person=three, actor="desk", reason="in pain")
    with writing(bookings.engine) as connection:
        cancel(connection, first.key, actor="desk")
    for step in (1, 2, 3):
        with pytest.raises(TimeTakenError), writing(bookings.engine) as connection:
            hold_slot(connection, slot_at(TEN + step * quarter), actor="public")


def test_a_visit_moved_a_little_does_not_slip_under_what_stood_on_it(bookings: Bookings) -> None:
    one, two, _ = bookings.people
    with writing(bookings.engine) as connection:
        first = book(connection, slot_at(TEN), person=one, actor="desk")
        book(connection, slot_at(TEN), person=two, actor="desk", reason="in pain")
    with pytest.raises(TimeTakenError), writing(bookings.engine) as connection:
        reschedule(connection, first.key, slot_at(TEN + timedelta(minutes=15)), actor="desk")


def test_an_override_at_the_other_office_keeps_its_way_free_under_a_third(bookings: Bookings) -> None:
    """One stands in Yorba Linda; staff send the same provider to Orange then: nothing in Yorba Linda after it."""
    one, two, three = bookings.people
    with writing(bookings.engine) as connection:
        book(connection, slot_at(TEN), person=one, actor="desk")
        book(connection, slot_at(TEN, room="t3"), person=two, actor="desk", reason="in pain")
    with pytest.raises(TimeTakenError), writing(bookings.engine) as connection:
        book(connection, slot_at(TEN + timedelta(minutes=30), room="t2"), person=three, actor="desk")


def test_an_offer_not_sent_before_its_hold_lapsed_is_not_sent_later(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        hold = hold_slot(connection, bookings.slots()[0], actor="clinic", person=bookings.people[0])
        queue(connection, hold.key, MessageKind.OFFER)
    bookings.clock.advance(timedelta(minutes=11))
    with writing(bookings.engine) as connection:
        assert [one.key for one in let_lapse(connection)] == [hold.key]
        assert due(connection) == []


def test_no_undo_forgets_an_arrival_or_puts_a_visit_into_the_past(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
        reschedule(connection, visit.key, slot_at(TEN + timedelta(hours=2)), actor="desk", change="moved")
        other = book(connection, slot_at(TEN), person=bookings.people[1], actor="desk", change="booked")
        cancel(connection, other.key, actor="desk", change="cancelled")
    bookings.clock.moment = TEN + timedelta(hours=1)
    for change in ("moved", "cancelled"):
        with pytest.raises(UndoRefusedError, match="is over"), writing(bookings.engine) as connection:
            undo(connection, change, actor="desk")
    with writing(bookings.engine) as connection:
        arrive(connection, visit.key, actor="desk")
    with pytest.raises(UndoRefusedError, match="here already"), writing(bookings.engine) as connection:
        undo(connection, "moved", actor="desk")
    with reading(bookings.engine) as connection:
        assert appointment(connection, visit.key).status is Status.ARRIVED


def test_a_booking_whose_time_has_come_is_not_undone(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk", change="booked")
    bookings.clock.moment = TEN
    with (
        pytest.raises(UndoRefusedError, match="3 March, 10:00 am has begun"),
        writing(bookings.engine) as connection,
    ):
        undo(connection, "booked", actor="desk")
    with reading(bookings.engine) as connection:
        assert appointment(connection, visit.key) == visit


@pytest.mark.parametrize(("hours", "is_undone"), [(23, True), (24, False)])
def test_a_change_is_undone_within_a_day(bookings: Bookings, hours: int, is_undone: bool) -> None:
    with writing(bookings.engine) as connection:
        book(connection, slot_at(utc(5, 18)), person=bookings.people[0], actor="desk", change="booked")
    bookings.clock.advance(timedelta(hours=hours))
    with reading(bookings.engine) as connection:
        offered = [one.change for one in recent_changes(connection, person=bookings.people[0])]
    assert offered == (["booked"] if is_undone else [])
    if is_undone:
        with writing(bookings.engine) as connection:
            undo(connection, "booked", actor="desk")
    else:
        with (
            pytest.raises(UndoRefusedError, match="2 March, 7:00 am, too long ago"),
            writing(bookings.engine) as connection,
        ):
            undo(connection, "booked", actor="desk")
