"""Claims: the demo shows a plan that reached its goal, one that did not, one running, and flags that block bookings."""

from functools import partial
from pathlib import Path

import pytest
from pydicom import dcmread

from spondyl.assessment.intake import Stop, summarise_intake
from spondyl.assessment.screening import Answer
from spondyl.clinic.care.adjustment_gate import chart_gate
from spondyl.clinic.care.booking_block import booking_block, waiting_for_a_look
from spondyl.clinic.care.clinic_outcomes import clinic_outcomes
from spondyl.clinic.care.consent_record import consent_to
from spondyl.clinic.care.intake_record import newest
from spondyl.clinic.care.plan_record import judged, latest_plan
from spondyl.clinic.chart.appointment_rows import appointments_of
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.demo import films
from spondyl.clinic.demo.bookings import seed_bookings
from spondyl.clinic.demo.care import BOOKED_COURSE, seed_care
from spondyl.clinic.demo.clinic import DemoClinic
from spondyl.clinic.demo.patients import seed_patients
from spondyl.clinic.demo.staff import seed_staff
from spondyl.clinic.report.outcomes_words import FEWEST_SHOWN
from spondyl.clinic.web.services import Services
from spondyl.radiograph.phantom import FilmSetup
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
        **dict.fromkeys(("Greta", "Ines", "Liam", "Owen", "Priya", "Noor"), PlanState.RUNNING),
    }
    with reading(services.engine) as connection:
        for name, state in expected.items():
            stored = latest_plan(connection, people[name].id)
            assert stored is not None and stored.is_signed, name
            consent = consent_to(connection, people[name].id, stored)
            assert consent is not None, name
            assert {stored.made_at.date(), consent.at.date()} == {stored.plan.starts_on}, name
            assert judged(connection, people[name].id, stored.plan, as_of=today).state is state, name
        assert latest_plan(connection, people["Felix"].id) is None


@pytest.mark.usefixtures("people")
def test_the_clinics_own_outcomes_have_as_many_patients_as_they_need(services: Services) -> None:
    with reading(services.engine) as connection:
        found = clinic_outcomes(connection, as_of=services.clock().date())
    assert found is not None
    shown = {(one.instrument.code, one.window.label) for one in found.outcomes if one.people >= FEWEST_SHOWN}
    assert shown == {("nrs", "6 weeks"), ("rmdq", "6 weeks")}


def test_who_has_an_adjustment_booked_has_agreed_to_one_and_nothing_stands_against_it(
    services: Services,
) -> None:
    with writing(services.engine) as connection:
        staff, people = seed_staff(connection), seed_patients(connection)
    clinic = DemoClinic(services=services, staff=staff, people=people, films={})
    seed_bookings(clinic)
    seed_care(clinic)
    with reading(services.engine) as connection:
        kinds = {
            one.full_name: [visit.visit_type for visit in appointments_of(connection, one.id)]
            for one in people
        }
        treated = [one for one in people if "adjustment" in kinds[one.full_name]]
        for one in treated:
            gate = chart_gate(connection, one.id)
            assert (gate.consent, gate.held, gate.found) == (Answer.YES, (), {}), one.full_name
            assert booking_block(connection, one.id).stop is Stop.NOTHING
        booked = {one.details.given_name: kinds[one.full_name].count("adjustment") for one in treated}
        plan = latest_plan(connection, next(one.id for one in people if one.details.given_name == "Noor"))
        for one in (one for one in treated if one.details.given_name != BOOKED_COURSE):
            first, second = (visit.wall.date() for visit in appointments_of(connection, one.id))
            asked = latest_plan(connection, one.id)
            # As far apart as planned, or on the next day that an office opens.
            assert asked is not None and 0 <= (second - first).days - asked.plan.days_between <= 3, one
    assert plan is not None
    assert booked == {"Noor": plan.plan.visits, "Greta": 2, "Ines": 2, "Liam": 2, "Owen": 2, "Priya": 2}
    # Who has reached the goal comes to talk about it, and no more is booked.
    assert kinds["Amelia Demo-Hart"] == ["follow-up"]
    assert all(len(some) <= 2 for name, some in kinds.items() if not name.startswith("Noor"))


def test_last_years_film_bears_the_patients_own_age_and_sex(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coarse = partial(films.write_phantom, setup=FilmSetup(pixel_mm=2.0))
    monkeypatch.setattr(films, "write_phantom", coarse)
    with writing(services.engine) as connection:
        staff, people = seed_staff(connection), seed_patients(connection)
    films.seed_films(
        DemoClinic(services=services, staff=staff, people=people, films={people[0].id: tmp_path})
    )
    film = dcmread(next(tmp_path.rglob("*.dcm")))
    then = services.clock().date() - films.A_YEAR_AGO
    assert (film.PatientSex, film.PatientAge) == ("F", f"{people[0].age_years(then):03d}Y")


def test_flags_wait_and_the_sealed_log_is_sound(services: Services, people: dict[str, Person]) -> None:
    with reading(services.engine) as connection:
        assert booking_block(connection, people["Hugo"].id).stop is Stop.EVERYTHING
        assert booking_block(connection, people["Bruno"].id).stop is Stop.TREATMENT
        assert booking_block(connection, people["Esther"].id).stop is Stop.NOTHING
        waiting = [one.person.details.given_name for one in waiting_for_a_look(connection)]
        assert waiting == ["Hugo", "Bruno"]
        hugo = newest(connection, people["Hugo"].id)
        assert hugo is not None
        said = summarise_intake(hugo.intake)
        assert "tres días" in (said.complaint or "") and said.is_chronic is False
        assert verify(connection).sound
