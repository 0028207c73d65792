"""Claims: a plan stands on intake, exam and one rule; it is signed, versioned, agreed to, printed and judged."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from care_course import answer_intake, consent_fields, plan_fields
from clinic_apps import Browser
from clinic_charts import Clock
from spondyl.clinic.care.consent_record import consent_to, consents_of
from spondyl.clinic.care.plan_record import judged, latest_plan, ranked_for, situation_of
from spondyl.clinic.care.scores import add_score
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services
from spondyl.treatment.plan import OptionKind, PlanState

Open = Callable[[Role], Browser]


@pytest.fixture
def asked(services: Services, patient: Person) -> Person:
    """A patient with a finished, harmless intake: pain 6, Roland-Morris 14."""
    answer_intake(services, patient, pain=6, roland=14)
    return patient


def test_the_form_begins_with_goals_and_the_rule(browser: Open, asked: Person) -> None:
    page = browser(Role.CLINICIAN).get(f"/patients/{asked.id}/plan").text
    assert "Who sells an option does not enter the rule" in page
    assert 'name="points-rmdq" value="5"' in page and 'name="before-rmdq" value="14"' in page
    assert 'name="review_on" type="date"' in page.replace(
        'type="date" id="f-review_on" name="review_on"', 'name="review_on" type="date"'
    )
    assert page.index("1. Exercise and physical therapy") < page.index("Stem cell")
    assert "cause" not in page.split("Seen on films")[1].split("</section>")[0].lower()


def test_a_plan_begins_with_nothing_of_an_older_visit(browser: Open, asked: Person, clock: Clock) -> None:
    """Six weeks on, the scores and the impression stand with their days; a day later none of them begins a plan."""
    clinician, chart = browser(Role.CLINICIAN), f"/patients/{asked.id}"
    clinician.submit(f"{chart}/exam", impression="Stiff low back.", text="seen", action="sign")
    for days, is_current in ((42, True), (1, False)):
        clock.advance(timedelta(days=days))
        page = browser(Role.CLINICIAN).get(f"{chart}/plan").text
        assert "Roland-Morris, 14 on 2 March 2026" in page and ", now 14" not in page
        assert ('name="goal" value="rmdq" checked' in page) is is_current
        assert ('name="points-rmdq" value="5"' in page) is is_current
        assert ("Stiff low back.</textarea>" in page) is is_current
    clinician = browser(Role.CLINICIAN)
    clinician.submit(f"{chart}/exam", pain="5", action="sign")
    assert 'value="nrs_today" checked' not in clinician.get(f"{chart}/plan").text, "a day is no week"


def test_a_plan_is_signed_changed_as_a_version_and_refused_when_late(
    browser: Open, services: Services, asked: Person
) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{asked.id}/plan"
    assert clinician.submit(address, **plan_fields()).status_code == 303
    with reading(services.engine) as connection:
        first = latest_plan(connection, asked.id)
    assert first is not None and first.is_signed and first.shown[0]["option"] == "exercise"
    change = plan_fields(document_id=first.document_id, after_version="1", visits="4", action="keep")
    assert clinician.submit(address, **change).status_code == 303
    late = clinician.submit(address, **change | {"own_goal": "Dance again"})
    assert late.status_code == 409 and "changed this plan while you wrote" in late.text
    assert "Dance again" in late.text and 'name="after_version" value="2"' in late.text
    with reading(services.engine) as connection:
        second = latest_plan(connection, asked.id)
    assert second is not None and (second.version, second.plan.visits, second.is_signed) == (2, 4, False)
    assert "Version 1" in clinician.get(address).text
    signed = clinician.submit(f"{address}/sign", version="2", digest=second.digest)
    assert signed.status_code == 303
    assert clinician.submit(f"{address}/sign", version="2", digest="0" * 64).status_code == 409


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"chosen": "stem-cells"}, "without a reason"),
        ({"home_exercise": "w" * 2001}, "2001 characters"),
        ({"own_goal": "w" * 501}, "501 characters"),
        ({"because-exercise": "w" * 501}, "501 characters"),
        ({"goal": []}, "no goal"),
        ({"points-rmdq": "3"}, "cannot stand"),
        *[({"points-rmdq": text}, "no number of points") for text in ("x", "0_5", "5e0", "nan")],
        ({"review_on": "soon"}, "no day"),
        ({"review_on": "2027-04-13"}, "days after the start"),
        ({"visits": ""}, "cannot be planned"),
    ],
)
def test_what_cannot_stand_is_refused_and_what_was_typed_stays(
    browser: Open, services: Services, asked: Person, changes: dict[str, object], says: str
) -> None:
    sent = browser(Role.CLINICIAN).submit(f"/patients/{asked.id}/plan", **plan_fields(**changes))
    assert sent.status_code == 422
    assert says in sent.text and "Your low back moves less than usual." in sent.text
    with reading(services.engine) as connection:
        assert latest_plan(connection, asked.id) is None


def test_without_an_intake_an_adjustment_cannot_be_planned(browser: Open, patient: Person) -> None:
    sent = browser(Role.CLINICIAN).submit(
        f"/patients/{patient.id}/plan", **plan_fields(chosen="instrument-manipulation")
    )
    assert sent.status_code == 422 and "cannot be planned now" in sent.text


def test_answers_signs_and_wishes_reach_the_options(
    browser: Open, services: Services, patient: Person
) -> None:
    answer_intake(services, patient, pain=6, roland=14, blood_thinner="yes", not_wanted=("injection",))
    browser(Role.CLINICIAN).submit(f"/patients/{patient.id}/exam", **{"t-babinski-left": "present"})
    with reading(services.engine) as connection:
        found = situation_of(connection, patient.id)
    assert any("anticoagulants" in text for text in found.held)
    assert "Upper motor neuron signs" in found.held
    assert found.cautions == {"blood_thinner"}
    assert found.not_wanted == {OptionKind.INJECTION}


@pytest.mark.parametrize(("said", "stays"), [("yes", True), ("unknown", False)])
def test_a_blood_thinner_that_need_not_hold_the_visit_is_still_asked_about_before_medicines(
    browser: Open, services: Services, patient: Person, said: str, stays: bool
) -> None:
    """The look lets the adjustment pass; anti-inflammatory pills with a blood thinner still bleed (FDA boxed warning).

    Of an answer that was not known the look says that it is not so: then nothing is left to ask.
    """
    answer_intake(services, patient, pain=6, roland=14, blood_thinner=said)
    look = {"cleared": "blood_thinner", "reason": "Apixaban, stable; low force only."}
    browser(Role.CLINICIAN).submit(f"/patients/{patient.id}/intake/review", **look)
    with reading(services.engine) as connection:
        ranked = {one.line.id: one for one in ranked_for(connection, patient.id)}
    asked = {name for name, one in ranked.items() if any("blood thinner" in reason for reason in one.reasons)}
    assert ("nsaids" in asked, "surgery" in asked) == (stays, stays)
    assert asked.isdisjoint({"manual-manipulation", "instrument-manipulation"})


def test_consent_is_to_the_letter_in_the_patients_language_and_ends_with_a_change(
    browser: Open, services: Services, asked: Person
) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{asked.id}/plan"
    clinician.submit(address, **plan_fields(action="keep"))
    early = clinician.submit(f"{address}/consent", **consent_fields(services, asked, language="es"))
    assert early.status_code == 422 and "Sign it first" in early.text
    with reading(services.engine) as connection:
        stored = latest_plan(connection, asked.id)
    assert stored is not None
    clinician.submit(f"{address}/sign", version="1", digest=stored.digest)
    spanish = clinician.get(f"{address}/consent?language=es").text
    assert "Qué puede salir mal" in spanish and "13 de abril de 2026" in spanish
    fields = consent_fields(services, asked, language="es")
    assert clinician.submit(f"{address}/consent", **fields | {"agreed_by": ""}).status_code == 422
    assert clinician.submit(f"{address}/consent", **fields).status_code == 303
    with reading(services.engine) as connection:
        stored = latest_plan(connection, asked.id)
        assert stored is not None
        given = consent_to(connection, asked.id, stored)
    assert (
        given is not None
        and given.agreed_by == "Ana Ruiz"
        and given.leaflet.title == "A qué da su consentimiento"
    )
    assert "no consent" not in clinician.get(address).text
    clinician.submit(address, **plan_fields(document_id=stored.document_id, after_version="1", visits="5"))
    assert "no consent" in clinician.get(address).text


def test_nobody_agrees_to_a_version_that_they_have_not_read(
    browser: Open, services: Services, asked: Person, clock: Clock
) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{asked.id}/plan"
    clinician.submit(address, **plan_fields())
    page = clinician.get(f"{address}/consent").text
    read = consent_fields(services, asked)
    for name in ("plan_version", "plan_digest"):
        assert f'name="{name}" value="{read[name]}"' in page
    with reading(services.engine) as connection:
        first = latest_plan(connection, asked.id)
    assert first is not None
    clock.advance(timedelta(minutes=1))
    more = {"order-nsaids": "2", "because-nsaids": "Pain at night needs it."}
    changed = {
        "document_id": first.document_id,
        "after_version": "1",
        "chosen": ["exercise", "nsaids"],
        **more,
    }
    assert clinician.submit(address, **plan_fields(**changed)).status_code == 303
    pills = "Pills against swelling and pain (NSAIDs)"
    assert pills not in page.split("What else")[0]
    unread = {name: value for name, value in read.items() if not name.startswith("plan_")}
    for sent in (read, unread):
        late = clinician.submit(f"{address}/consent", **sent)
        assert late.status_code == 409 and "The plan was changed after this page was opened" in late.text
        assert pills in late.text.split("What else")[0] and 'name="plan_version" value="2"' in late.text
        assert 'value="Ana Ruiz"' in late.text
    with reading(services.engine) as connection:
        assert consents_of(connection, asked.id) == ()
    assert clinician.submit(f"{address}/consent", **consent_fields(services, asked)).status_code == 303


def test_a_consent_taken_back_does_not_count(browser: Open, services: Services, asked: Person) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{asked.id}/plan"
    clinician.submit(address, **plan_fields())
    clinician.submit(f"{address}/consent", **consent_fields(services, asked))
    assert clinician.submit(f"{address}/consent/withdraw").status_code == 303
    with reading(services.engine) as connection:
        stored = latest_plan(connection, asked.id)
        assert stored is not None and consent_to(connection, asked.id, stored) is None


def test_the_sheet_says_what_how_sure_what_was_done_and_when(browser: Open, asked: Person) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{asked.id}/plan"
    clinician.submit(address, **plan_fields())
    clinician.submit(f"/patients/{asked.id}/exam", done="exercise", action="sign")
    sheet = clinician.get(f"{address}/sheet").text
    for text in (
        "Your low back moves less than usual.",
        "How sure we are",
        "2 March 2026: Exercise",
        "What to watch for",
        "13 April 2026",
        "Walk ten minutes",
    ):
        assert text in sheet
    assert "Qué se encontró" in clinician.get(f"{address}/sheet?language=es").text


def test_the_plan_is_judged_and_the_day_page_names_the_overdue(
    browser: Open, services: Services, asked: Person, clock: Clock
) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{asked.id}/plan"
    clinician.submit(address, **plan_fields())
    assert "Running:" in clinician.get(address).text
    clock.advance(timedelta(days=42))
    assert "there is no score" in browser(Role.CLINICIAN).get(address).text
    today = clock().date()
    with writing(services.engine) as connection:
        add_score(connection, asked.id, instrument="rmdq", value=12, on=today, actor="test")
    page = browser(Role.CLINICIAN)
    assert "No change that matters by 13 April 2026" in page.get(address).text
    assert "Reviews that are due" in page.get("/today").text
    assert "Reviews that are due" not in browser(Role.FRONT_DESK).get("/today").text
    clock.advance(timedelta(seconds=1))
    with writing(services.engine) as connection:
        add_score(connection, asked.id, instrument="rmdq", value=9, on=today, actor="test")
        stored = latest_plan(connection, asked.id)
        assert stored is not None
        assert judged(connection, asked.id, stored.plan, as_of=today).state is PlanState.REACHED


def test_a_plan_that_reached_its_goal_names_what_is_left_and_one_without_visits_counts_none(
    browser: Open, services: Services, asked: Person, clock: Clock
) -> None:
    clinician, chart = browser(Role.CLINICIAN), f"/patients/{asked.id}"
    clinician.submit(f"{chart}/plan", **plan_fields(visits="0"))
    clock.advance(timedelta(days=42))
    with writing(services.engine) as connection:
        add_score(connection, asked.id, instrument="rmdq", value=9, on=clock().date(), actor="test")
    clinician = browser(Role.CLINICIAN)
    page = clinician.get(f"{chart}/plan").text
    assert "none planned" in page and "Stop the visits or space them out" in page
    assert "No visits from 2 March 2026" in clinician.get(chart).text
    assert "no visits planned from 2 March 2026" in clinician.get(f"{chart}/plan/referral").text


def test_a_referral_letter_holds_the_facts_and_claims_no_cause(
    browser: Open, asked: Person, clock: Clock
) -> None:
    clinician, chart = browser(Role.CLINICIAN), f"/patients/{asked.id}"
    empty = clinician.get(f"{chart}/plan/referral").text
    assert "Not examined." in empty and "No plan was made." in empty
    clinician.submit(f"{chart}/exam", **{"t-l5-left": "4"})
    clinician.submit(f"{chart}/plan", **plan_fields())
    clock.advance(timedelta(days=43))
    letter = browser(Role.CLINICIAN).get(f"{chart}/plan/referral").text
    for text in (
        "L5 great toe extension left 4/5",
        "Roland-Morris Disability Questionnaire: 14 (2 March 2026)",
        "Exercise and physical therapy: 6 visits planned from 2 March 2026.",
        "The review of 13 April 2026 is due and there is no score.",
        "No film was read and signed.",
    ):
        assert text in letter


def test_the_chart_names_people_as_they_are_called_and_not_by_their_accounts(
    browser: Open, services: Services, asked: Person
) -> None:
    clinician, chart = browser(Role.CLINICIAN), f"/patients/{asked.id}"
    clinician.submit(f"{chart}/exam", pain="5", **{"g-motion": "examined"}, action="sign")
    clinician.submit(f"{chart}/plan", **plan_fields())
    clinician.submit(f"{chart}/plan/consent", **consent_fields(services, asked))
    assert "signed by Test Clinician" in clinician.get(f"{chart}/exam").text
    plan = clinician.get(f"{chart}/plan").text
    assert "signed by Test Clinician" in plan and "2 March 2026, Test Clinician, signed" in plan
    assert "before Test Clinician," in clinician.get(f"{chart}/plan/consent").text
    assert "<td>Test Clinician</td><td>Kept a consent</td>" in clinician.get(f"{chart}/records").text


def test_only_a_clinician_opens_plans(browser: Open, asked: Person) -> None:
    for path in ("plan", "plan/edit", "plan/consent", "plan/sheet", "plan/referral"):
        for role, status in ((Role.NOBODY, 303), (Role.FRONT_DESK, 403), (Role.ADMINISTRATOR, 403)):
            assert browser(role).get(f"/patients/{asked.id}/{path}").status_code == status
