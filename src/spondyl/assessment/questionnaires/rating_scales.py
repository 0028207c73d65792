"""Pain on a single scale: the numerical rating scale 0-10 and the visual analogue scale 0-100 mm."""

from dataclasses import replace

from spondyl.assessment.questionnaires.answer_sheet import (
    AnswerSheet,
    check_items,
    one_mark,
    refuse_unanswered,
    whole_number,
    wrong_answer,
)
from spondyl.assessment.questionnaires.score import Direction, Instrument, Score
from spondyl.assessment.written_number import written_decimal
from spondyl.provenance import Provenance

NRS = Instrument(
    code="nrs",
    name="Numerical rating scale of pain",
    unit="points",
    lowest=0,
    highest=10,
    direction=Direction.HIGHER_IS_WORSE,
    items=("pain",),
    answers="a whole number from 0 to 10",
    definition="The number the patient gives: 0 no pain, 10 the worst pain imaginable",
    missing_rule="There is one item: without it there is no score.",
    source="Scale as in Ostelo et al., Spine 2008;33:90-94",
    licence="Free to use",
    is_whole=True,
)
NRS_TODAY = replace(
    NRS,
    code="nrs_today",
    name="Numerical rating scale of pain, today",
    definition="The number the patient gives for this moment: another question than the average of a week",
)
VAS = replace(
    NRS,
    code="vas",
    name="Visual analogue scale of pain",
    unit="mm",
    highest=100,
    answers="a number from 0 to 100, in millimetres",
    definition="The distance of the patient's mark from the 'no pain' end of a 100 mm line",
    is_whole=False,
)


def score_nrs(sheet: AnswerSheet) -> Score:
    """The number itself, once it is known to be a whole number from 0 to 10.

    >>> score_nrs(AnswerSheet(instrument="nrs", answers={"pain": ("7",)})).value
    7.0
    """
    mark = _only_mark(sheet, NRS)
    return _score(NRS, float(whole_number("pain", mark, NRS, highest=10)), sheet)


def score_nrs_today(sheet: AnswerSheet) -> Score:
    """The number itself, of the question for the pain at this moment; no course with another question's numbers."""
    mark = _only_mark(sheet, NRS_TODAY)
    return _score(NRS_TODAY, float(whole_number("pain", mark, NRS_TODAY, highest=10)), sheet)


def score_vas(sheet: AnswerSheet) -> Score:
    """The distance in millimetres, once it is known to lie on the line."""
    mark = _only_mark(sheet, VAS)
    return _score(VAS, decimal_number("pain", mark, VAS), sheet)


def decimal_number(item: str, mark: str, instrument: Instrument) -> float:
    """A mark as a number on the scale, as people write one; anything else is refused."""
    value = written_decimal(mark)
    if value is None:
        raise wrong_answer(item, mark, instrument)
    return instrument.check(value)


def _only_mark(sheet: AnswerSheet, instrument: Instrument) -> str:
    check_items(sheet, instrument)
    refuse_unanswered(sheet, instrument)
    return one_mark("pain", sheet.answers["pain"], instrument)


def _score(instrument: Instrument, value: float, sheet: AnswerSheet) -> Score:
    made = Provenance(method=f"rating_scales.score_{instrument.code}", inputs=(sheet.fingerprint,))
    return Score(instrument=instrument, value=value, answered=1, provenance=made)
