"""The staff's calendar, a patient's visits, and moving the day of a provider who is ill."""

from pathlib import Path

import sqlalchemy as sa

from spondyl.clinic.chart.booking_erasure import erase_bookings, letters_about
from spondyl.clinic.chart.people import Person
from spondyl.clinic.messages.send import LETTERS, letter_file
from spondyl.clinic.web.calendar import (
    away,
    board_page,
    join_page,
    patient_visits,
    practice_page,
    visit_page,
    waitlist_page,
)
from spondyl.clinic.web.calendar.panels import patient_panel, today_panel
from spondyl.clinic.web.feature import Feature, PatientTab, RailStep
from spondyl.clinic.web.services import Services


def _erase(connection: sa.Connection, services: Services, person: Person) -> tuple[Path, ...]:
    letters = letters_about(connection, person.id)
    erase_bookings(connection, person.id)
    return tuple(letter_file(services.data_dir / LETTERS, one) for one in letters)


FEATURE = Feature(
    name="calendar",
    routers=(
        away.router,
        practice_page.router,
        waitlist_page.router,
        join_page.router,
        visit_page.router,
        board_page.router,
        patient_visits.router,
    ),
    rail=(RailStep(label="Calendar", href="/calendar", icon="calendar"),),
    tabs=(PatientTab(label="Visits", path="visits"),),
    today=today_panel,
    patient=patient_panel,
    erase=_erase,
)
