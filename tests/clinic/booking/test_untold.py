"""Claims: who has no e-mail address is on the list of calls at once, with the newest word only, until told.

Who moved or cancelled the visit by its link knows it already.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from audit_rows import entries
from clinic_bookings import prepared, slot_at
from clinic_charts import Clock
from practices import utc
from spondyl.booking import Appointment
from spondyl.clinic.chart.appointments import book, cancel, hold_slot, reschedule, undo
from spondyl.clinic.chart.booking_changes import BY_LINK
from spondyl.clinic.chart.outbox import MailState, MessageKind, mail_state, queue
from spondyl.clinic.chart.people import change_person, person
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.untold import Untold, note_told, untold
from spondyl.clinic.keep_bookings import BookingKeeper
from spondyl.clinic.web.services import Services

TEN = utc(3, 18)


def calls(services: Services) -> tuple[Untold, ...]:
    with reading(services.engine) as connection:
        return untold(connection)


def booked_without_mail(connection: sa.Connection, person_id: str) -> Appointment:
    """The visit at ten of a patient who has no e-mail address."""
    patient = person(connection, person_id)
    change_person(connection, patient.id, replace(patient.details, email=""), actor="desk")
    return book(connection, slot_at(TEN), person=patient.id, actor="desk")


def test_a_moved_visit_of_a_patient_without_mail_is_to_be_called_at_once(
    services: Services, clock: Clock
) -> None:
    chart, keeper = prepared(services.engine, clock), BookingKeeper(services, base="http://localhost")
    with writing(services.engine) as connection:
        patient = person(connection, chart.people[0])
        change_person(
            connection, patient.id, replace(patient.details, email="", phone="714-555-0199"), actor="desk"
        )
        visit = book(connection, slot_at(TEN), person=patient.id, actor="desk")
    keeper.look()
    assert calls(services) == ()  # who booked it was told the time there and then
    with writing(services.engine) as connection:
        reschedule(connection, visit.key, slot_at(TEN + timedelta(hours=1)), actor="desk")
    keeper.look()
    (call,) = calls(services)
    assert (call.kind, call.problem) == (MessageKind.MOVED, "no e-mail address")
    assert call.visit.start == TEN + timedelta(hours=1)
    assert call.patient.details.phone == "714-555-0199"
    clock.advance(timedelta(minutes=1))
    with writing(services.engine) as connection:
        cancel(connection, visit.key, actor="desk")
    keeper.look()
    (call,) = calls(services)
    assert call.kind is MessageKind.CANCELLED
    with reading(services.engine) as connection:
        assert mail_state(connection) == MailState()
    with writing(services.engine) as connection:
        before = call.visit.sequence - 1  # who was told of the time that it had before
        assert not note_told(connection, visit.key, sequence=before, actor="desk")
    assert calls(services) == (call,)
    with writing(services.engine) as connection:
        assert note_told(connection, visit.key, sequence=call.visit.sequence, actor="desk")
        assert note_told(connection, visit.key, sequence=call.visit.sequence, actor="desk")
    assert calls(services) == ()
    with reading(services.engine) as connection:
        told = entries(connection, action="tell by telephone")
    assert [(one.actor, one.subject) for one in told] == [("desk", f"person {chart.people[0]}")]


def test_what_needs_no_call_does_not_hide_who_does(
    services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for one line: a kept time that lapsed stands before the visit that was moved."""
    chart, keeper = prepared(services.engine, clock), BookingKeeper(services, base="http://localhost")
    monkeypatch.setattr("spondyl.clinic.chart.untold.MOST", 1)
    with writing(services.engine) as connection:
        patient = person(connection, chart.people[0])
        change_person(connection, patient.id, replace(patient.details, email=""), actor="desk")
        kept = hold_slot(connection, slot_at(TEN), person=patient.id, actor="desk")
        queue(connection, kept.key, MessageKind.OFFER)
        visit = book(connection, slot_at(TEN + timedelta(hours=1)), person=patient.id, actor="desk")
        reschedule(connection, visit.key, slot_at(TEN + timedelta(hours=2)), actor="desk")
    keeper.look()
    assert [one.kind for one in calls(services)] == [MessageKind.OFFER]
    clock.advance(timedelta(minutes=11))
    keeper.look()
    assert [one.kind for one in calls(services)] == [MessageKind.MOVED]


def test_a_visit_that_is_over_is_not_called_about(services: Services, clock: Clock) -> None:
    chart, keeper = prepared(services.engine, clock), BookingKeeper(services, base="http://localhost")
    with writing(services.engine) as connection:
        patient = person(connection, chart.people[0])
        change_person(connection, patient.id, replace(patient.details, email=""), actor="desk")
        book(connection, slot_at(TEN), person=patient.id, actor="desk")
    clock.moment = TEN - timedelta(hours=2)
    keeper.look()
    assert [one.kind for one in calls(services)] == [MessageKind.REMINDER]
    clock.moment = TEN + timedelta(minutes=1)
    assert calls(services) == ()


def test_who_cancels_by_the_link_is_not_called_about_it(services: Services, clock: Clock) -> None:
    chart, keeper = prepared(services.engine, clock), BookingKeeper(services, base="http://localhost")
    with writing(services.engine) as connection:
        visit = booked_without_mail(connection, chart.people[0])
    clock.advance(timedelta(minutes=1))
    with writing(services.engine) as connection:
        cancel(connection, visit.key, actor=BY_LINK)
    keeper.look()
    assert calls(services) == ()


def test_who_cancelled_by_the_link_is_called_when_staff_undo_it(services: Services, clock: Clock) -> None:
    chart, keeper = prepared(services.engine, clock), BookingKeeper(services, base="http://localhost")
    with writing(services.engine) as connection:
        visit = booked_without_mail(connection, chart.people[0])
        cancel(connection, visit.key, actor=BY_LINK, change="by link")
    with writing(services.engine) as connection:
        undo(connection, "by link", actor="desk")
    keeper.look()
    assert [one.kind for one in calls(services)] == [MessageKind.MOVED]
