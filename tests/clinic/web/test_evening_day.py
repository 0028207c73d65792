"""Claims: in the evening, when UTC has the next day already, the day that is kept and shown is the clinic's own."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from adjust_course import consented
from clinic_apps import Browser
from clinic_charts import Clock
from practices import two_offices
from spondyl.clinic.care.adjustment_gate import chart_gate
from spondyl.clinic.care.visit_note import notes_of
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
EVENING = timedelta(hours=11)
"""From the clock's Monday 2 March 2026, 16:00 UTC: seven in the evening in California, Tuesday in UTC."""


@pytest.fixture(autouse=True)
def in_the_evening(services: Services, clock: Clock) -> None:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    clock.advance(EVENING)


def test_a_note_bears_the_day_of_the_visit(browser: Open, services: Services, patient: Person) -> None:
    clinician = browser(Role.CLINICIAN)
    clinician.submit(f"/patients/{patient.id}/exam", pain="6", text="seen", action="keep")
    with reading(services.engine) as connection:
        (kept,) = notes_of(connection, patient.id)
    assert kept.note.on == date(2026, 3, 2)


def test_plan_and_consent_bear_the_day_they_were_made(
    browser: Open, services: Services, patient: Person
) -> None:
    consented(services, patient)
    page = browser(Role.CLINICIAN).get(f"/patients/{patient.id}/plan").text
    assert "Plan of 2 March 2026" in page and "consent of 2 March 2026" in page
    with reading(services.engine) as connection:
        assert chart_gate(connection, patient.id).consent_text.endswith("on 2 March 2026.")


def test_a_score_of_tomorrow_is_refused(browser: Open, patient: Person) -> None:
    sent = {"instrument": "nrs", "value": "5"}
    address = f"/patients/{patient.id}/outcomes"
    assert browser(Role.CLINICIAN).submit(address, **sent, on="2026-03-03").status_code == 422
    assert browser(Role.CLINICIAN).submit(address, **sent, on="2026-03-02").status_code == 303
