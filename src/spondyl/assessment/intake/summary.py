"""What the clinician reads of an intake: complaint, places, scores, flags, medicine cautions and wishes."""

from dataclasses import dataclass, replace
from datetime import date

from spondyl.assessment.intake.body_map import REGION_OF
from spondyl.assessment.intake.function_groups import FUNCTION_GROUPS
from spondyl.assessment.intake.intake import INTAKE, Intake
from spondyl.assessment.intake.roland_spanish import OWN_TRANSLATION
from spondyl.assessment.intake.stop import Stop, screen_of, stop_of
from spondyl.assessment.intake.two_languages import PatientLanguage
from spondyl.assessment.questionnaires import AnswerSheet, Score, score_answers
from spondyl.assessment.screening import Screen

ACUTE = frozenset({"under_6_weeks", "6_to_12_weeks"})
"""Less than twelve weeks; longer is chronic (the border that the guidelines of the evidence library use)."""
CAUTIONS = ("blood_thinner", "stomach_bleed", "heart_or_kidney", "pregnant", "dependence")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSummary:
    """One intake read. ``is_chronic`` is None until the duration is answered.

    ``cautions`` are the keys of medicine questions not answered with no: unknown counts as a reason to ask.
    """

    complaint: str
    goal: str
    regions: tuple[str, ...]
    is_chronic: bool | None
    scores: tuple[Score, ...]
    screen: Screen
    stop: Stop
    cautions: tuple[str, ...]
    not_wanted: tuple[str, ...]
    open_groups: tuple[str, ...]


def summarise_intake(intake: Intake, *, patient_id: str = "", on: date | None = None) -> IntakeSummary:
    """Read an intake, finished or not."""
    since = intake.one("since")
    return IntakeSummary(
        complaint=intake.one("complaint"),
        goal=intake.one("goal"),
        regions=tuple(REGION_OF[code].text.en for code in intake.of("where")),
        is_chronic=None if not since else since not in ACUTE,
        scores=scores_of(intake, patient_id=patient_id, on=on),
        screen=screen_of(intake),
        stop=stop_of(intake),
        cautions=tuple(key for key in CAUTIONS if intake.one(key) != "no"),
        not_wanted=intake.of("not_wanted"),
        open_groups=tuple(group.key for group in INTAKE if group.key not in intake.finished),
    )


def scores_of(intake: Intake, *, patient_id: str = "", on: date | None = None) -> tuple[Score, ...]:
    """Pain of the week as NRS, and Roland-Morris once its three screens are finished."""
    sheets = (_pain_sheet(intake, patient_id, on), _roland_sheet(intake, patient_id, on))
    return tuple(_noted(score_answers(sheet), intake) for sheet in sheets if sheet is not None)


def _pain_sheet(intake: Intake, patient_id: str, on: date | None) -> AnswerSheet | None:
    mark = intake.of("pain_week")
    if not mark:
        return None
    return AnswerSheet(instrument="nrs", answers={"pain": mark}, patient_id=patient_id, on=on)


def _roland_sheet(intake: Intake, patient_id: str, on: date | None) -> AnswerSheet | None:
    keys = [group.key for group in FUNCTION_GROUPS]
    if not intake.finished.issuperset(keys):
        return None
    ticked = {number: ("yes",) for key in keys for number in intake.of(key)}
    return AnswerSheet(instrument="rmdq", answers=ticked, patient_id=patient_id, on=on, is_tick_list=True)


def _noted(score: Score, intake: Intake) -> Score:
    read_in = {one for group in FUNCTION_GROUPS for one in intake.read_in.get(group.key, ())}
    if score.instrument.code != "rmdq" or PatientLanguage.SPANISH not in read_in:
        return score
    return replace(score, notes=(*score.notes, OWN_TRANSLATION))
