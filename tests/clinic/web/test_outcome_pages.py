"""Claims: scores of form, visit and paper are one course; the band is the published change; warnings come first."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from care_course import answer_intake, plan_fields
from clinic_apps import Browser
from clinic_charts import Clock
from spondyl.assessment.questionnaires import INSTRUMENTS, important_change_of
from spondyl.clinic.care.clinic_outcomes import visits_of_clinic
from spondyl.clinic.care.scores import add_score, scores_of_person
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.records.chart_parts import score_rows
from spondyl.clinic.web.outcomes.score_svg import ScoreChart, score_svgs
from spondyl.clinic.web.services import Services

NO_NUMBERS = ("1_0", "1e1", "+5", "nan", "inf", "５", "٣", "1,250")
Open = Callable[[Role], Browser]
START = date(2026, 3, 2)


def test_scores_of_form_visit_and_paper_stand_together_and_each_question_is_its_own_course(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    answer_intake(services, patient, pain=7, roland=14)
    clock.advance(timedelta(days=7))
    clinician = browser(Role.CLINICIAN)
    clinician.submit(f"/patients/{patient.id}/intake/review", reason="Looked at the form again today.")
    clinician.submit(f"/patients/{patient.id}/exam", pain="5", action="sign")
    clinician.submit(f"/patients/{patient.id}/outcomes", instrument="odi", value="38,5", on="2026-03-08")
    with reading(services.engine) as connection:
        found = scores_of_person(connection, patient.id)
    assert [(one.instrument, one.value, one.on.day, one.source) for one in found] == [
        ("nrs", 7.0, 2, "form"),
        ("rmdq", 14.0, 2, "form"),
        ("odi", 38.5, 8, "entered"),
        ("nrs_today", 5.0, 9, "visit"),
    ]
    page = clinician.get(f"/patients/{patient.id}/outcomes").text
    assert page.count('<svg class="score-chart"') == 4
    assert "<h2>Pain of the last week, 0 to 10</h2>" in page and "<h2>Pain today, 0 to 10</h2>" in page
    assert "cannot say what brought a change" in page


@pytest.mark.parametrize(
    ("instrument", "value", "on", "says"),
    [
        ("rmdq", "25", "2026-03-02", "not on its scale"),
        ("rmdq", "many", "2026-03-02", "no score"),
        *[
            ("vas", text, "2026-03-02", "is no score")
            for text in ("1_0", "1e1", "+5", "nan", "inf", "５", "٣", "1,250")
        ],
        ("rmdq", "9", "2027-01-01", "lies in the future"),
        ("rmdq", "9", "0206-03-02", "before there were such questionnaires"),
        ("rmdq", "1,4", "2026-03-02", "always a whole number"),
        ("nrs", "6.5", "2026-03-02", "always a whole number"),
        ("start_back", "3", "2026-03-02", "not an outcome"),
        ("magnets", "3", "2026-03-02", "no questionnaire"),
    ],
)
def test_a_wrong_score_is_refused(
    browser: Open, services: Services, patient: Person, instrument: str, value: str, on: str, says: str
) -> None:
    sent = browser(Role.CLINICIAN).submit(
        f"/patients/{patient.id}/outcomes", instrument=instrument, value=value, on=on
    )
    assert sent.status_code == 422 and says in sent.text
    with reading(services.engine) as connection:
        assert scores_of_person(connection, patient.id) == ()


def test_no_score_is_older_than_the_patient(browser: Open, services: Services) -> None:
    born = date(2010, 5, 6)
    details = PersonDetails(given_name="Eva", family_name="Demo", birth_date=born, synthetic=True)
    with writing(services.engine) as connection:
        young = add_person(connection, details, actor="test")
    clinician, page = browser(Role.CLINICIAN), f"/patients/{young.id}/outcomes"
    before = clinician.submit(page, instrument="vas", value="62,5", on="2010-05-05")
    assert before.status_code == 422 and "before the patient was born" in before.text
    assert clinician.submit(page, instrument="vas", value="62,5", on="2010-05-06").status_code == 303


def test_a_score_entered_in_error_is_taken_back_and_begins_no_course(
    browser: Open, services: Services, patient: Person
) -> None:
    """An RMDQ of 22 on 1 January 1999 was read off another patient's sheet: the course begins in 2026."""
    clinician, page = browser(Role.CLINICIAN), f"/patients/{patient.id}/outcomes"
    clinician.submit(page, instrument="rmdq", value="22", on="1999-01-01")
    clinician.submit(page, instrument="rmdq", value="14", on="2026-03-01")
    with reading(services.engine) as connection:
        wrong = scores_of_person(connection, patient.id)[0]
    own = f"{page}/{wrong.document_id}/error"
    assert own in clinician.get(page).text
    assert clinician.submit(own, reason=" ").status_code == 422
    assert clinician.submit(own, reason="The sheet of Bo").status_code == 303
    assert clinician.submit(own, reason="Once more").status_code == 422
    shown = clinician.get(page).text
    assert "22, 1 January 1999: taken back by Test Clinician, 2 March 2026. The sheet of Bo" in shown
    with writing(services.engine) as connection:
        assert [one.value for one in scores_of_person(connection, patient.id)] == [14.0]
        assert [one.score for one in visits_of_clinic(connection)] == [14.0]
        assert [row["value"] for row in score_rows(connection, patient)] == [14.0]
        details = PersonDetails(given_name="Bo", family_name="Demo", synthetic=True)
        other = add_person(connection, details, actor="test")
    assert clinician.submit(own.replace(patient.id, other.id), reason="Not hers").status_code == 404


def chart(*values: float) -> ScoreChart:
    instrument = INSTRUMENTS["rmdq"]
    points = tuple((START + timedelta(days=14 * place), value) for place, value in enumerate(values))
    return ScoreChart(
        instrument=instrument,
        points=points,
        threshold=important_change_of(instrument),
        begin=points[0],
        review_on=START + timedelta(days=42),
    )


def test_the_band_begins_exactly_at_the_change_that_matters() -> None:
    """Ostelo 2008: five points of Roland-Morris. From 14 the band runs from 9 to 0; 9 is in it, 10 is not."""
    drawn = score_svgs(chart(14.0, 10.0, 9.0)).split('<svg class="score-chart narrow"')[0]
    top, height = (
        float(x)
        for x in re.search(
            r'class="band" x="[^"]+" y="([^"]+)" width="[^"]+" height="([^"]+)"', drawn
        ).groups()
    )  # type: ignore[union-attr]
    plot_top, plot_bottom = 26.0, 240.0
    assert top == pytest.approx(plot_top + (24 - 9) / 24 * (plot_bottom - plot_top), abs=0.1)
    assert top + height == pytest.approx(plot_bottom, abs=0.1)
    assert re.findall(r'circle class="(\w+)"', drawn) == ["ring", "ring", "reached"]
    assert "A score of 9 or lower (5 points less than 14) is a change that matters: reached." in drawn


def test_a_single_score_is_said_once_and_judged_by_nothing() -> None:
    said = chart(14.0).said
    assert said.count("2 March 2026") == 1 and "one score so far" in said
    assert said.endswith("A score of 9 or lower (5 points less than 14) is a change that matters.")


def test_of_two_scores_the_second_is_judged() -> None:
    assert chart(14.0, 10.0).said.endswith("is a change that matters: not reached.")


def with_earlier(*later: float) -> ScoreChart:
    """An earlier episode from 14 to 3, then a plan from 15 that begins a year later."""
    begins = START + timedelta(days=365)
    before = ((START, 14.0), (START + timedelta(days=60), 3.0))
    since = tuple((begins + timedelta(days=14 * place), value) for place, value in enumerate(later))
    instrument = INSTRUMENTS["rmdq"]
    return ScoreChart(
        instrument=instrument,
        points=(*before, *since),
        threshold=important_change_of(instrument),
        begin=(begins, 15.0),
    )


def test_scores_of_before_the_plan_are_drawn_apart_and_reach_nothing() -> None:
    one = with_earlier(15.0, 14.0)
    drawn = score_svgs(one).split('<svg class="score-chart narrow"')[0]
    assert re.findall(r'circle class="(\w+)"', drawn) == ["earlier", "earlier", "ring", "ring"]
    dashed, line = re.findall(r'<path class="(course[^"]*)" d="([^"]+)"', drawn)
    assert (dashed[0], dashed[1].count("L")) == ("course earlier", 2)
    assert (line[0], line[1].count("L")) == ("course", 1)
    assert one.said.endswith("not reached.")
    assert with_earlier(15.0, 9.0).said.endswith(": reached.")
    asked_before = replace(with_earlier(15.0, 9.0), begin=(START + timedelta(days=370), 15.0))
    assert [asked_before.is_earlier(day) for day, _ in asked_before.points] == [True, True, False, False]
    alone = with_earlier()
    assert "is a change that matters. There is no score since 2 March 2027." in alone.said
    assert "reached" not in score_svgs(alone)


def test_the_page_says_which_scores_are_from_before_the_plan(
    browser: Open, services: Services, patient: Person
) -> None:
    answer_intake(services, patient, pain=6, roland=14)
    with writing(services.engine) as connection:
        add_score(connection, patient.id, instrument="rmdq", value=3, on=date(2025, 5, 1), actor="test")
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}"
    clinician.submit(f"{address}/plan", **plan_fields())
    page = clinician.get(f"{address}/outcomes").text
    assert page.count("Small grey rings are from before the course that began on 2 March 2026") == 1
    assert page.count('<circle class="earlier"') == 2 and '<circle class="reached"' not in page


def test_a_questionnaire_without_a_goal_is_held_against_its_score_at_the_start_of_the_plan(
    browser: Open, services: Services, patient: Person
) -> None:
    """Oswestry 60 to 20 a year ago, 50 when the plan begins: nothing is reached."""
    answer_intake(services, patient, pain=6, roland=14)
    with writing(services.engine) as connection:
        for value, day in ((60, date(2025, 3, 1)), (20, date(2025, 5, 1)), (50, date(2026, 2, 20))):
            add_score(connection, patient.id, instrument="odi", value=value, on=day, actor="test")
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}"
    clinician.submit(f"{address}/plan", **plan_fields())
    page = clinician.get(f"{address}/outcomes").text
    assert "less than 50) is a change that matters: not reached." in page
    assert page.count('<circle class="earlier"') == 4 and '<circle class="reached"' not in page


def test_a_change_out_of_reach_draws_no_band() -> None:
    assert chart(4.0, 2.0).goal is None
    assert 'class="band"' not in score_svgs(chart(4.0, 2.0))


def treated(services: Services, *courses: tuple[int, int]) -> list[Person]:
    """A patient for each course: Roland-Morris at the start and six weeks later."""
    people = []
    for number, (before, after) in enumerate(courses):
        details = PersonDetails(given_name=f"Abril{number}", family_name="Demo", synthetic=True)
        with writing(services.engine) as connection:
            one = add_person(connection, details, actor="test")
            for value, day in ((before, START), (after, START + timedelta(days=42))):
                add_score(connection, one.id, instrument="rmdq", value=value, on=day, actor="test")
        people.append(one)
    return people


@pytest.mark.parametrize("count", [1, 9])
def test_the_clinic_page_shows_no_result_of_few_patients_and_says_so_once(
    browser: Open, services: Services, clock: Clock, count: int
) -> None:
    people = treated(services, *[(14, 6)] * count)
    with writing(services.engine) as connection:
        for value, day in ((60, START), (20, START + timedelta(days=42))):
            add_score(connection, people[0].id, instrument="odi", value=value, on=day, actor="test")
    clock.advance(timedelta(days=70))
    for role in (Role.ADMINISTRATOR, Role.CLINICIAN):
        page = browser(role).get("/outcomes").text
        assert page.count("Not shown") == 1 and page.count("Not judged") == 1
        assert "Each is shown from 10 patients on" in page
        assert (
            f"Roland-Morris Disability Questionnaire: {count} at 6 weeks" in page
            and "Oswestry Disability Index: 1 at 6 weeks" in page
        )
        assert "There is no control group" in page and "1 patients" not in page
        assert "Mean change" not in page and '<svg class="chart' not in page and "hundred people" not in page


def test_the_clinic_page_counts_patients_not_names_and_warns_first(
    browser: Open, services: Services, clock: Clock
) -> None:
    """By hand: of ten patients with a score after six weeks six improved by five points or more."""
    people = treated(services, *[(14, 6)] * 3, *[(10, 5)] * 3, *[(12, 11)] * 4)
    clock.advance(timedelta(days=70))
    page = browser(Role.ADMINISTRATOR).get("/outcomes").text
    assert page.index("There is no control group") < page.index("Roland-Morris")
    assert (
        "6 of 10, 60 %" in page
        and "10 of 10 with a score" in page
        and '<p class="soft">10 patients, ' in page
    )
    assert "Abril" not in page and "Demo" not in page
    assert browser(Role.FRONT_DESK).get("/outcomes").status_code == 403
    assert browser(Role.FRONT_DESK).get(f"/patients/{people[0].id}/outcomes").status_code == 403
