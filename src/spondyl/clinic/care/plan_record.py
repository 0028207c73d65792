"""Plans in the chart: versioned, signed, judged; and what of the patient decides which options are open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from spondyl.assessment.intake import CAUTIONS, ITEM_BEHIND, Stop, summarise_intake, worst_stop
from spondyl.clinic.care.newest_rows import DueDocument, rows_at
from spondyl.clinic.care.option_names import option_lines
from spondyl.clinic.care.scores import GivenScore, scores_of_people, scores_of_person
from spondyl.clinic.care.standing_flags import StandingForm, earlier_flags, standing_forms
from spondyl.clinic.care.standing_notes import standing_alerts
from spondyl.clinic.care.visit_note import StoredNote, notes_of
from spondyl.clinic.chart.documents import (
    Document,
    Signature,
    history,
    newest_of_each,
    save,
    sign,
    signed_versions,
)
from spondyl.treatment.plan import (
    OptionKind,
    Plan,
    PlanJudged,
    PlanRefused,
    RankedOption,
    Situation,
    check_choice,
    check_still,
    judge_plan,
    plan_from_json,
    plan_to_json,
    rank_options,
)

KIND = "plan"
NO_INTAKE = "the questions of safety have not been answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """A plan with where it is kept; ``shown`` is the ranking that the clinician saw when it was made."""

    document_id: str
    version: int
    digest: str
    plan: Plan
    shown: tuple[dict[str, Any], ...]
    made_by: str
    made_at: datetime
    signatures: tuple[Signature, ...]

    @property
    def is_signed(self) -> bool:
        """True when this version is signed."""
        return bool(self.signatures)


def situation_of(
    connection: sa.Connection, person_id: str, notes: Sequence[StoredNote] | None = None
) -> Situation:
    """What of the intakes, of the looks at their flags and of the newest examination decides.

    Without an intake nothing is known, so adjustments wait and everything else asks first. A yes that a clinician let
    pass need not hold a visit; it is still true, and medicines and operations go on to ask. ``notes`` are the
    patient's, where the page has read them.
    """
    alerts = standing_alerts(notes_of(connection, person_id) if notes is None else notes)
    signs = tuple(alert.question.text.rstrip("?") for alert in alerts)
    forms = standing_forms(connection, person_id)
    if not forms:
        return Situation(stop=Stop.TREATMENT, held=(NO_INTAKE, *signs))
    newest, cleared = forms[0].stored.intake, forms[0].cleared
    summary = summarise_intake(newest)
    weighed = frozenset(key for key in cleared if newest.one(key) == "yes")
    earlier = frozenset(ITEM_BEHIND[flag.question.key] for flag in earlier_flags(forms))
    return Situation(
        stop=worst_stop(form.stop for form in forms),
        held=(*_held_by_intake(forms), *signs),
        is_chronic=summary.is_chronic,
        cautions=(frozenset(summary.cautions) - (cleared - weighed)) | (earlier & frozenset(CAUTIONS)),
        weighed=weighed & frozenset(CAUTIONS),
        not_wanted=frozenset(OptionKind(one) for one in summary.not_wanted),
    )


def _held_by_intake(forms: tuple[StandingForm, ...]) -> tuple[str, ...]:
    """Every flag that was answered, in words; open questions as one line with their count."""
    earlier = earlier_flags(forms)
    held = {flag.question.key for flag in earlier}
    waiting = [flag for flag in forms[0].flags if flag.question.key not in held]
    given = [flag for flag in waiting if forms[0].stored.intake.one(ITEM_BEHIND[flag.question.key])]
    said = [*earlier, *given]
    left = len(waiting) - len(given)
    count = (
        "1 safety question of the intake has" if left == 1 else f"{left} safety questions of the intake have"
    )
    unasked = (f"{count} no answer",) if left else ()
    return (*(flag.question.text.rstrip("?") for flag in said), *unasked)


def ranked_for(
    connection: sa.Connection, person_id: str, notes: Sequence[StoredNote] | None = None
) -> tuple[RankedOption, ...]:
    """Every option in its place for this patient; ``notes`` as for the situation."""
    return ranked_in(situation_of(connection, person_id, notes))


def ranked_in(situation: Situation) -> tuple[RankedOption, ...]:
    """Every option in its place in this situation."""
    return rank_options(option_lines(), situation)


def keep_plan(
    connection: sa.Connection,
    person_id: str,
    plan: Plan,
    *,
    actor: str,
    document_id: str | None = None,
    after_version: int | None = None,
) -> StoredPlan:
    """Save a plan as a new document, or as the next version of one. Raises PlanRefused for an option not to be had."""
    ranked = ranked_for(connection, person_id)
    check_choice(plan, ranked)
    shown = [
        {"option": one.line.id, "standing": one.standing.value, "reasons": list(one.reasons)}
        for one in ranked
    ]
    document = save(
        connection,
        kind=KIND,
        person_id=person_id,
        body={"plan": plan_to_json(plan), "shown": shown, "due_on": plan.review_on.isoformat()},
        actor=actor,
        document_id=document_id,
        after_version=after_version,
    )
    return _stored(document)


def sign_plan(
    connection: sa.Connection, stored: StoredPlan, person_id: str, *, version: int, digest: str, actor: str
) -> None:
    """Sign the version that was shown. Raises PlanRefused when what is known now speaks against an option of it."""
    _check_still(stored, ranked_for(connection, person_id))
    sign(connection, document_id=stored.document_id, version=version, actor=actor, digest=digest)


def why_not_now(
    connection: sa.Connection,
    person_id: str,
    stored: StoredPlan,
    notes: Sequence[StoredNote] | None = None,
) -> str | None:
    """Why a kept plan cannot be signed or agreed to as things are known now, and what to do; None when it can."""
    try:
        _check_still(stored, ranked_for(connection, person_id, notes))
    except PlanRefused as refused:
        return str(refused)
    return None


def _check_still(stored: StoredPlan, ranked: tuple[RankedOption, ...]) -> None:
    known = {one["option"]: one["reasons"] for one in stored.shown}
    check_still(stored.plan, ranked, known)


def plans_of(connection: sa.Connection, person_id: str) -> tuple[StoredPlan, ...]:
    """Every plan of a patient in its newest version, the one begun last first."""
    return tuple(_stored(one) for one in newest_of_each(connection, kind=KIND, person_id=person_id))


def latest_plan(connection: sa.Connection, person_id: str) -> StoredPlan | None:
    """The plan begun last."""
    found = plans_of(connection, person_id)
    return found[0] if found else None


def charts_with_plans(connection: sa.Connection, person_id: str) -> int:
    """In how many charts of this person plans stand."""
    found = newest_of_each(connection, kind=KIND, person_id=person_id)
    return len({one.person_id for one in found})


def versions_of(connection: sa.Connection, document_id: str) -> tuple[StoredPlan, ...]:
    """Every version of a plan, the first one first."""
    return tuple(_stored(one) for one in history(connection, document_id))


def judged(connection: sa.Connection, person_id: str, plan: Plan, *, as_of: date) -> PlanJudged:
    """What the patient's scores say of the plan."""
    scores = [one.on_day for one in scores_of_person(connection, person_id)]
    return judge_plan(plan, scores, as_of=as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePlan:
    """A signed plan whose review is due, and what the patient's scores say of it."""

    person_id: str
    plan: Plan
    judged: PlanJudged


def judge_due(connection: sa.Connection, due: Sequence[DueDocument], *, as_of: date) -> list[DuePlan]:
    """The plans of these reviews that are signed, in this order, each judged; four queries for all."""
    signed = signed_versions(connection, {one.document_id for one in due})
    places = [one for one in due if (one.document_id, one.version) in signed]
    rows = rows_at(connection, places)
    scores = scores_of_people(connection, {one.person_id for one in places})
    return [
        _due(one.person_id, rows[one.document_id].body, scores.get(one.person_id, ()), as_of)
        for one in places
    ]


def _due(person_id: str, body: dict[str, Any], scores: tuple[GivenScore, ...], as_of: date) -> DuePlan:
    plan = plan_from_json(body["plan"])
    found = judge_plan(plan, [one.on_day for one in scores], as_of=as_of)
    return DuePlan(person_id=person_id, plan=plan, judged=found)


def _stored(document: Document) -> StoredPlan:
    return StoredPlan(
        document_id=document.document_id,
        version=document.version,
        digest=document.digest,
        plan=plan_from_json(document.body["plan"]),
        shown=tuple(document.body["shown"]),
        made_by=document.made_by,
        made_at=document.made_at,
        signatures=document.signatures,
    )
