"""Claims: the clinic's outcomes are read a few patients at a time, worked out by one of those who ask at once, kept
while the chart stays as it is, and worked out anew after everything that they depend on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

import pytest
import sqlalchemy as sa

from clinic_charts import Clock
from spondyl.clinic.care import clinic_outcomes, outcomes_memory
from spondyl.clinic.care.outcomes_memory import OutcomesMemory
from spondyl.clinic.care.scores import add_score, take_back_score
from spondyl.clinic.chart.documents import save, sign
from spondyl.clinic.chart.erasure import Ground, erase_person
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.transaction import reading, writing

TODAY = date(2026, 3, 2)


@pytest.fixture
def given(engine: sa.Engine, clock: Clock) -> Callable[[str], str]:
    """Adds a patient with a score; the patient's identifier."""

    def added(name: str) -> str:
        with writing(engine) as connection:
            details = PersonDetails(given_name=name, family_name="Demo", synthetic=True)
            person = add_person(connection, details, actor="test")
            add_score(connection, person.id, instrument="rmdq", value=12, on=TODAY, actor="test")
        clock.advance(timedelta(seconds=1))
        return person.id

    return added


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The day of every time that the outcomes are worked out."""
    days: list[date] = []

    def noted(connection: sa.Connection, *, as_of: date) -> object:
        days.append(as_of)
        return clinic_outcomes.clinic_outcomes(connection, as_of=as_of)

    monkeypatch.setattr(outcomes_memory, "clinic_outcomes", noted)
    return days


def test_a_few_patients_are_read_at_a_time_and_all_count(
    engine: sa.Engine, given: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Ana", "Bo", "Cy"):
        given(name)
    with reading(engine) as connection:
        at_once = clinic_outcomes.visits_of_clinic(connection)
    asked: list[int] = []
    plain = clinic_outcomes.newest_of_people

    def noted(connection: sa.Connection, **of: object) -> object:
        asked.append(len(of["people"]))  # type: ignore[arg-type]
        return plain(connection, **of)  # type: ignore[arg-type]

    monkeypatch.setattr(clinic_outcomes, "newest_of_people", noted)
    monkeypatch.setattr(clinic_outcomes, "PATIENTS_AT_ONCE", 2)
    with reading(engine) as connection:
        assert clinic_outcomes.visits_of_clinic(connection) == at_once
    assert asked == [2, 1] and len(at_once) == 3


def test_they_are_kept_until_something_that_they_depend_on_changes(
    engine: sa.Engine, clock: Clock, given: Callable[[str], str], worked_out: list[date]
) -> None:
    memory = OutcomesMemory()

    def works_again(day: date = TODAY) -> bool:
        before = len(worked_out)
        found = memory.outcomes(engine, as_of=day)
        with reading(engine) as connection:
            assert found == clinic_outcomes.clinic_outcomes(connection, as_of=day)
        clock.advance(timedelta(seconds=1))
        return len(worked_out) > before

    assert works_again() and not works_again()
    ana, bo = given("Ana"), given("Bo")
    assert works_again() and not works_again()
    with writing(engine) as connection:
        wrong = add_score(connection, ana, instrument="rmdq", value=3, on=TODAY, actor="test")
    assert works_again() and not works_again()
    with writing(engine) as connection:
        take_back_score(connection, ana, wrong.document_id, reason="of another patient", actor="test")
    assert works_again() and not works_again()
    with writing(engine) as connection:
        body = {"plan": {"starts_on": "2026-03-02", "review_on": "2026-04-13"}}
        plan = save(connection, kind="plan", person_id=ana, body=body, actor="test")
    assert works_again() and not works_again()
    with writing(engine) as connection:
        sign(connection, document_id=plan.document_id, version=1, digest=plan.digest, actor="test")
    assert works_again() and not works_again()
    with writing(engine) as connection:
        erase_person(connection, bo, retention_years=7, ground=Ground.MADE_UP, actor="test")
    assert works_again() and not works_again()
    assert works_again(TODAY + timedelta(days=1)) and not works_again(TODAY + timedelta(days=1))


def test_who_asks_meanwhile_waits_for_the_same_answer(
    engine: sa.Engine, given: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given("Ana")
    entered, leave, answers = Event(), Event(), list[object]()

    def slow(_connection: sa.Connection, *, as_of: date) -> object:
        entered.set()
        assert leave.wait(20)
        answers.append(as_of)
        return answers

    monkeypatch.setattr(outcomes_memory, "clinic_outcomes", slow)
    memory = OutcomesMemory()
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(memory.outcomes, engine, as_of=TODAY)
        assert entered.wait(20)
        others = [pool.submit(memory.outcomes, engine, as_of=TODAY) for _ in range(2)]
        leave.set()
        assert all(one.result(20) is answers for one in (first, *others))
    assert answers == [TODAY]
