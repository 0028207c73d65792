"""Claims: two charts of one person are joined, and separated again, in one transaction, on both databases: nothing is
booked twice or lost, no document moves, the closed chart takes nothing new, and no way to book leads past that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from threading import Thread

import pytest
import sqlalchemy as sa

from audit_rows import entries
from clinic_bookings import Bookings, slot_at, waiting
from practices import utc
from spondyl.booking import Appointment, Slot
from spondyl.clinic.chart import documents
from spondyl.clinic.chart.accounts import Account, add_account
from spondyl.clinic.chart.appointment_rows import appointment, appointments_of
from spondyl.clinic.chart.appointments import (
    TimeTakenError,
    book,
    cancel,
    confirm_hold,
    hold_slot,
    reschedule,
)
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.booking_changes import UndoRefusedError, recent_changes
from spondyl.clinic.chart.erasure import ErasureRefusedError, Ground, erase_person, overdue
from spondyl.clinic.chart.films import FilmSource, NewFilm, add_film, films_of, name_person
from spondyl.clinic.chart.guard import break_glass, may_open, named_for, restrict, shut_for
from spondyl.clinic.chart.joining import JoinRefusedError, join_charts, join_of, separate_charts
from spondyl.clinic.chart.known_person import find_or_add, perhaps_known, perhaps_same
from spondyl.clinic.chart.people import PersonErasedError, change_person, person
from spondyl.clinic.chart.practice import practice_of
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.same_person import ChartClosedError, charts_of, kept_chart
from spondyl.clinic.chart.tables import appointments, claims
from spondyl.clinic.chart.tables import documents as document_rows
from spondyl.clinic.chart.told_apart import tell_apart, tell_no_more, told_of
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.undo_change import undo
from spondyl.clinic.chart.waitlist import join_waitlist, waiting_entries

DESK = "desk"
Do = Callable[[sa.Connection, Bookings], object]


def joined(bookings: Bookings) -> tuple[str, str]:
    """The kept chart and the closed one."""
    kept, closed = bookings.people[:2]
    with writing(bookings.engine) as connection:
        join_charts(connection, kept=kept, closed=closed, actor=DESK)
    return kept, closed


def booked(bookings: Bookings, who: int, hour: int) -> Appointment:
    """A visit of the one or the other."""
    with writing(bookings.engine) as connection:
        return book(connection, slot_at(utc(3, hour)), person=bookings.people[who], actor=DESK)


def claimed(connection: sa.Connection, person_id: str) -> list[str]:
    rows = connection.execute(
        sa.select(claims.c.appointment).where(claims.c.resource == f"person:{person_id}")
    )
    return sorted(rows.scalars())


def clinician(connection: sa.Connection) -> Account:
    return add_account(
        connection,
        sign_in_name="lind",
        full_name="Dr Lind",
        role=Role.CLINICIAN,
        password=None,
        actor="test",
    )


def test_who_waits_for_the_same_in_both_charts_stands_in_line_once(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        for who in (1, 0):
            assert join_waitlist(connection, waiting(bookings, who), actor=DESK)
        before = {one.person: one for one in waiting_entries(connection)}
    kept, closed = joined(bookings)
    with reading(bookings.engine) as connection:
        (only,) = waiting_entries(connection)
        assert (only.person, only.key) == (kept, before[kept].key)
        assert only.since == min(one.since for one in before.values())
    with writing(bookings.engine) as connection:
        separate_charts(connection, closed, actor=DESK)
    with reading(bookings.engine) as connection:
        again = {one.person: one for one in waiting_entries(connection)}
    assert again[closed] == before[closed] and again[kept].key == before[kept].key


def test_what_comes_goes_to_the_kept_chart_and_back(bookings: Bookings) -> None:
    mine, theirs = booked(bookings, 0, 18), booked(bookings, 1, 19)
    with writing(bookings.engine) as connection:
        join_waitlist(connection, waiting(bookings, 1), actor=DESK)
    kept, closed = joined(bookings)
    with reading(bookings.engine) as connection:
        assert [one.key for one in appointments_of(connection, kept)] == [mine.key, theirs.key]
        assert appointment(connection, theirs.key).person == kept
        assert claimed(connection, kept) == sorted([mine.key, theirs.key])
        assert claimed(connection, closed) == []
        assert [one.person for one in waiting_entries(connection)] == [kept]
        assert kept_chart(connection, closed) == kept
        assert charts_of(connection, closed) == (kept, closed) == charts_of(connection, kept)
        assert {one.subject for one in entries(connection) if one.action == "join charts"} == {
            f"person {kept}",
            f"person {closed}",
        }
        assert verify(connection).sound
    with (
        pytest.raises(TimeTakenError),
        writing(bookings.engine) as connection,
    ):  # the same person, another room
        book(connection, slot_at(utc(3, 19), provider="ben", room="t2"), person=kept, actor=DESK)
    with writing(bookings.engine) as connection:
        separate_charts(connection, closed, actor=DESK)
    with reading(bookings.engine) as connection:
        assert [one.key for one in appointments_of(connection, kept)] == [mine.key]
        assert [one.key for one in appointments_of(connection, closed)] == [theirs.key]
        assert (claimed(connection, kept), claimed(connection, closed)) == ([mine.key], [theirs.key])
        assert [one.person for one in waiting_entries(connection)] == [closed]
        assert join_of(connection, closed) is None
        assert charts_of(connection, kept) == (kept,)
        assert verify(connection).sound
    booked(bookings, 1, 20)


@pytest.mark.parametrize(
    "theirs",
    [slot_at(utc(3, 17, 30)), slot_at(utc(3, 17, 45), room="t3")],
    ids=["at one time", "at two offices"],
)
def test_two_visits_at_one_time_are_told_and_nothing_is_joined(bookings: Bookings, theirs: Slot) -> None:
    first, second = bookings.people[:2]
    with writing(bookings.engine) as connection:
        book(connection, slot_at(utc(3, 17, 30), provider="ben", room="t2"), person=first, actor=DESK)
        visit = book(connection, theirs, person=second, actor=DESK)
    with (
        pytest.raises(JoinRefusedError, match=r"3 March, 9:30 am in record 1001\. Move or cancel"),
        writing(bookings.engine) as connection,
    ):
        join_charts(connection, kept=first, closed=second, actor=DESK)
    with writing(bookings.engine) as connection:
        assert charts_of(connection, second) == (second,)
        assert appointment(connection, visit.key).person == second
        cancel(connection, visit.key, actor=DESK)
        join_charts(connection, kept=first, closed=second, actor=DESK)


def test_what_was_booked_over_something_goes_along_in_its_lane(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        second = bookings.people[1]
        plain = book(connection, slot_at(utc(3, 18)), person=second, actor=DESK)
        over = book(
            connection,
            slot_at(utc(3, 18), provider="ben", room="t2"),
            person=second,
            actor=DESK,
            reason="twice",
        )
    kept, closed = joined(bookings)
    with reading(bookings.engine) as connection:
        of_kept = claims.c.resource == f"person:{kept}"
        found = connection.execute(sa.select(claims.c.appointment, claims.c.lane).where(of_kept))
        lanes = {row.appointment: row.lane for row in found}
        assert lanes == {plain.key: 0, over.key: 1}
    with writing(bookings.engine) as connection:
        separate_charts(connection, closed, actor=DESK)
        assert claimed(connection, closed) == sorted([plain.key, over.key])


def save_new(connection: sa.Connection, bookings: Bookings) -> object:
    return documents.save(connection, kind="plan", person_id=bookings.people[1], body={}, actor=DESK)


def book_alone(connection: sa.Connection, bookings: Bookings) -> object:
    return book(connection, slot_at(utc(3, 20)), person=bookings.people[1], actor=DESK, alone=True)


def book_over(connection: sa.Connection, bookings: Bookings) -> object:
    return book(connection, slot_at(utc(3, 20)), person=bookings.people[1], actor=DESK, reason="over")


def confirm(connection: sa.Connection, bookings: Bookings) -> object:
    hold = hold_slot(connection, slot_at(utc(3, 20)), actor=DESK)
    return confirm_hold(connection, hold.key, person=bookings.people[1], actor=DESK)


def wait_for_one(connection: sa.Connection, bookings: Bookings) -> object:
    return join_waitlist(connection, waiting(bookings, 1), actor=DESK)


def add_one_film(connection: sa.Connection, bookings: Bookings) -> object:
    return add_film(connection, a_film(bookings.people[1]), actor=DESK)


def name_for_film(connection: sa.Connection, bookings: Bookings) -> object:
    found = add_film(connection, a_film(None), actor=DESK)
    return name_person(connection, found.id, bookings.people[1], actor=DESK)


def change_details(connection: sa.Connection, bookings: Bookings) -> object:
    closed = person(connection, bookings.people[1])
    return change_person(connection, closed.id, replace(closed.details, phone="1234567"), actor=DESK)


def a_film(person_id: str | None) -> NewFilm:
    return NewFilm(
        content_sha256="a" * 64,
        size_bytes=9,
        source=FilmSource.UPLOAD,
        source_name="film.dcm",
        person_id=person_id,
    )


@pytest.mark.parametrize(
    "do",
    [
        save_new,
        book_alone,
        book_over,
        confirm,
        wait_for_one,
        add_one_film,
        name_for_film,
        change_details,
    ],
)
def test_a_closed_chart_takes_nothing_new_and_names_the_kept_one(bookings: Bookings, do: Do) -> None:
    joined(bookings)
    with pytest.raises(ChartClosedError, match="Open record 1001"), writing(bookings.engine) as connection:
        do(connection, bookings)
    with writing(bookings.engine) as connection:
        separate_charts(connection, bookings.people[1], actor=DESK)
    with writing(bookings.engine) as connection:
        do(connection, bookings)


def test_no_change_from_before_brings_a_visit_back_to_the_closed_chart(bookings: Bookings) -> None:
    visit, gone = booked(bookings, 1, 19), booked(bookings, 1, 20)
    with writing(bookings.engine) as connection:
        reschedule(connection, visit.key, slot_at(utc(3, 18)), actor=DESK, change="moved")
        cancel(connection, gone.key, actor=DESK, change="cancelled")
    joined(bookings)
    with pytest.raises(UndoRefusedError, match="changed again"), writing(bookings.engine) as connection:
        undo(connection, "moved", actor=DESK)
    with pytest.raises(ChartClosedError), writing(bookings.engine) as connection:
        undo(connection, "cancelled", actor=DESK)
    with reading(bookings.engine) as connection:
        known = {one.change for one in recent_changes(connection, person=bookings.people[0])}
        assert {"moved", "cancelled"} <= known


def test_no_document_changes_its_chart_and_both_are_read_as_one(bookings: Bookings) -> None:
    for number, who in enumerate(bookings.people[:2]):
        bookings.clock.advance(timedelta(minutes=1))
        with writing(bookings.engine) as connection:
            saved = documents.save(connection, kind="plan", person_id=who, body={"n": number}, actor="dr")
            documents.sign(
                connection, document_id=saved.document_id, version=1, actor="dr", digest=saved.digest
            )
    rows = sa.select(document_rows).order_by(document_rows.c.document_id, document_rows.c.version)
    with reading(bookings.engine) as connection:
        before = connection.execute(rows).all()
    kept, closed = joined(bookings)
    with writing(bookings.engine) as connection:
        assert connection.execute(rows).all() == before
        for who in (kept, closed):
            plans = documents.newest_of_each(connection, kind="plan", person_id=who)
            assert [(one.body["n"], one.person_id, one.signed) for one in plans] == [
                (1, closed, True),
                (0, kept, True),
            ]
        # What was begun goes on where it stands, from the kept chart's pages too.
        named = {"kind": "plan", "person_id": kept, "document_id": plans[0].document_id}
        saved = documents.save(connection, **named, body={"n": 2}, actor="dr", after_version=1)
        assert (saved.person_id, saved.version) == (closed, 2)
        separate_charts(connection, closed, actor=DESK)
        assert [
            one.body["n"] for one in documents.newest_of_each(connection, kind="plan", person_id=kept)
        ] == [0]
        assert [
            one.body["n"] for one in documents.newest_of_each(connection, kind="plan", person_id=closed)
        ] == [2]


def test_what_only_the_closed_chart_knows_is_filled_in_and_taken_back(bookings: Bookings) -> None:
    first, second = bookings.people[:2]
    with writing(bookings.engine) as connection:
        for who, changes in (
            (first, {"email": "", "sex": "female"}),
            (second, {"birth_date": date(1950, 5, 1), "phone": "714 555 0100", "sex": "male"}),
        ):
            known = person(connection, who)
            change_person(connection, who, replace(known.details, **changes), actor=DESK)
    kept, closed = joined(bookings)
    with writing(bookings.engine) as connection:
        now = person(connection, kept).details
        assert (now.birth_date, now.phone, now.email, now.sex) == (
            date(1950, 5, 1),
            "714 555 0100",
            "t1@example.org",
            "female",
        )
        change_person(connection, kept, replace(now, phone="714 555 0199"), actor=DESK)
        separate_charts(connection, closed, actor=DESK)
        after = person(connection, kept).details
        assert (after.birth_date, after.phone, after.email) == (None, "714 555 0199", "")


def test_films_go_along_and_come_back(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        held = add_film(connection, a_film(bookings.people[1]), actor=DESK)
    kept, closed = joined(bookings)
    with writing(bookings.engine) as connection:
        assert [one.id for one in films_of(connection, kept)] == [held.id]
        separate_charts(connection, closed, actor=DESK)
        assert [one.id for one in films_of(connection, closed)] == [held.id]


def test_whoever_books_with_the_closed_charts_name_gets_the_kept_one(bookings: Bookings) -> None:
    second = bookings.people[1]
    kept, _ = joined(bookings)
    with writing(bookings.engine) as connection:
        known = person(connection, second).details
        assert find_or_add(connection, known, actor="public page").id == kept
        assert [one.id for one in perhaps_known(connection, known)] == [kept]


def test_a_pair_told_apart_is_no_hint_until_that_is_taken_back(bookings: Bookings) -> None:
    first, second, third = bookings.people
    with writing(bookings.engine) as connection:
        known = person(connection, first)
        for who in (second, third):
            change_person(connection, who, known.details, actor=DESK)
        hint = {one: [first] for one in (second,)}
        tell_apart(connection, second, first, actor="anna")
        tell_apart(connection, first, second, actor="bea")  # said already
        people = [person(connection, one) for one in bookings.people]
        found = perhaps_same(connection, people, shut=())
        assert {one: [other.id for other in others] for one, others in found.items()} == {
            first: [third],
            second: [third],
            third: [first, second],
        }
        told = told_of(connection, first, second)
        assert told is not None and told.by == "anna"
        with pytest.raises(JoinRefusedError, match="anna said that these are two people"):
            join_charts(connection, kept=first, closed=second, actor=DESK)
        tell_no_more(connection, first, second, actor="anna")
        found = perhaps_same(connection, [people[1]], shut=[third])
        assert {one: [other.id for other in others] for one, others in found.items()} == hint
        join_charts(connection, kept=first, closed=second, actor=DESK)
        found = perhaps_same(connection, people, shut=())
        assert {one: [other.id for other in others] for one, others in found.items()} == {
            first: [third],
            third: [first],
        }


def test_who_was_told_apart_from_a_closed_chart_is_not_joined_to_the_kept_one(bookings: Bookings) -> None:
    first, second, third = bookings.people
    with writing(bookings.engine) as connection:
        tell_apart(connection, second, third, actor=DESK)
    joined(bookings)
    with writing(bookings.engine) as connection:
        with pytest.raises(JoinRefusedError, match="two people: records 1002 and 1003"):
            join_charts(connection, kept=first, closed=third, actor=DESK)
        tell_no_more(connection, second, third, actor=DESK)
        join_charts(connection, kept=first, closed=third, actor=DESK)


def test_a_chart_that_others_were_joined_to_is_kept(bookings: Bookings) -> None:
    first, second, third = bookings.people
    kept, closed = joined(bookings)
    with writing(bookings.engine) as connection:
        with pytest.raises(JoinRefusedError, match="Keep record 1001"):
            join_charts(connection, kept=third, closed=kept, actor=DESK)
        with pytest.raises(JoinRefusedError, match="joined to another already"):
            join_charts(connection, kept=third, closed=closed, actor=DESK)
        with pytest.raises(JoinRefusedError, match="joined to another already"):
            join_charts(connection, kept=closed, closed=third, actor=DESK)
        join_charts(connection, kept=kept, closed=third, actor=DESK)
        assert set(charts_of(connection, third)) == {first, second, third}
        separate_charts(connection, second, actor=DESK)
        assert charts_of(connection, third) == (first, third)
        with pytest.raises(JoinRefusedError, match="separated already"):
            separate_charts(connection, second, actor=DESK)


def test_joined_charts_open_for_the_same_staff(bookings: Bookings) -> None:
    first, second = bookings.people[:2]
    with writing(bookings.engine) as connection:
        lind = clinician(connection)
        other = add_account(
            connection,
            sign_in_name="ortega",
            full_name="Dr Ortega",
            role=Role.CLINICIAN,
            password=None,
            actor="test",
        )
        restrict(connection, second, account_ids=[lind.id], actor="lind")
        with pytest.raises(JoinRefusedError, match="do not open for the same staff"):
            join_charts(connection, kept=first, closed=second, actor=DESK)
        restrict(connection, second, account_ids=[], actor="lind")
        join_charts(connection, kept=first, closed=second, actor=DESK)
        restrict(connection, first, account_ids=[lind.id], actor="lind")
        assert named_for(connection, second) == {lind.id}
        assert shut_for(connection, other.id) == {first, second}
        break_glass(connection, second, account=other, reason="she lies here unconscious")
        assert may_open(connection, first, other.id)
        assert shut_for(connection, other.id) == set()


def test_charts_joined_are_kept_and_erased_together(bookings: Bookings) -> None:
    bookings.clock.advance(timedelta(days=365 * 11))
    first, second, third = bookings.people
    with writing(bookings.engine) as connection:
        saved = documents.save(connection, kind="plan", person_id=second, body={}, actor="dr")
        join_charts(connection, kept=first, closed=second, actor=DESK)
        due = overdue(connection, retention_years=10)
        assert [one.person.id for one in due.shown] == [third]
        why = {"retention_years": 10, "ground": Ground.REQUEST, "actor": "admin"}
        with pytest.raises(ErasureRefusedError, match="joined to record 1001"):
            erase_person(connection, second, **why)
        erase_person(connection, first, **why)
        assert person(connection, first).erased_at and person(connection, second).erased_at
        assert documents.history(connection, saved.document_id) == []
        with pytest.raises(JoinRefusedError, match="erased"):
            separate_charts(connection, second, actor=DESK)
        with pytest.raises(PersonErasedError):
            tell_apart(connection, first, third, actor=DESK)


def later(work: Callable[[], object]) -> tuple[Thread, list[object]]:
    """Begin this beside what is under way here; the list holds what came of it."""
    said: list[object] = []

    def run() -> None:
        try:
            said.append(work())
        except (ChartClosedError, ErasureRefusedError) as refused:
            said.append(refused)

    thread = Thread(target=run)
    thread.start()
    return thread, said


def book_once(connection: sa.Connection, bookings: Bookings) -> object:
    return book(connection, slot_at(utc(3, 20)), person=bookings.people[1], actor=DESK)


def confirm_the_hold(connection: sa.Connection, bookings: Bookings) -> object:
    (hold,) = connection.execute(
        sa.select(appointments.c.key).where(appointments.c.status == "held")
    ).scalars()
    return confirm_hold(connection, hold, person=bookings.people[1], actor=DESK)


@pytest.mark.parametrize("do", [book_alone, book_once, book_over, confirm_the_hold])
def test_a_booking_begun_during_a_join_is_refused(bookings: Bookings, do: Do) -> None:
    def book_it() -> object:
        with writing(bookings.engine) as connection:
            return do(connection, bookings)

    with reading(bookings.engine) as connection:
        practice_of(connection)  # seen before, so that the quick way is open
    if do is confirm_the_hold:
        with writing(bookings.engine) as connection:
            hold_slot(connection, slot_at(utc(3, 20)), actor=DESK)
    with writing(bookings.engine) as connection:
        join_charts(connection, kept=bookings.people[0], closed=bookings.people[1], actor=DESK)
        thread, said = later(book_it)
        thread.join(0.5)
        assert thread.is_alive(), said
    thread.join(20)
    assert isinstance(said[0], ChartClosedError)
    with reading(bookings.engine) as connection:
        assert appointments_of(connection, bookings.people[0]) == []


def test_a_join_begun_during_a_booking_takes_it_along(bookings: Bookings) -> None:
    with writing(bookings.engine) as connection:
        visit = book(connection, slot_at(utc(3, 20)), person=bookings.people[1], actor=DESK)
        thread, _ = later(lambda: joined(bookings))
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(20)
    with reading(bookings.engine) as connection:
        assert appointment(connection, visit.key).person == bookings.people[0]
        assert claimed(connection, bookings.people[0]) == [visit.key]


def test_no_closed_chart_is_erased_alone_by_an_erasure_begun_during_the_join(bookings: Bookings) -> None:
    kept, closed = bookings.people[:2]

    def erase() -> None:
        with writing(bookings.engine) as connection:
            erase_person(connection, closed, retention_years=10, ground=Ground.REQUEST, actor="admin")

    with writing(bookings.engine) as connection:
        join_charts(connection, kept=kept, closed=closed, actor=DESK)
        thread, said = later(erase)
        thread.join(0.5)
    thread.join(20)
    assert isinstance(said[0], ErasureRefusedError)
