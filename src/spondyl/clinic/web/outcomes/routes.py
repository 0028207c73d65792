"""The pages of outcomes."""

from datetime import date
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from spondyl.assessment.questionnaires import INSTRUMENTS, ScoreRefused, important_change_of, instrument_of
from spondyl.assessment.written_number import written_decimal
from spondyl.clinic.care.entered_in_error import TakeBackRefused
from spondyl.clinic.care.outcomes_memory import OutcomesMemory
from spondyl.clinic.care.plan_record import StoredPlan, judged, latest_plan
from spondyl.clinic.care.scores import (
    GivenScore,
    add_score,
    scores_in_error,
    scores_of_person,
    take_back_score,
)
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.report.outcomes_svg import change_svgs, hundred_svg
from spondyl.clinic.report.outcomes_words import (
    FEWEST_SHOWN,
    nobody_text,
    patients_text,
    too_few_text,
    words_of,
)
from spondyl.clinic.web.clinic_words import clinic_today
from spondyl.clinic.web.outcomes.score_svg import ScoreChart, score_svgs
from spondyl.clinic.web.page import page, patient_page, see_other
from spondyl.clinic.web.plan.form import CURRENT_FOR, GOAL_NAMES
from spondyl.clinic.web.rights import Clinician, needs
from spondyl.clinic.web.services import Clinic, Services
from spondyl.treatment.plan import Plan

router = APIRouter(include_in_schema=False)
ENTERED = tuple((code, GOAL_NAMES.get(code, one.name)) for code, one in INSTRUMENTS.items() if one.is_outcome)
WRONG_DAY = "The day is none, or lies in the future. Choose the day on which the patient answered."


@router.get("/outcomes", dependencies=[Depends(needs(Role.CLINICIAN, Role.ADMINISTRATOR))])
def clinic_page(request: Request, services: Clinic) -> Response:
    """The clinic's own outcomes: no name, no result of few patients, and the warnings first."""
    memory: OutcomesMemory = request.app.state.outcomes
    found = memory.outcomes(services.engine, as_of=clinic_today(services))
    judged_here = found.outcomes if found else ()
    sections = [
        {
            "words": words_of(one),
            "change": change_svgs(one) if one.measured else "",
            "hundred": hundred_svg(one) or "",
            "threshold": one.threshold,
        }
        for one in judged_here
        if one.people >= FEWEST_SHOWN
    ]
    too_few = too_few_text([one for one in judged_here if one.people < FEWEST_SHOWN])
    nobody = nobody_text(found.not_judged if found else ())
    context = {
        "found": found,
        "patients": patients_text(found.patients) if found else "",
        "sections": sections,
        "not_shown": [line for line in (too_few, nobody) if line],
    }
    return page(request, "outcomes/clinic.html", context)


@router.get("/patients/{patient_id}/outcomes")
def patient_outcomes(request: Request, services: Clinic, viewer: Clinician, patient_id: str) -> Response:
    """One patient's scores over time. Opening it is in the audit log."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        record(connection, actor=viewer.actor, action="open outcomes", subject=patient.subject)
    with reading(services.engine) as connection:
        context = _context(connection, services, patient)
    return patient_page(request, "outcomes/patient.html", patient, context)


@router.post("/patients/{patient_id}/outcomes")
def enter_score(
    request: Request,
    services: Clinic,
    viewer: Clinician,
    patient_id: str,
    instrument: Annotated[str, Form(max_length=60)] = "",
    value: Annotated[str, Form(max_length=20)] = "",
    on: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Keep a score from a paper form."""
    today = clinic_today(services)
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        problem = None
        try:
            day = _day(on or today.isoformat(), today)
            add_score(
                connection,
                patient_id,
                instrument=instrument,
                value=_number(value),
                on=day,
                actor=viewer.actor,
            )
        except ScoreRefused as refused:
            problem = str(refused)
        except ValueError as error:
            problem = str(error)
        context = _context(connection, services, patient) if problem else {}
    if problem:
        shown = context | {"problem": problem, "sent": {"instrument": instrument, "value": value, "on": on}}
        return patient_page(request, "outcomes/patient.html", patient, shown, status=422)
    return see_other(request, f"/patients/{patient_id}/outcomes", notice="The score is kept.")


@router.post("/patients/{patient_id}/outcomes/{document_id}/error")
def score_in_error(
    request: Request,
    services: Clinic,
    viewer: Clinician,
    patient_id: str,
    document_id: str,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Take back a score that was entered in error, with a reason: it counts nowhere any more."""
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        try:
            take_back_score(connection, patient.id, document_id, reason=reason, actor=viewer.actor)
        except TakeBackRefused as refused:
            raise HTTPException(422, str(refused)) from None
    return see_other(
        request, f"/patients/{patient_id}/outcomes", notice="The score is taken back: it counts nowhere."
    )


def _number(text: str) -> float:
    value = written_decimal(text)
    if value is None:
        raise ValueError(
            f"{text!r} is no score. Write a number on the scale of the questionnaire, such as 7 or 38.5."
        )
    return value


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(WRONG_DAY) from None
    if day > today:
        raise ValueError(WRONG_DAY)
    return day


def _context(connection: sa.Connection, services: Services, patient: Person) -> dict[str, Any]:
    scores, plan = scores_of_person(connection, patient.id), latest_plan(connection, patient.id)
    today = clinic_today(services)
    return {
        "charts": [_chart(code, scores, plan) for code in dict.fromkeys(one.instrument for one in scores)],
        "draw": score_svgs,
        "scores": scores,
        "in_error": scores_in_error(connection, patient.id),
        "plan": plan,
        "judged": judged(connection, patient.id, plan.plan, as_of=today) if plan else None,
        "instruments": ENTERED,
        "names": dict(ENTERED),
        "problem": None,
        "sent": {"instrument": "rmdq", "value": "", "on": today.isoformat()},
    }


def _chart(code: str, scores: tuple[GivenScore, ...], plan: StoredPlan | None) -> ScoreChart:
    instrument = instrument_of(code)
    points = tuple((one.on, one.value) for one in scores if one.instrument == code)
    return ScoreChart(
        instrument=instrument,
        points=points,
        threshold=important_change_of(instrument),
        begin=_begin(code, points, plan.plan) if plan else points[0],
        review_on=plan.plan.review_on if plan else None,
    )


def _begin(code: str, points: tuple[tuple[date, float], ...], plan: Plan) -> tuple[date, float]:
    """Where the course of a plan began: the score of its goal, else the last of the weeks before it or the first since.

    Where there is none of these only an earlier course is known.
    """
    goal = next((one for one in plan.goals if one.instrument == code), None)
    if goal is not None:
        return plan.starts_on, goal.before
    before = [one for one in points if plan.starts_on - CURRENT_FOR <= one[0] <= plan.starts_on]
    since = [one for one in points if one[0] > plan.starts_on]
    return next(iter((*before[-1:], *since)), (plan.starts_on, points[-1][1]))
