"""CarePlan, Goal and Consent."""

from datetime import date

from spondyl.assessment.questionnaires import instrument_of
from spondyl.clinic.care.consent_record import Consent
from spondyl.clinic.care.option_names import option_name
from spondyl.clinic.care.plan_record import StoredPlan
from spondyl.clinic.records.fhir_parts import Resource, coding, concept, present, reference, safe_id
from spondyl.clinic.report.codes import CONSENT_DOCUMENT, SCORE_UNIT, SYSTEM_URI, checked, private_code
from spondyl.treatment.plan import Goal, PlanJudged, PlanState

_STATUS = {PlanState.REACHED: "completed", PlanState.NOT_REACHED: "revoked"}
_GOAL = {PlanState.REACHED: "completed", PlanState.NOT_REACHED: "cancelled"}


def plan_resources(person_id: str, stored: StoredPlan, judged: PlanJudged) -> list[Resource]:
    """The plan and a Goal for each of its scores. An unsigned plan is a draft; a judged one is over."""
    plan = stored.plan
    goals = [_goal(person_id, stored, goal, judged) for goal in plan.goals]
    status = _STATUS.get(judged.state, "active") if stored.is_signed else "draft"
    care: Resource = {
        "resourceType": "CarePlan",
        "id": stored.document_id,
        "status": checked("request-status", status),
        "intent": checked("care-plan-intent", "plan"),
        "title": "Plan of care",
        "subject": reference("Patient", person_id),
        "period": {"start": plan.starts_on.isoformat(), "end": plan.review_on.isoformat()},
        "created": stored.made_at.isoformat(),
        "author": {"display": stored.made_by},
        "goal": [reference("Goal", goal["id"]) for goal in goals],
        "activity": [_activity(option, status) for option in plan.options],
        "note": [{"text": plan.stop_rule}],
        **present(description=plan.problem),
    }
    return [care, *goals]


def _activity(option: str, plan_status: str) -> Resource:
    status = {"draft": "not-started", "active": "in-progress", "completed": "completed"}.get(
        plan_status, "stopped"
    )
    name = option_name(option)
    return {
        "detail": {
            "status": checked("care-plan-activity-status", status),
            "code": concept(name, private_code(option, name)),
            "description": name,
        }
    }


def _goal(person_id: str, stored: StoredPlan, goal: Goal, judged: PlanJudged) -> Resource:
    instrument = instrument_of(goal.instrument)
    status = _GOAL.get(judged.state, "active") if stored.is_signed else "proposed"
    return {
        "resourceType": "Goal",
        "id": safe_id(f"{stored.document_id}-{goal.instrument}"),
        "lifecycleStatus": checked("goal-status", status),
        "description": {"text": goal.text},
        "subject": reference("Patient", person_id),
        "startDate": stored.plan.starts_on.isoformat(),
        "target": [
            {
                "measure": concept(instrument.name, private_code(goal.instrument, instrument.name)),
                "detailQuantity": {
                    "value": goal.before - goal.points,
                    "comparator": "<=",
                    "unit": instrument.unit,
                    "system": SYSTEM_URI["UCUM"],
                    "code": SCORE_UNIT.value,
                },
                "dueDate": stored.plan.review_on.isoformat(),
            }
        ],
    }


def consent_resource(person_id: str, consent: Consent, *, on: date) -> Resource:
    """A consent to treatment: active, or inactive once it was taken back; ``on`` is its day by the clinic's clock."""
    scope = {
        "system": "http://terminology.hl7.org/CodeSystem/consentscope",
        "code": checked("consent-scope", "treatment"),
    }
    return {
        "resourceType": "Consent",
        "id": consent.document_id,
        "status": checked("consent-state-codes", "inactive" if consent.withdrawn_at else "active"),
        "scope": {"coding": [scope]},
        "category": [{"coding": [coding(CONSENT_DOCUMENT)], "text": consent.leaflet.title}],
        "patient": reference("Patient", person_id),
        "dateTime": consent.at.isoformat(),
        "performer": [{"display": consent.agreed_by}],
        "policyRule": {"text": f"Consent to version {consent.plan_version} of CarePlan/{consent.plan_id}"},
        "verification": [
            {
                "verified": True,
                "verifiedWith": {"display": consent.before},
                "verificationDate": on.isoformat(),
            }
        ],
    }
