"""Claims: what the patient says after a plan was kept counts when it is signed and when it is agreed to."""

from collections.abc import Callable
from datetime import timedelta

from care_course import answer_intake, consent_fields, plan_fields
from clinic_apps import Browser
from clinic_charts import Clock
from spondyl.assessment.intake import answered
from spondyl.clinic.care.consent_record import consents_of
from spondyl.clinic.care.flag_review import add_review
from spondyl.clinic.care.intake_record import keep, newest
from spondyl.clinic.care.plan_record import StoredPlan, latest_plan
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
ADJUSTING = {
    "chosen": "instrument-manipulation",
    "order-instrument-manipulation": "1",
    "because-instrument-manipulation": "The patient asks for it and knows how weak the evidence is.",
}
FLAG_FIRST = "nothing is planned until a clinician has looked"


def plan_of(services: Services, patient: Person) -> StoredPlan:
    with reading(services.engine) as connection:
        stored = latest_plan(connection, patient.id)
    assert stored is not None
    return stored


def say(services: Services, patient: Person, item: str, answer: str) -> None:
    """The patient changes one answer of the form."""
    with writing(services.engine) as connection:
        stored = newest(connection, patient.id)
        assert stored is not None
        keep(connection, stored, answered(stored.intake, item, (answer,)), actor="patient")


def test_a_red_flag_said_after_a_plan_was_kept_stops_signature_and_consent_until_it_is_weighed(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    answer_intake(services, patient, pain=6, roland=14)
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/plan"
    assert clinician.submit(address, **plan_fields(**ADJUSTING, action="keep")).status_code == 303
    kept = plan_of(services, patient)
    clock.advance(timedelta(minutes=5))
    say(services, patient, "saddle_numbness", "yes")
    page = clinician.get(address).text
    assert FLAG_FIRST in page and "Nothing may be booked" in page and "Sign the plan" not in page
    refused = clinician.submit(f"{address}/sign", version="1", digest=kept.digest)
    assert (
        refused.status_code == 422 and FLAG_FIRST in refused.text and "Weigh the flag first" in refused.text
    )
    assert not plan_of(services, patient).is_signed
    with writing(services.engine) as connection:
        flagged = newest(connection, patient.id)
        assert flagged is not None
        reason = "Examined today: sensation and reflexes are as they should be."
        add_review(
            connection, flagged, cleared=frozenset({"saddle_numbness"}), reason=reason, actor="clinician"
        )
    assert clinician.submit(f"{address}/sign", version="1", digest=kept.digest).status_code == 303
    assert plan_of(services, patient).is_signed


def test_no_consent_to_a_signed_plan_while_a_red_flag_stands_and_the_name_typed_stays(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    answer_intake(services, patient, pain=6, roland=14)
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/plan"
    assert clinician.submit(address, **plan_fields(**ADJUSTING)).status_code == 303
    clock.advance(timedelta(minutes=5))
    say(services, patient, "saddle_numbness", "yes")
    assert FLAG_FIRST in clinician.get(f"{address}/consent").text
    refused = clinician.submit(f"{address}/consent", **consent_fields(services, patient))
    assert refused.status_code == 422 and FLAG_FIRST in refused.text and 'value="Ana Ruiz"' in refused.text
    with reading(services.engine) as connection:
        assert consents_of(connection, patient.id) == ()


def test_a_plan_of_somebody_who_has_none_is_not_signed(browser: Open, patient: Person) -> None:
    answer = browser(Role.CLINICIAN).submit(f"/patients/{patient.id}/plan/sign", version="1", digest="0" * 64)
    assert answer.status_code == 404
