"""Claims: a course is booked whole or not at all; an ill provider's day is moved, and undone, as one change."""

import re
from dataclasses import replace
from datetime import timedelta

import icalendar
import pytest

from clinic_bookings import Bookings, slot_at
from practices import MONDAY, utc
from spondyl.booking import Absence, CourseRefused, CourseRule, Move, Phase, Wish
from spondyl.clinic.chart.absences import note_absence, propose_repair, visits_in, ways_for
from spondyl.clinic.chart.appointment_rows import appointments_between, appointments_of
from spondyl.clinic.chart.appointments import book, cancel, reschedule, reschedule_all
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.courses import book_course, propose
from spondyl.clinic.chart.tables import absences, appointments, claims, outbox
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.undo_change import undo
from spondyl.clinic.messages import Letter, send_due
from spondyl.clinic.messages.clinic import Clinic

BUSY = Phase(visits=6, every_days=2, at_least_days=1, at_most_days=4)
WEEKLY = Phase(visits=6, every_days=7, at_least_days=5, at_most_days=10)


def rule(person: str, **changes: object) -> CourseRule:
    wish = Wish(visit_type="adjust", office="yl", person=person, provider="ben")
    return replace(CourseRule(wish=wish, phases=(BUSY, WEEKLY), first_day=MONDAY), **changes)  # type: ignore[arg-type]


def booked_course(bookings: Bookings, person: str) -> str:
    with writing(bookings.engine) as connection:
        slots = propose(connection, rule(person))
        assert not isinstance(slots, CourseRefused)
        change, visits = book_course(connection, rule(person), slots, person=person, actor="desk")
        assert len(visits) == 12
    return change


def test_twelve_visits_are_booked_at_once_and_undone_at_once(bookings: Bookings) -> None:
    change = booked_course(bookings, bookings.people[0])
    assert bookings.count(appointments) == 12
    assert bookings.count(outbox, outbox.c.kind == "course") == 1
    with writing(bookings.engine) as connection:
        undo(connection, change, actor="desk")
    with reading(bookings.engine) as connection:
        assert appointments_of(connection, bookings.people[0]) == []
        assert verify(connection).sound
    assert bookings.count(claims) == 0


def test_an_undone_course_is_told_in_one_letter_or_none(bookings: Bookings) -> None:
    change = booked_course(bookings, bookings.people[0])
    with writing(bookings.engine) as connection:
        undo(connection, change, actor="desk")
    assert bookings.count(outbox) == 0  # nobody had been told of it
    change = booked_course(bookings, bookings.people[0])
    with writing(bookings.engine) as connection:
        connection.execute(outbox.update().values(state="sent"))
        undo(connection, change, actor="desk")
    assert bookings.count(outbox, outbox.c.state == "waiting") == 1
    sender = Kept()
    assert send_due(bookings.engine, sender, key=b"key", base="http://x", clinic=CLINIC) == (1, 0)
    (letter,) = sender.letters
    assert letter.subject.startswith("Your visits are cancelled, the first of ")
    assert letter.text.count("\n- ") == 12 and "http://x" not in letter.text
    assert letter.calendar is not None and letter.calendar.content.count(b"STATUS:CANCELLED") == 12


class Kept:
    """Keeps the letters that it is given."""

    def __init__(self) -> None:
        self.letters = list[Letter]()

    def send(self, letter: Letter, *, message_id: str) -> None:
        assert message_id
        self.letters.append(letter)

    def forget(self, *, message_id: str) -> None:
        raise AssertionError(message_id)


CLINIC = Clinic(name="Spine clinic of Orange", address="desk@clinic.example")


def test_the_letter_of_a_course_leads_to_each_visit(bookings: Bookings) -> None:
    booked_course(bookings, bookings.people[0])
    sender = Kept()
    send_due(bookings.engine, sender, key=b"key", base="http://x", clinic=CLINIC)
    (letter,) = sender.letters
    links = re.findall(r"http://x/visit/\S+", letter.text)
    assert len(set(links)) == len(links) == 12
    assert letter.calendar is not None
    events = icalendar.Calendar.from_ical(letter.calendar.content).walk("VEVENT")
    assert [str(one["url"]) for one in events] == links
    assert letter.text.endswith("\nSpine clinic of Orange\n")


def test_a_booking_that_is_undone_at_once_is_told_to_nobody(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        book(connection, slot_at(utc(5, 18)), person=bookings.people[0], actor="desk", change="c1")
    with writing(bookings.engine) as connection:
        undo(connection, "c1", actor="desk")
    assert bookings.count(outbox) == 0


def test_the_letter_about_a_course_goes_out_though_its_first_visit_changes(bookings: Bookings) -> None:
    booked_course(bookings, bookings.people[0])
    with writing(bookings.engine) as connection:
        first, second, *_ = appointments_of(connection, bookings.people[0])
        way = next(way for way in ways_for(connection, first) if way.slot.start < second.start)
        reschedule(connection, first.key, way.slot, actor="desk")
    assert bookings.count(outbox) == 1  # it tells the new time as well
    with writing(bookings.engine) as connection:
        cancel(connection, first.key, actor="desk")
    waiting = outbox.c.appointment == second.key, outbox.c.kind == "course", outbox.c.state == "waiting"
    assert bookings.count(outbox, *waiting) == 1
    assert bookings.count(outbox, outbox.c.appointment == first.key, outbox.c.kind == "cancelled") == 1


def test_when_one_of_twelve_is_taken_none_is_booked(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        slots = propose(connection, rule(bookings.people[0]))
        assert not isinstance(slots, CourseRefused)
        book(connection, slots[7], person=bookings.people[1], actor="desk")
    with pytest.raises(TimeTakenError), writing(bookings.engine) as connection:
        book_course(connection, rule(bookings.people[0]), slots, person=bookings.people[0], actor="desk")
    assert bookings.count(appointments) == 1


def test_an_ill_provider_s_day_moves_and_comes_back_as_one(bookings: Bookings) -> None:
    booked_course(bookings, bookings.people[0])
    with writing(bookings.engine) as connection:
        for number, start in enumerate((utc(3, 19), utc(3, 19, 30))):
            book(connection, slot_at(start, "ben", "t2"), person=bookings.people[1 + number], actor="desk")
    ill = Absence(provider="ben", start=utc(3, 8), end=utc(4, 8), reason="ill")
    with reading(bookings.engine) as connection:
        visits = visits_in(connection, ill)
        moves = propose_repair(connection, visits, ill)
    assert len(visits) >= 2
    assert all(isinstance(move, Move) for move in moves)
    before = _all(bookings)
    change = new_id()
    with writing(bookings.engine) as connection:
        note_absence(connection, ill, actor="desk", change=change)
        pairs = [(move.key, move.slot) for move in moves if isinstance(move, Move)]
        reschedule_all(connection, pairs, actor="desk", change=change, words="Dr. Ben is ill")
    with reading(bookings.engine) as connection:
        assert visits_in(connection, ill) == []
    assert utc(3, 18) not in [slot.start for slot in bookings.slots(provider="ben")]
    with writing(bookings.engine) as connection:
        undo(connection, change, actor="desk")
    assert _all(bookings) == before
    assert bookings.count(absences) == 0


def test_a_visit_that_is_over_is_not_moved_when_the_provider_goes_in_the_morning(bookings: Bookings) -> None:
    ill = Absence(provider="ben", start=utc(2, 8), end=utc(3, 8), reason="ill")
    with writing(bookings.engine) as connection:
        morning, later = (
            book(connection, slot_at(start, "ben", "t2"), person=bookings.people[number], actor="desk")
            for number, start in enumerate((utc(2, 17, 30), utc(2, 19, 30)))
        )
        assert [one.key for one in visits_in(connection, ill)] == [morning.key, later.key]
    bookings.clock.advance(timedelta(hours=4))  # 11:00 in California
    with reading(bookings.engine) as connection:
        assert [one.key for one in visits_in(connection, ill)] == [later.key]


def test_two_visits_may_change_places(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        one = book(connection, slot_at(utc(3, 18)), person=bookings.people[0], actor="desk")
        two = book(connection, slot_at(utc(3, 19)), person=bookings.people[1], actor="desk")
    with writing(bookings.engine) as connection:
        swapped = [(one.key, slot_at(utc(3, 19))), (two.key, slot_at(utc(3, 18)))]
        reschedule_all(connection, swapped, actor="desk", change="c", words="swap")
    with reading(bookings.engine) as connection:
        assert [visit.key for visit in appointments_between(connection, utc(3, 8), utc(4, 8))] == [
            two.key,
            one.key,
        ]


def test_ways_out_of_a_course_visit_keep_its_spacing(bookings: Bookings) -> None:
    booked_course(bookings, bookings.people[0])
    with reading(bookings.engine) as connection:
        visits = appointments_of(connection, bookings.people[0])
        ways = ways_for(connection, visits[8])
    days = [visit.wall.date() for visit in visits]
    assert ways
    for way in ways:
        gaps = (way.slot.wall.date() - days[7], days[9] - way.slot.wall.date())
        assert all(timedelta(days=5) <= gap <= timedelta(days=10) for gap in gaps)


def _all(bookings: Bookings) -> list[tuple[str, object, object]]:
    with reading(bookings.engine) as connection:
        return [
            (v.key, v.start, v.placement)
            for v in appointments_between(connection, utc(1, 8), utc(1, 8, month=6))
        ]
