"""A patient who may be adjusted: intake, a signed plan with an adjustment, consent; and the page's form, filled in."""

from datetime import date, timedelta

from care_course import answer_intake
from spondyl.assessment.intake import PatientLanguage
from spondyl.clinic.care.adjustment_gate import ASKED
from spondyl.clinic.care.consent_record import keep_consent
from spondyl.clinic.care.leaflet import consent_leaflet
from spondyl.clinic.care.plan_record import keep_plan, latest_plan, ranked_for
from spondyl.clinic.chart.documents import sign
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.web.services import Services
from spondyl.treatment.plan import Goal, Plan

OPTION = "instrument-manipulation"
START = date(2026, 3, 2)


def consented(services: Services, patient: Person) -> Person:
    """Everything that the chart must know before an adjustment."""
    answer_intake(services, patient, pain=6, roland=14)
    plan = Plan(
        problem="The low back moves less than usual.",
        options=(OPTION,),
        because={OPTION: "The patient asks for it and knows how weak the evidence is."},
        goals=(Goal(instrument="rmdq", before=14, points=5),),
        visits=4,
        days_between=7,
        home_exercise="Walk ten minutes twice a day.",
        starts_on=START,
        review_on=START + timedelta(days=42),
    )
    with writing(services.engine) as connection:
        kept = keep_plan(connection, patient.id, plan, actor="lind")
        sign(connection, document_id=kept.document_id, version=kept.version, actor="lind", digest=kept.digest)
        stored = latest_plan(connection, patient.id)
        assert stored is not None
        leaflet = consent_leaflet(stored.plan, ranked_for(connection, patient.id), PatientLanguage.ENGLISH)
        keep_consent(connection, patient.id, stored, leaflet, agreed_by=patient.full_name, actor="lind")
    return patient


def no_to_all() -> dict[str, str]:
    """Every contraindication asked and absent."""
    return {f"answer-{one.key}": "no" for one in ASKED}


def filled(**changes: str) -> dict[str, str]:
    """The form of a short dry run: one segment, chosen by the clinician, at most 60 N."""
    short = {"maximum_n": "60", "first": "L4", "last": "L5", "rule": "clinician", "chosen": "L4"}
    return {**no_to_all(), **short, "instrument": "dry", **changes}
