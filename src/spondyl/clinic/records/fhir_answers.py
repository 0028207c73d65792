"""QuestionnaireResponse, Observation and Flag: what a patient said and scored."""

from typing import Any

from spondyl.assessment.intake import INTAKE, Intake, Item, ItemKind, flags_said
from spondyl.assessment.questionnaires import instrument_of
from spondyl.clinic.care.intake_record import StoredIntake
from spondyl.clinic.care.scores import GivenScore
from spondyl.clinic.records.fhir_parts import Resource, coding, concept, present, reference, safe_id
from spondyl.clinic.report.codes import (
    OSWESTRY_SCORE,
    PAIN_SCORE,
    SCORE_UNIT,
    SYSTEM_URI,
    Code,
    checked,
    private_code,
)

QUESTIONNAIRE = "urn:x-spondyl:questionnaire:intake"
_LOINC = {"nrs": PAIN_SCORE, "nrs_today": PAIN_SCORE, "odi": OSWESTRY_SCORE}


def answers_resource(person_id: str, stored: StoredIntake) -> Resource:
    """Every answer of a form, screen by screen; of several charts of one person the kept one is the patient."""
    done = stored.intake.next_group is None
    groups = [
        {"linkId": group.key, "text": group.title.en, "item": items}
        for group in INTAKE
        if (items := [_item(item, stored.intake) for item in group.items if stored.intake.of(item.key)])
    ]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": stored.document_id,
        "questionnaire": QUESTIONNAIRE,
        "status": checked("questionnaire-answers-status", "completed" if done else "in-progress"),
        "subject": reference("Patient", person_id),
        "authored": stored.saved_at.isoformat(),
        "source": reference("Patient", person_id),
        **present(item=groups),
    }


def _item(item: Item, intake: Intake) -> Resource:
    return {
        "linkId": item.key,
        "text": item.text.en,
        "answer": [_answer(item, mark) for mark in intake.of(item.key)],
    }


def _answer(item: Item, mark: str) -> dict[str, Any]:
    if item.kind is ItemKind.SCALE:
        return {"valueInteger": int(mark)}
    if item.kind is ItemKind.YES_NO and mark in ("yes", "no"):
        return {"valueBoolean": mark == "yes"}
    option = item.option(mark)
    return {"valueString": option.text.en if option else mark}


def score_resource(person_id: str, score: GivenScore) -> Resource:
    """One outcome score; the questionnaire by its LOINC code where one was read, always by the private one."""
    instrument = instrument_of(score.instrument)
    own = private_code(score.instrument, instrument.name)
    codes: list[Code] = [_LOINC[score.instrument], own] if score.instrument in _LOINC else [own]
    return {
        "resourceType": "Observation",
        "id": score_id(person_id, score),
        "status": checked("observation-status", "final"),
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": checked("observation-category", "survey"),
                    }
                ]
            }
        ],
        "code": concept(instrument.name, *codes),
        "subject": reference("Patient", person_id),
        "effectiveDateTime": score.on.isoformat(),
        "valueQuantity": {
            "value": score.value,
            "unit": instrument.unit,
            "system": SYSTEM_URI["UCUM"],
            "code": SCORE_UNIT.value,
        },
        **present(note=[{"text": score.note}] if score.note else None),
    }


def score_id(person_id: str, score: GivenScore) -> str:
    """The same for the same questionnaire and day, and short enough to keep its day: of one day one score counts."""
    return safe_id(f"{person_id}-{score.instrument.removeprefix('promis_')}-{score.on:%Y%m%d}")


def flag_resources(person_id: str, stored: StoredIntake, cleared: frozenset[str]) -> list[Resource]:
    """A Flag for every answer that raised one; inactive once a clinician has let it pass."""
    from spondyl.assessment.intake import ITEM_BEHIND

    return [
        {
            "resourceType": "Flag",
            "id": safe_id(f"{stored.document_id}-{flag.question.key}"),
            "status": checked(
                "flag-status", "inactive" if ITEM_BEHIND[flag.question.key] in cleared else "active"
            ),
            "code": {
                "text": flag.question.text,
                "coding": [coding(private_code(flag.question.key, flag.question.text))],
            },
            "subject": reference("Patient", person_id),
            "period": {"start": stored.saved_at.isoformat()},
        }
        for flag in flags_said(stored.intake)
    ]
