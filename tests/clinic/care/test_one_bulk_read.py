"""Claims: the review-due panel and the clinic's outcomes ask the chart as often for many patients as for one, and say
what asking patient by patient says; a patient's pages, and the gate of a session, ask as often for many notes as for a
few."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from care_course import answer_intake
from clinic_apps import Browser
from spondyl.assessment.exam import EXAM, Exam
from spondyl.clinic.care.adjustment_gate import chart_gate
from spondyl.clinic.care.clinic_outcomes import visits_of_clinic
from spondyl.clinic.care.newest_rows import newest_due
from spondyl.clinic.care.plan_record import KIND, judge_due, judged, latest_plan
from spondyl.clinic.care.scores import add_score, scores_of_person
from spondyl.clinic.care.visit_note import VisitNote, keep_note
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.documents import save, sign
from spondyl.clinic.chart.guard import break_glass, may_open, restrict, shut_for
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.feature import View
from spondyl.clinic.web.plan.panels import today_panel
from spondyl.clinic.web.services import Services
from spondyl.clinic.web.viewer import Viewer
from spondyl.treatment.plan import Goal, Plan, plan_from_json, plan_to_json

TODAY = date(2026, 3, 2)
MakePatient = Callable[..., Person]


@contextmanager
def counted(connection: sa.Connection | sa.Engine) -> Iterator[list[str]]:
    """The statements sent inside the block."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sa.event.listen(connection, "before_cursor_execute", note)
    yield asked
    sa.event.remove(connection, "before_cursor_execute", note)


@pytest.fixture
def patient_with_plan(services: Services) -> MakePatient:
    """A patient with scores and a plan whose review was due so many days ago."""

    def made(number: int, days_ago: int = 3, *, signed: bool = True, pain: int = 6) -> Person:
        details = PersonDetails(given_name=f"P{number}", family_name="Demo", synthetic=True)
        with writing(services.engine) as connection:
            one = add_person(connection, details, actor="test")
        answer_intake(services, one, pain=pain, roland=14)
        with writing(services.engine) as connection:
            begins = TODAY - timedelta(days=days_ago + 40)
            add_score(connection, one.id, instrument="nrs", value=7, on=begins, actor="test")
            plan = _plan(begins, days_ago)
            body = {"plan": plan_to_json(plan), "shown": [], "due_on": plan.review_on.isoformat()}
            kept = save(connection, kind=KIND, person_id=one.id, body=body, actor="test")
            if signed:
                named = {"document_id": kept.document_id, "version": 1, "digest": kept.digest}
                sign(connection, **named, actor="test")
        return one

    return made


def _plan(begins: date, days_ago: int) -> Plan:
    return Plan(
        problem="Your low back moves less than usual.",
        options=("exercise",),
        goals=(Goal(instrument="nrs", before=7, points=2),),
        visits=6,
        days_between=5,
        home_exercise="Walk.",
        starts_on=begins,
        review_on=TODAY - timedelta(days=days_ago),
    )


def _asked(services: Services, account: Account) -> tuple[int, int, int]:
    """Statements of the panel and of the outcomes, and how many plans the panel shows."""
    with reading(services.engine) as connection:
        view = View(
            connection=connection, services=services, viewer=Viewer(account=account, session_hash=None)
        )
        with counted(connection) as panel:
            shown = today_panel(view)
        with counted(connection) as outcomes:
            visits_of_clinic(connection)
    return len(panel), len(outcomes), len(shown.context["due"]) if shown else 0


def test_many_patients_cost_no_more_statements_than_one(
    services: Services, staff: dict[Role, Account], patient_with_plan: MakePatient
) -> None:
    patient_with_plan(0)
    first = _asked(services, staff[Role.CLINICIAN])
    for number in range(1, 6):
        patient_with_plan(number)
    many = _asked(services, staff[Role.CLINICIAN])
    assert many[:2] == first[:2]
    assert many[0] <= 9 and many[1] <= 4
    assert (first[2], many[2]) == (1, 6)


def test_what_is_due_is_what_each_patient_s_own_page_says(
    services: Services, patient_with_plan: MakePatient
) -> None:
    due = [patient_with_plan(number, days_ago=3 + number, pain=6 - number) for number in range(3)]
    patient_with_plan(7, signed=False)
    patient_with_plan(8, days_ago=-5)
    patient_with_plan(9, days_ago=90)
    with reading(services.engine) as connection:
        reviews = newest_due(connection, kind=KIND, first=date(2026, 1, 1), last=TODAY)
        found = {one.person_id: one for one in judge_due(connection, reviews, as_of=TODAY)}
        assert set(found) == {one.id for one in due}
        for one in due:
            alone = latest_plan(connection, one.id)
            assert alone and found[one.id].plan == alone.plan
            assert found[one.id].judged == judged(connection, one.id, alone.plan, as_of=TODAY)
        every = [len(scores_of_person(connection, one.id)) for one in due]
        assert all(number == 3 for number in every)
        assert len(visits_of_clinic(connection)) == 3 * 6


def test_no_more_plans_are_read_than_it_takes_to_fill_the_panel(
    services: Services,
    staff: dict[Role, Account],
    patient_with_plan: MakePatient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spondyl.clinic.web.plan.panels.MOST_SHOWN", 2)
    monkeypatch.setattr("spondyl.clinic.web.plan.panels.READ_AT_ONCE", 2)
    read: list[str] = []

    def noted(body: dict[str, Any]) -> Plan:
        read.append(body["review_on"])
        return plan_from_json(body)

    monkeypatch.setattr("spondyl.clinic.care.plan_record.plan_from_json", noted)
    for number in range(7):  # those due first have reached what matters
        patient_with_plan(number, days_ago=20 - number, pain=1 if number < 2 else 6)
    viewer = Viewer(account=staff[Role.CLINICIAN], session_hash=None)
    with reading(services.engine) as connection:
        panel = today_panel(View(connection=connection, services=services, viewer=viewer))
    assert panel and panel.context["are_more"]
    assert [(TODAY - day).days for day, _, _ in panel.context["due"]] == [18, 17]
    assert len(read) == 6, "of seven plans, two at a time"


def test_a_review_due_long_ago_stays_on_the_panel_below_the_newer_ones(
    services: Services, staff: dict[Role, Account], patient_with_plan: MakePatient
) -> None:
    days = (61, 3, 90, 60, 366)
    due = {ago: patient_with_plan(number, days_ago=ago) for number, ago in enumerate(days)}
    with reading(services.engine) as connection:
        viewer = Viewer(account=staff[Role.CLINICIAN], session_hash=None)
        panel = today_panel(View(connection=connection, services=services, viewer=viewer))
    assert panel is not None
    assert [who.id for _, who, _ in panel.context["due"]] == [due[ago].id for ago in (60, 3, 61, 90)]


def test_a_shut_chart_is_on_no_panel_until_its_glass_is_broken(
    services: Services, staff: dict[Role, Account], patient_with_plan: MakePatient
) -> None:
    one, account = patient_with_plan(1), staff[Role.CLINICIAN]
    with writing(services.engine) as connection:
        restrict(connection, one.id, account_ids=[staff[Role.ADMINISTRATOR].id], actor="test")
        assert shut_for(connection, account.id) == {one.id}
        assert shut_for(connection, staff[Role.ADMINISTRATOR].id) == frozenset()
    assert _asked(services, account)[2] == 0
    with writing(services.engine) as connection:
        break_glass(connection, one.id, account=account, reason="fell on the stairs")
        assert may_open(connection, one.id, account.id)
        assert shut_for(connection, account.id) == frozenset()
    assert _asked(services, account)[2] == 1


def _visited(services: Services, patient: Person, times: int) -> None:
    """So many signed notes, each of them with a correction that nobody has signed."""
    exam = Exam(examined=frozenset(group.key for group in EXAM), deviations=(), impression="Nothing new.")
    with writing(services.engine) as connection:
        for day in range(times):
            note = VisitNote(exam=exam, on=TODAY - timedelta(days=day))
            kept = keep_note(connection, patient.id, note, actor="test")
            sign(connection, document_id=kept.document_id, version=1, digest=kept.digest, actor="test")
            keep_note(connection, patient.id, note, actor="test", document_id=kept.document_id)


@pytest.mark.parametrize(
    ("page", "most"), [("exam", 16), ("plan", 28), ("plan/edit?new=true", 23), ("gate", 9)]
)
def test_many_notes_cost_no_more_statements_than_a_few(
    services: Services,
    browser: Callable[[Role], Browser],
    patient_with_plan: MakePatient,
    page: str,
    most: int,
) -> None:
    one, clinician = patient_with_plan(0), browser(Role.CLINICIAN)

    def asked() -> list[str]:
        with counted(services.engine) as statements:
            if page == "gate":
                with reading(services.engine) as connection:
                    chart_gate(connection, one.id)
            else:
                assert clinician.get(f"/patients/{one.id}/{page}").status_code == 200
        return statements

    _visited(services, one, 2)
    asked()
    few = asked()
    _visited(services, one, 10)
    many = asked()
    assert len(many) == len(few) <= most
