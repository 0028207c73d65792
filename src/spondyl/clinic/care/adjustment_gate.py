"""May this patient be adjusted now? What the chart knows and what the clinician answers; what is unknown blocks."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from spondyl.assessment.screening import CONTRAINDICATIONS, Answer, Question
from spondyl.booking import wall_at
from spondyl.clinic.adjust.gate import gate_of
from spondyl.clinic.care.consent_record import consent_to
from spondyl.clinic.care.plan_end import is_hands_on, why_no_more
from spondyl.clinic.care.plan_record import latest_plan, situation_of
from spondyl.clinic.care.standing_notes import standing_alerts
from spondyl.clinic.care.visit_note import notes_of
from spondyl.clinic.chart.accounts import display_names
from spondyl.clinic.chart.practice import clinic_zone
from spondyl.clinic.report.day_text import day_text
from spondyl.instrument import Gate

CONSENT = "consent"
ASKED: tuple[Question, ...] = tuple(one for one in CONTRAINDICATIONS if one.key != CONSENT)
"""Answered on the page before every session; consent comes from the chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartGate:
    """``consent`` and its words: it covers a plan until its review, and beyond only when the goal is reached;
    ``found``: contraindications that the examination raised, each with its sign;
    ``held``: red flags that nobody has cleared, or that nobody has asked about."""

    consent: Answer
    consent_text: str
    found: Mapping[str, str]
    held: tuple[str, ...]

    def gate(self, said: Mapping[str, Answer]) -> Gate:
        """The kernel's gate. What the examination found cannot be answered away."""
        return gate_of({**said, **dict.fromkeys(self.found, Answer.YES), CONSENT: self.consent})

    def problems(self, said: Mapping[str, Answer]) -> tuple[str, ...]:
        """Everything that stands in the way, in words; empty when nothing does."""
        given = {**said, **dict.fromkeys(self.found, Answer.YES)}
        present = [one.text.rstrip("?") for one in ASKED if given.get(one.key) is Answer.YES]
        unknown = sum(given.get(one.key, Answer.UNKNOWN) is Answer.UNKNOWN for one in ASKED)
        consent = () if self.consent is Answer.YES else (self.consent_text,)
        yes = tuple(f"{one}: do not treat with impulses." for one in present)
        count = "1 question has" if unknown == 1 else f"{unknown} questions have"
        left = (f"{count} no answer; an unknown answer blocks.",) if unknown else ()
        return (
            consent + tuple(f"{one[0].upper()}{one[1:]}: clear this first." for one in self.held) + yes + left
        )


def chart_gate(connection: sa.Connection, person_id: str) -> ChartGate:
    """What the chart knows now."""
    consent, text = _consent(connection, person_id)
    notes = notes_of(connection, person_id)
    alerts = standing_alerts(notes)
    found = {one.question.key: ", ".join(one.reasons) for one in alerts}
    raised = {one.question.text.rstrip("?") for one in alerts}
    held = tuple(one for one in situation_of(connection, person_id, notes).held if one not in raised)
    return ChartGate(consent=consent, consent_text=text, found=found, held=held)


def _consent(connection: sa.Connection, person_id: str) -> tuple[Answer, str]:
    plan = latest_plan(connection, person_id)
    if plan is None or not is_hands_on(plan.plan):
        return Answer.UNKNOWN, "There is no plan with an adjustment, so nobody has consented to one."
    if ended := why_no_more(connection, person_id, plan.plan):
        return Answer.UNKNOWN, ended
    given = consent_to(connection, person_id, plan)
    if given is None:
        return Answer.UNKNOWN, "The patient has not consented to the plan as it stands."
    name = display_names(connection).get(given.before, given.before)
    day = day_text(wall_at(clinic_zone(connection), given.at))
    return Answer.YES, f"{given.agreed_by} agreed before {name} on {day}."
