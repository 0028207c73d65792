"""Claims: a free time is held for one person in line, then for the next, then free for everybody."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from time import sleep
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from clinic_bookings import Bookings, slot_at, waiting
from practices import utc
from spondyl.booking import Diary, Slot, Status, StepRefusedError, VisitType, WaitEntry, Waiting, Wish, diary
from spondyl.clinic.chart.appointment_rows import appointment, appointments_of
from spondyl.clinic.chart.appointments import TimeTakenError, book, cancel, confirm_hold, slot_of
from spondyl.clinic.chart.freed_times import (
    cancel_and_offer,
    confirm_and_settle,
    move_and_offer,
    undo_and_wait,
)
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.practice import practice_of, save_practice
from spondyl.clinic.chart.tables import booking_changes, claims, outbox, waitlist
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.waitlist import (
    count_in_vain,
    end_past_waits,
    give_time,
    join_waitlist,
    leave_waitlist,
    offer_free_time,
    offer_time,
    sweep,
    take_back_offer,
    wait_entry,
    waited_in_vain,
    waiting_entries,
)
from spondyl.clinic.chart.waitlist_times import fitting_times, takers

TEN = utc(3, 18)


def test_the_offer_goes_down_the_line_and_then_to_all(bookings: Bookings) -> None:
    bookings.clock.advance(timedelta(hours=1))  # at eight the hour of an offer begins to run
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
        for number in (1, 2):
            join_waitlist(connection, waiting(bookings, number), actor="desk")
        cancel(connection, visit.key, actor="desk")
        hold = offer_free_time(connection, slot_of(visit))
    assert hold is not None and hold.person == bookings.people[1]
    offers = outbox.c.kind == "offer"
    assert bookings.count(outbox, offers, outbox.c.appointment == hold.key) == 1
    with pytest.raises(StepRefusedError, match="somebody else"), writing(bookings.engine) as connection:
        confirm_hold(connection, hold.key, person=bookings.people[2], actor="link")
    bookings.clock.advance(timedelta(minutes=61))
    with writing(bookings.engine) as connection:
        (second,) = sweep(connection)
    assert second.person == bookings.people[2]
    assert bookings.count(outbox, offers, outbox.c.appointment == second.key) == 1
    bookings.clock.advance(timedelta(minutes=61))
    with writing(bookings.engine) as connection:
        assert sweep(connection) == []
        assert [one.state for one in waiting_entries(connection)] == [Waiting.WAITING, Waiting.WAITING]
    assert bookings.count(claims) == 0
    assert bookings.count(outbox, offers) == 0, "an offer that was not sent in time is none any more"


def test_a_visit_whose_kind_the_practice_dropped_is_cancelled_and_its_time_offered_to_nobody(
    bookings: Bookings,
) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
        join_waitlist(connection, waiting(bookings, 1), actor="desk")
        practice = practice_of(connection)
        kept = tuple(one for one in practice.visit_types if one.key != "follow")
        save_practice(connection, replace(practice, visit_types=kept), actor="admin")
    with writing(bookings.engine) as connection:
        gone, hold = cancel_and_offer(connection, visit.key, actor="desk")
    assert gone.status is Status.CANCELLED and hold is None
    refused = pytest.raises(StepRefusedError, match="no longer has visits of this kind")
    with refused, writing(bookings.engine) as connection:
        offer_time(connection, "w1", slot_at(TEN), actor="desk")


def test_who_takes_the_offer_leaves_the_line(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        join_waitlist(connection, waiting(bookings, 1), actor="desk")
        join_waitlist(connection, waiting(bookings, 2), actor="desk")
        hold = offer_free_time(connection, slot_at(TEN))
        assert hold is not None
        confirm_and_settle(connection, hold.key, person=bookings.people[1], actor="link")
        assert wait_entry(connection, "w1").state is Waiting.BOOKED
        leave_waitlist(connection, "w2", actor="desk")
        assert waiting_entries(connection) == []
        assert offer_free_time(connection, slot_at(TEN, "ben", "t2")) is None


def test_the_times_that_suit_keep_to_provider_weekday_and_hour(bookings: Bookings) -> None:
    wishes = (
        waiting(bookings, 0, provider="ben"),
        waiting(bookings, 1, weekdays=(1, 3)),
        waiting(bookings, 2, from_min=11 * 60, to_min=12 * 60),
    )
    with reading(bookings.engine) as connection:
        found = fitting_times(connection, wishes, each=100)
    by_ben, on_days, late = (found[one.key] for one in wishes)
    assert {slot.placement.provider for slot in by_ben} == {"ben"}
    assert {slot.wall.hour for slot in late} == {11}
    everything = [slot.start for slot in bookings.slots() if slot.start < utc(9, 8)]
    first = {day: min(one for one in everything if one.day == day) for day in (3, 5)}  # Tuesday, Thursday
    mornings = [slot.start for slot in on_days if slot.wall.hour < 12]
    assert mornings == list(first.values())


def test_what_is_free_is_worked_out_once_for_all_who_wait_for_the_same(
    bookings: Bookings, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_out = list[Wish]()

    def noted(diary: Diary, wish: Wish) -> int:
        worked_out.append(wish)
        return free(diary, wish)

    free = diary._offered_with_things
    monkeypatch.setattr(diary, "_offered_with_things", noted)
    wishes = [waiting(bookings, number, weekdays=(day,)) for number, day in enumerate((1, 3, 1))]
    with reading(bookings.engine) as connection:
        found = fitting_times(connection, wishes)
    assert all(found.values()) and len(worked_out) == 1


def test_a_free_time_is_offered_to_the_first_who_may_be_booked_and_the_rest_are_not_asked_about(
    bookings: Bookings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[str]()

    def stop(_connection: sa.Connection, person_id: str, _kind: VisitType) -> str | None:
        asked.append(person_id)
        return "Stopped." if person_id == bookings.people[0] else None

    monkeypatch.setattr("spondyl.clinic.chart.waitlist.booking_stop", stop)
    with writing(bookings.engine) as connection:
        for number in range(3):
            join_waitlist(connection, waiting(bookings, number), actor="desk")
        hold = offer_free_time(connection, slot_at(TEN))
        assert hold is not None and hold.person == bookings.people[1]
        assert asked == list(bookings.people[:2])
        asked.clear()
        assert offer_free_time(connection, slot_at(bookings.clock() + timedelta(minutes=20))) is None
    assert asked == [], "the time is too near for a letter, whoever it suits"


def test_a_wait_ends_with_its_last_day(bookings: Bookings) -> None:
    """Nobody looks any more for who waited until then; who got no time is to be called, until somebody did."""
    soon = utc(5, 8)
    with writing(bookings.engine) as connection:
        later = book(connection, slot_at(utc(9, 18)), person=bookings.people[0], actor="desk")
        for entry in (
            replace(waiting(bookings, 0), visit=later.key, latest=soon),
            replace(waiting(bookings, 1), latest=soon),
            replace(waiting(bookings, 2), latest=soon),
            replace(waiting(bookings, 2), key="w3", weekdays=(4,)),
        ):
            join_waitlist(connection, entry, actor="desk")
    bookings.clock.moment = soon
    with writing(bookings.engine) as connection:
        end_past_waits(connection)
        assert [one.key for one in waiting_entries(connection)] == ["w3"]
        assert [one.key for one in waited_in_vain(connection)] == ["w1", "w2"]
        assert count_in_vain(connection) == 2
        assert wait_entry(connection, "w0").state is Waiting.LEFT, "the visit to be moved stands"
        leave_waitlist(connection, "w1", actor="desk")
        book(connection, slot_at(utc(6, 18)), person=bookings.people[2], actor="desk")
    with pytest.raises(StepRefusedError, match="no longer on"), writing(bookings.engine) as connection:
        leave_waitlist(connection, "w1", actor="desk")
    with writing(bookings.engine) as connection:
        end_past_waits(connection)
        assert waited_in_vain(connection) == [], "one was called, the other has a visit"


def test_who_waits_again_waits_no_longer_in_vain(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        join_waitlist(connection, replace(waiting(bookings, 1), latest=utc(5, 8)), actor="desk")
    bookings.clock.moment = utc(5, 8)
    with writing(bookings.engine) as connection:
        end_past_waits(connection)
        assert join_waitlist(connection, replace(waiting(bookings, 1), key="w9"), actor="desk")
        assert waited_in_vain(connection) == []
        assert [one.key for one in waiting_entries(connection)] == ["w9"]


def test_one_press_books_and_moves_the_later_visit_whose_time_goes_to_the_next(bookings: Bookings) -> None:
    friday = utc(6, 18)
    with writing(bookings.engine) as connection:
        later = book(connection, slot_at(friday), person=bookings.people[1], actor="desk")
        for number in (1, 2):
            join_waitlist(connection, waiting(bookings, number), actor="desk")
        visit = give_time(connection, "w1", slot_at(TEN), actor="desk")
        assert visit.key == later.key and visit.start == TEN
        assert wait_entry(connection, "w1").state is Waiting.BOOKED
        follower = wait_entry(connection, "w2")
        assert follower.hold and appointment(connection, follower.hold).start == friday
        assert len(appointments_of(connection, bookings.people[1])) == 1


def test_a_time_taken_meanwhile_is_given_to_nobody_and_the_place_in_line_stays(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        join_waitlist(connection, waiting(bookings, 1), actor="desk")
        book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
    with pytest.raises(TimeTakenError), writing(bookings.engine) as connection:
        give_time(connection, "w1", slot_at(TEN), actor="desk")
    with reading(bookings.engine) as connection:
        assert wait_entry(connection, "w1").state is Waiting.WAITING
        assert appointments_of(connection, bookings.people[1]) == []


def test_nobody_is_given_two_times(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        join_waitlist(connection, waiting(bookings, 1), actor="desk")
        give_time(connection, "w1", slot_at(TEN), actor="desk")
    for step in (give_time, offer_time):
        with (
            pytest.raises(StepRefusedError, match="no longer on the waitlist"),
            writing(bookings.engine) as connection,
        ):
            step(connection, "w1", slot_at(TEN, "ben", "t2"), actor="desk")


def test_an_offer_is_booked_by_telephone_or_taken_back_for_the_next(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        for number in (1, 2):
            join_waitlist(connection, waiting(bookings, number), actor="desk")
        kept = offer_time(connection, "w1", slot_at(TEN), actor="desk")
        with pytest.raises(StepRefusedError, match="already"):
            offer_time(connection, "w1", slot_at(TEN, "ben", "t2"), actor="desk")
        following = take_back_offer(connection, "w1", actor="desk")
        assert following and following.person == bookings.people[2] and following.start == kept.start
        assert give_time(connection, "w2", None, actor="desk").start == TEN
        assert [one.key for one in waiting_entries(connection)] == ["w1"]
        with pytest.raises(StepRefusedError, match="No time is kept"):
            give_time(connection, "w1", None, actor="desk")


def test_who_leaves_while_a_time_is_kept_gives_it_to_the_next(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        for number in (1, 2):
            join_waitlist(connection, waiting(bookings, number), actor="desk")
        offer_time(connection, "w1", slot_at(TEN), actor="desk")
        leave_waitlist(connection, "w1", actor="desk")
        assert wait_entry(connection, "w2").state is Waiting.OFFERED
    assert bookings.count(claims, claims.c.resource == "provider:ana") > 0


def test_a_cancelled_visit_names_who_could_come_for_another_kind_of_visit(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN, visit="adjust"), person=bookings.people[0], actor="desk")
        join_waitlist(connection, waiting(bookings, 1), actor="desk")
        join_waitlist(connection, waiting(bookings, 2, weekdays=(4,)), actor="desk")
        gone = cancel(connection, visit.key, actor="desk")
        assert offer_free_time(connection, slot_of(visit)) is None
        found = takers(connection, gone)
    assert [(one.key, slot.start) for one, slot in found] == [("w1", TEN)]


def test_the_same_wish_stands_in_line_once_and_keeps_its_place(bookings: Bookings) -> None:
    first = waiting(bookings, 1)
    with writing(bookings.engine) as connection:
        assert join_waitlist(connection, first, actor="desk")
        again = replace(first, key="again", since=utc(2, 20), latest=utc(20, 8))
        assert not join_waitlist(connection, again, actor="desk")
        assert waiting_entries(connection) == [replace(first, latest=utc(20, 8))]
        other = replace(again, key="other", weekdays=(3,))
        assert join_waitlist(connection, other, actor="desk")
        assert len(waiting_entries(connection)) == 2


def newest_change(bookings: Bookings) -> str:
    with reading(bookings.engine) as connection:
        newest = sa.select(booking_changes.c.change).order_by(booking_changes.c.at.desc())
        return connection.execute(newest.limit(1)).scalar_one()


@pytest.mark.parametrize("moves", [False, True])
def test_undoing_a_booking_off_the_waitlist_puts_the_person_back_in_the_old_place(
    bookings: Bookings, moves: bool
) -> None:
    person = bookings.people[1]
    with writing(bookings.engine) as connection:
        if moves:
            book(connection, slot_at(utc(6, 18)), person=person, actor="desk")
        before = appointments_of(connection, person)
        for number in (2, 1):
            join_waitlist(connection, waiting(bookings, number, weekdays=(1,)), actor="desk")
        give_time(connection, "w1", slot_at(TEN), actor="desk")
    bookings.clock.advance(timedelta(minutes=5))
    with writing(bookings.engine) as connection:
        _, put_back = undo_and_wait(connection, newest_change(bookings), actor="desk")
        assert put_back == 1
        assert [one.key for one in waiting_entries(connection)] == ["w1", "w2"]
        assert wait_entry(connection, "w1") == entry_at_start(bookings)
        after = appointments_of(connection, person)
    assert [(one.key, one.start, one.placement) for one in after] == [
        (one.key, one.start, one.placement) for one in before
    ]


def test_who_waits_for_a_time_before_a_visit_that_is_cancelled_waits_again_when_that_is_undone(
    bookings: Bookings,
) -> None:
    person = bookings.people[1]
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(utc(6, 18)), person=person, actor="desk")
        entry = replace(waiting(bookings, 1), latest=visit.start)
        join_waitlist(connection, entry, actor="link")
        offered_time = offer_time(connection, entry.key, slot_at(TEN), actor="desk")
        cancel_and_offer(connection, visit.key, actor="desk")
        assert wait_entry(connection, entry.key).state is Waiting.LEFT
        assert not appointment(connection, offered_time.key).live
    with writing(bookings.engine) as connection:
        visits, put_back = undo_and_wait(connection, newest_change(bookings), actor="desk")
        assert ([one.key for one in visits], put_back) == ([visit.key], 1)
        assert wait_entry(connection, entry.key) == entry


def test_an_undone_move_takes_the_end_of_the_wait_back_with_it(bookings: Bookings) -> None:
    person = bookings.people[1]
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(utc(6, 18)), person=person, actor="desk")
        join_waitlist(connection, replace(waiting(bookings, 1), latest=visit.start), actor="desk")
        moved = move_and_offer(connection, visit, slot_at(utc(5, 18)), actor="desk", change="earlier")
        assert wait_entry(connection, "w1").latest == moved.start
    with writing(bookings.engine) as connection:
        undo_and_wait(connection, "earlier", actor="desk")
        assert wait_entry(connection, "w1").latest == visit.start
        cancel_and_offer(connection, visit.key, actor="desk")
        assert wait_entry(connection, "w1").state is Waiting.LEFT


def entry_at_start(bookings: Bookings) -> WaitEntry:
    bookings.clock.advance(timedelta(minutes=-5))
    return waiting(bookings, 1, weekdays=(1,))


def test_a_kept_time_goes_on_when_another_provider_at_the_same_start_is_booked(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        for number in (1, 2):
            join_waitlist(connection, waiting(bookings, number), actor="desk")
        offer_time(connection, "w1", slot_at(TEN), actor="desk")
        give_time(connection, "w1", slot_at(TEN, "ben", "t2"), actor="desk")
        follower = wait_entry(connection, "w2")
        assert follower.hold is not None
        assert slot_of(appointment(connection, follower.hold)) == slot_at(TEN)


def test_who_passed_a_time_is_offered_another_provider_at_the_same_start(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        join_waitlist(connection, waiting(bookings, 1), actor="desk")
        kept = offer_time(connection, "w1", slot_at(TEN), actor="desk")
        assert cancel_and_offer(connection, kept.key, actor="link")[1] is None
        assert wait_entry(connection, "w1").state is Waiting.WAITING
        assert offer_free_time(connection, slot_at(TEN)) is None
        hold = offer_free_time(connection, slot_at(TEN, "ben", "t2"))
        assert hold is not None and hold.person == bookings.people[1]


def test_who_could_come_needs_what_became_free(bookings: Bookings) -> None:
    """Ben was free at ten all along: that is no reason to call somebody who waits for him."""
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN, visit="adjust"), person=bookings.people[0], actor="desk")
        join_waitlist(connection, waiting(bookings, 1, provider="ben"), actor="desk")
        join_waitlist(connection, waiting(bookings, 2), actor="desk")
        gone = cancel(connection, visit.key, actor="desk")
        found = takers(connection, gone)
    assert [(one.key, slot.placement.provider) for one, slot in found] == [("w2", "ana")]


def test_a_longer_visit_that_begins_before_the_freed_one_counts_too(bookings: Bookings) -> None:
    early = timedelta(minutes=-15)
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN, visit="adjust"), person=bookings.people[0], actor="desk")
        minute = (TEN + early).astimezone(ZoneInfo("America/Los_Angeles"))
        at = 60 * minute.hour + minute.minute
        join_waitlist(connection, waiting(bookings, 1, from_min=at, to_min=at + 5), actor="desk")
        assert takers(connection, cancel(connection, visit.key, actor="desk"))[0][1].start == TEN + early


def test_two_who_press_at_once_never_wait_for_each_other(bookings: Bookings) -> None:
    """An offer is taken by its link while staff take it back: each pauses after every lock, and nothing deadlocks."""

    def pause(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if "FOR UPDATE" in statement or statement.startswith("UPDATE waitlist"):
            sleep(0.2)

    with writing(bookings.engine) as connection:
        join_waitlist(connection, waiting(bookings, 1), actor="desk")
        hold = offer_time(connection, "w1", slot_at(TEN), actor="desk")

    def work(step: Callable[[sa.Connection], object]) -> str:
        try:
            with writing(bookings.engine) as connection:
                step(connection)
        except StepRefusedError:
            return "refused"
        return "done"

    person = bookings.people[1]
    event.listen(bookings.engine, "after_cursor_execute", pause)
    with ThreadPoolExecutor(2) as pool:
        taken = pool.submit(
            work, lambda connection: confirm_and_settle(connection, hold.key, person=person, actor="link")
        )
        back = pool.submit(work, lambda connection: take_back_offer(connection, "w1", actor="desk"))
        outcomes = sorted((taken.result(30), back.result(30)))
    event.remove(bookings.engine, "after_cursor_execute", pause)
    assert outcomes == ["done", "refused"]
    with reading(bookings.engine) as connection:
        state, visits = wait_entry(connection, "w1").state, appointments_of(connection, person)
    assert (state, len(visits)) in {(Waiting.BOOKED, 1), (Waiting.WAITING, 0)}


def test_two_who_give_a_person_a_time_at_once_book_one_visit(bookings: Bookings) -> None:
    """Both have read the line before either has booked, unless the second waits for the first."""

    def pause(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT waitlist.body"):
            sleep(0.3)

    with writing(bookings.engine) as connection:
        join_waitlist(connection, waiting(bookings, 1), actor="desk")

    def given(slot: Slot) -> str:
        try:
            with writing(bookings.engine) as connection:
                give_time(connection, "w1", slot, actor="desk")
        except StepRefusedError:
            return "refused"
        return "done"

    event.listen(bookings.engine, "after_cursor_execute", pause)
    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(given, (slot_at(TEN), slot_at(TEN + timedelta(hours=1), "ben", "t2"))))
    event.remove(bookings.engine, "after_cursor_execute", pause)
    assert outcomes == ["done", "refused"]
    with reading(bookings.engine) as connection:
        assert len(appointments_of(connection, bookings.people[1])) == 1


def test_two_freed_times_go_to_two_people_without_a_deadlock(bookings: Bookings) -> None:
    """Two visits are cancelled at once while two wait: each gets one, neither gets two."""
    eleven = TEN + timedelta(hours=1)
    with writing(bookings.engine) as connection:
        visits = [
            book(connection, slot_at(start, *who), person=bookings.people[0], actor="desk")
            for start, who in ((TEN, ("ana", "t1")), (eleven, ("ben", "t2")))
        ]
        for number in (1, 2):
            join_waitlist(connection, waiting(bookings, number), actor="desk")

    def freed(key: str) -> None:
        with writing(bookings.engine) as connection:
            cancel_and_offer(connection, key, actor="desk")

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(freed, visit.key) for visit in visits]:
            done.result(30)
    with reading(bookings.engine) as connection:
        line = waiting_entries(connection)
        held = {appointment(connection, one.hold).start for one in line if one.hold}
    assert [one.state for one in line] == [Waiting.OFFERED] * 2
    assert held == {TEN, eleven}


def test_a_moved_visit_offers_the_time_that_it_had(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(TEN), person=bookings.people[0], actor="desk")
        join_waitlist(connection, waiting(bookings, 1), actor="desk")
        move_and_offer(connection, visit, slot_at(utc(6, 18)), actor="desk")
        assert wait_entry(connection, "w1").state is Waiting.OFFERED


def test_a_chart_that_knew_only_the_starts_that_were_passed_is_brought_to_the_new_form(
    bookings: Bookings,
) -> None:
    first = waiting(bookings, 1)
    with writing(bookings.engine) as connection:
        join_waitlist(connection, first, actor="desk")
        old = json.loads(connection.execute(sa.select(waitlist.c.body)).scalar_one())
        old |= {"passed": [TEN.isoformat()]}
        connection.execute(waitlist.update().values(body=json.dumps(old)))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0005_lean_indexes'"))
    upgrade(bookings.engine)
    with reading(bookings.engine) as connection:
        assert waiting_entries(connection) == [first]
