"""Claims: the demo shows a plan that reached its goal, one that did not, one running, and flags that block bookings."""

import pytest

from spondyl.assessment.intake import Stop
from spondyl.clinic.care.booking_block import booking_block, waiting_for_a_look
from spondyl.clinic.care.consent_record import consent_to
from spondyl.clinic.care.plan_record import judged, latest_plan
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.demo.care import seed_care
from spondyl.clinic.demo.clinic import DemoClinic
from spondyl.clinic.demo.patients import seed_patients
from spondyl.clinic.demo.staff import seed_staff
from spondyl.clinic.web.services import Services
from spondyl.treatment.plan import PlanState


@pytest.fixture
def people(services: Services) -> dict[str, Person]:
    with writing(services.engine) as connection:
        staff, people = seed_staff(connection), seed_patients(connection)
    seed_care(DemoClinic(services=services, staff=staff, people=people, films={}))
    return {person.details.given_name: person for person in people}


def test_each_course_ends_as_it_should(services: Services, people: dict[str, Person]) -> None:
    today = services.clock().date()
    expected = {
        "Amelia": PlanState.REACHED,
        "Esther": PlanState.NOT_REACHED,
        "Greta": PlanState.RUNNING,
    }
    with reading(services.engine) as connection:
        for name, state in expected.items():
            stored = latest_plan(connection, people[name].id)
            assert stored is not None and stored.is_signed, name
            assert consent_to(connection, people[name].id, stored) is not None, name
            assert judged(connection, people[name].id, stored.plan, as_of=today).state is state, name
        assert latest_plan(connection, people["Felix"].id) is None


def test_flags_wait_and_the_sealed_log_is_sound(services: Services, people: dict[str, Person]) -> None:
    with reading(services.engine) as connection:
        assert booking_block(connection, people["Hugo"].id).stop is Stop.EVERYTHING
        assert booking_block(connection, people["Bruno"].id).stop is Stop.TREATMENT
        assert booking_block(connection, people["Esther"].id).stop is Stop.NOTHING
        waiting = [one.person.details.given_name for one in waiting_for_a_look(connection)]
        assert waiting == ["Hugo", "Bruno"]
        assert verify(connection).sound
