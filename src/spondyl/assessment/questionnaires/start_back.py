"""STarT Back screening tool, 9 items: scorer and codes only. It sorts patients by risk; it is no outcome measure."""

from spondyl.assessment.questionnaires.answer_sheet import (
    AnswerSheet,
    check_items,
    is_yes,
    one_mark,
    refuse_unanswered,
    wrong_answer,
)
from spondyl.assessment.questionnaires.score import Direction, Instrument, Score
from spondyl.provenance import Provenance

BOTHERSOMENESS = "9"
DISTRESS = ("5", "6", "7", "8", "9")
HIGH_RISK_DISTRESS = 4
MEDIUM_RISK_TOTAL = 4
BOTHERED = {
    "not at all": False,
    "slightly": False,
    "moderately": False,
    "very much": True,
    "extremely": True,
}
"""The five answers to item 9 in their order, and whether each counts as one point."""

START_BACK = Instrument(
    code="start_back",
    name="STarT Back Screening Tool",
    unit="points",
    lowest=0,
    highest=9,
    direction=Direction.HIGHER_IS_WORSE,
    items=tuple(str(number) for number in range(1, 10)),
    answers="agree or disagree (yes or no) for items 1 to 8; for item 9 'not at all', 'slightly', 'moderately', "
    "'very much' or 'extremely', or 0 to 4 in that order",
    definition="One point an item agreed with; item 9 counts at 'very much' and 'extremely'. Items 5 to 9 at 4 or "
    "more: high risk. Otherwise a total of 0 to 3 is low and 4 to 9 medium risk",
    missing_rule="No published rule for an unanswered item was found, so the score is refused.",
    source="Keele University, Using and scoring the Keele STarT Back Screening Tool; Hill et al. 2008",
    licence="Copyright Keele University: use the form from Keele and enter its codes",
    is_outcome=False,
    is_whole=True,
)


def score_start_back(sheet: AnswerSheet) -> Score:
    """Total, distress subscore and risk group.

    >>> marks = dict.fromkeys("12345678", ("agree",)) | {"9": ("moderately",)}
    >>> score = score_start_back(AnswerSheet(instrument="start_back", answers=marks))
    >>> score.value, score.group
    (8.0, 'high risk')
    """
    check_items(sheet, START_BACK)
    refuse_unanswered(sheet, START_BACK)
    positive = {item for item in START_BACK.items if _counts(item, sheet.answers[item])}
    distress = len(positive.intersection(DISTRESS))
    return Score(
        instrument=START_BACK,
        value=float(len(positive)),
        answered=len(START_BACK.items),
        parts=(("distress", float(distress)),),
        group=_risk(len(positive), distress),
        provenance=Provenance(method="start_back.score_start_back", inputs=(sheet.fingerprint,)),
    )


def _risk(total: int, distress: int) -> str:
    if distress >= HIGH_RISK_DISTRESS:
        return "high risk"
    return "medium risk" if total >= MEDIUM_RISK_TOTAL else "low risk"


def _counts(item: str, marks: tuple[str, ...]) -> bool:
    if item != BOTHERSOMENESS:
        return is_yes(item, marks, START_BACK)
    mark = one_mark(item, marks, START_BACK).replace("_", " ")
    by_number = dict(zip("01234", BOTHERED.values(), strict=True))
    counts = (BOTHERED | by_number).get(mark)
    if counts is None:
        raise wrong_answer(item, marks[0], START_BACK)
    return counts
