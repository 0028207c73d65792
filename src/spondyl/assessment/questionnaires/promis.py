"""PROMIS T-scores, taken as given. Raw sums are not converted: no published table was read that may be cited."""

from spondyl.assessment.questionnaires.answer_sheet import (
    AnswerSheet,
    check_items,
    one_mark,
    refuse_unanswered,
)
from spondyl.assessment.questionnaires.rating_scales import decimal_number
from spondyl.assessment.questionnaires.score import Direction, Instrument, Score
from spondyl.provenance import Provenance

MEAN_T, SD_T = 50.0, 10.0
_WORSE, _BETTER = Direction.HIGHER_IS_WORSE, Direction.HIGHER_IS_BETTER
CONCEPTS = {
    "pain_interference": ("pain interference", _WORSE),
    "physical_function": ("physical function", _BETTER),
    "fatigue": ("fatigue", _WORSE),
    "sleep_disturbance": ("sleep disturbance", _WORSE),
    "depression": ("depression", _WORSE),
    "anxiety": ("anxiety", _WORSE),
    "social_roles": ("ability to take part in social roles and activities", _BETTER),
}
"""A higher T-score is more of the concept, so the concept's name gives the direction (healthmeasures.net)."""


def _instrument(code: str, concept: str, direction: Direction) -> Instrument:
    return Instrument(
        code=f"promis_{code}",
        name=f"PROMIS {concept}",
        unit="T",
        lowest=0,
        highest=100,
        direction=direction,
        items=("t_score",),
        answers="a T-score, as the scoring service or table of HealthMeasures gives it",
        definition="T-score, taken as given: 50 is the mean of the reference population and 10 its standard deviation",
        missing_rule="Missing items are dealt with where the T-score is made; without a T-score there is no score.",
        source="HealthMeasures, Interpret Scores (healthmeasures.net/score-and-interpret/interpret-scores)",
        licence="Item wording stays with HealthMeasures; only T-scores are taken",
    )


PROMIS = tuple(_instrument(code, concept, direction) for code, (concept, direction) in CONCEPTS.items())


def score_promis(sheet: AnswerSheet, instrument: Instrument) -> Score:
    """The T-score, with its distance from the reference mean in standard deviations as a part.

    >>> sheet = AnswerSheet(instrument="promis_fatigue", answers={"t_score": ("62.5",)})
    >>> score_promis(sheet, PROMIS[2]).parts
    (('standard deviations above the mean', 1.25),)
    """
    check_items(sheet, instrument)
    refuse_unanswered(sheet, instrument)
    value = decimal_number("t_score", one_mark("t_score", sheet.answers["t_score"], instrument), instrument)
    return Score(
        instrument=instrument,
        value=value,
        answered=1,
        parts=(("standard deviations above the mean", (value - MEAN_T) / SD_T),),
        provenance=Provenance(method="promis.score_promis", inputs=(sheet.fingerprint,)),
    )
