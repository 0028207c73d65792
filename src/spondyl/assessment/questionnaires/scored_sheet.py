"""Scored sheets in order, each beside what the same patient scored first."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from spondyl.assessment.questionnaires.answer_sheet import AnswerSheet
from spondyl.assessment.questionnaires.important_change import (
    ChangeJudgement,
    important_change_of,
    judge_change,
)
from spondyl.assessment.questionnaires.instruments import score_answers
from spondyl.assessment.questionnaires.score import Score, ScoreRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredSheet:
    """A sheet and its score, or the refusal. ``first`` and ``change`` compare with the patient's first score.

    ``first_unusable`` says that the patient's first sheet gave no score, so that nothing is compared.
    """

    sheet: AnswerSheet
    score: Score | None = None
    refusal: ScoreRefused | None = None
    first: Score | None = None
    change: ChangeJudgement | None = None
    first_unusable: bool = False


def score_sheets(sheets: Iterable[AnswerSheet]) -> tuple[ScoredSheet, ...]:
    """Score every sheet, in the order given; a later sheet of a patient is held against the earliest by date.

    Where the earliest gives no score nothing is held against it: a later one is not where the patient began.
    """
    scored = [_scored(sheet) for sheet in sheets]
    first = _first_scores(scored)
    return tuple(_compared(one, first) for one in scored)


def _scored(sheet: AnswerSheet) -> ScoredSheet:
    try:
        return ScoredSheet(sheet=sheet, score=score_answers(sheet))
    except ScoreRefused as refusal:
        return ScoredSheet(sheet=sheet, refusal=refusal)


def _first_scores(scored: Iterable[ScoredSheet]) -> dict[tuple[str, str], ScoredSheet]:
    first: dict[tuple[str, str], ScoredSheet] = {}
    for one in scored:
        if one.sheet.on is None or not one.sheet.patient_id:
            continue
        held = first.setdefault(_key(one), one)
        assert held.sheet.on is not None  # only sheets with a day are held
        is_usable = held.score is None and one.score is not None and one.sheet.on == held.sheet.on
        if one.sheet.on < held.sheet.on or is_usable:
            first[_key(one)] = one
    return first


def _key(one: ScoredSheet) -> tuple[str, str]:
    return one.sheet.patient_id, one.sheet.instrument


def _compared(one: ScoredSheet, firsts: dict[tuple[str, str], ScoredSheet]) -> ScoredSheet:
    first = firsts.get(_key(one))
    if first is None or one.score is None or one.sheet.on in (None, first.sheet.on):
        return one
    if first.score is None:
        return replace(one, first_unusable=True)
    instrument = one.score.instrument
    threshold = important_change_of(instrument)
    judged = None
    if threshold is not None:
        judged = judge_change(first.score.value, one.score.value, instrument=instrument, threshold=threshold)
    return ScoredSheet(sheet=one.sheet, score=one.score, first=first.score, change=judged)
