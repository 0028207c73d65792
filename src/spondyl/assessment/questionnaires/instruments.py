"""Every questionnaire that can be scored, and the way from answers to its score."""

from collections.abc import Callable
from functools import partial

from spondyl.assessment.questionnaires.answer_sheet import AnswerSheet
from spondyl.assessment.questionnaires.oswestry import OSWESTRY, score_oswestry
from spondyl.assessment.questionnaires.promis import PROMIS, score_promis
from spondyl.assessment.questionnaires.rating_scales import (
    NRS,
    NRS_TODAY,
    VAS,
    score_nrs,
    score_nrs_today,
    score_vas,
)
from spondyl.assessment.questionnaires.roland_morris import ROLAND_MORRIS, score_roland_morris
from spondyl.assessment.questionnaires.score import Instrument, Score, ScoreRefused
from spondyl.assessment.questionnaires.start_back import START_BACK, score_start_back

_SCORERS: tuple[tuple[Instrument, Callable[[AnswerSheet], Score]], ...] = (
    (ROLAND_MORRIS, score_roland_morris),
    (OSWESTRY, score_oswestry),
    (START_BACK, score_start_back),
    (NRS, score_nrs),
    (NRS_TODAY, score_nrs_today),
    (VAS, score_vas),
    *((one, partial(score_promis, instrument=one)) for one in PROMIS),
)
INSTRUMENTS: dict[str, Instrument] = {instrument.code: instrument for instrument, _ in _SCORERS}
"""By code; the first is the default questionnaire, free in its published form."""

_SCORER_OF = {instrument.code: scorer for instrument, scorer in _SCORERS}


def instrument_of(code: str) -> Instrument:
    """The questionnaire of a code; an unknown code is refused with the codes there are."""
    found = INSTRUMENTS.get(code.strip().lower())
    if found is None:
        raise ScoreRefused(
            what=f"There is no questionnaire {code!r}.",
            why="A score without its questionnaire has no scale.",
            do=f"Use one of {', '.join(INSTRUMENTS)}.",
        )
    return found


def score_answers(sheet: AnswerSheet) -> Score:
    """The score by the published rule of the sheet's questionnaire. Raises ScoreRefused, which names what to do."""
    return _SCORER_OF[instrument_of(sheet.instrument).code](sheet)
