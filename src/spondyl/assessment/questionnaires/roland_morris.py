"""Roland-Morris Disability Questionnaire, 24 sentences; the score is how many describe the patient today."""

from spondyl.assessment.questionnaires.answer_sheet import (
    AnswerSheet,
    check_items,
    is_yes,
    one_mark,
    refuse_unanswered,
)
from spondyl.assessment.questionnaires.score import Direction, Instrument, Score
from spondyl.provenance import Provenance

INSTRUCTION = (
    "When your back hurts, you may find it difficult to do some of the things you normally do. "
    "Mark only the sentences that describe you today."
)
NOT_APPLICABLE = frozenset({"not applicable", "not_applicable", "n/a", "na"})

ROLAND_MORRIS = Instrument(
    code="rmdq",
    name="Roland-Morris Disability Questionnaire",
    unit="points",
    lowest=0,
    highest=24,
    direction=Direction.HIGHER_IS_WORSE,
    items=tuple(str(number) for number in range(1, 25)),
    answers="yes, no or 'not applicable'; or, on a tick list, the numbers of the ticked sentences",
    definition="How many of the 24 sentences are ticked; a sentence that does not apply counts as not ticked",
    missing_rule=(
        "On the published tick list an empty box means that the sentence does not describe the patient. Where each "
        "sentence is asked with yes and no, there is no standard rule for an unanswered one (Kent and Lauridsen, "
        "University of Southern Denmark), so the score is refused."
    ),
    source="Roland and Morris, Spine 1983;8:141-144; scoring note on the published form",
    licence="Free to use in its published form without permission (Roland and Fairbank, Spine 2000;25:3115-3124)",
    is_whole=True,
    wording=(
        "I stay at home most of the time because of my back.",
        "I change position frequently to try and get my back comfortable.",
        "I walk more slowly than usual because of my back.",
        "Because of my back I am not doing any of the jobs that I usually do around the house.",
        "Because of my back, I use a handrail to get upstairs.",
        "Because of my back, I lie down to rest more often.",
        "Because of my back, I have to hold on to something to get out of an easy chair.",
        "Because of my back, I try to get other people to do things for me.",
        "I get dressed more slowly than usual because of my back.",
        "I only stand for short periods of time because of my back.",
        "Because of my back, I try not to bend or kneel down.",
        "I find it difficult to get out of a chair because of my back.",
        "My back is painful almost all the time.",
        "I find it difficult to turn over in bed because of my back.",
        "My appetite is not very good because of my back pain.",
        "I have trouble putting on my socks (or stockings) because of the pain in my back.",
        "I only walk short distances because of my back.",
        "I sleep less well because of my back.",
        "Because of my back pain, I get dressed with help from someone else.",
        "I sit down for most of the day because of my back.",
        "I avoid heavy jobs around the house because of my back.",
        "Because of my back pain, I am more irritable and bad tempered with people than usual.",
        "Because of my back, I go upstairs more slowly than usual.",
        "I stay in bed most of the time because of my back.",
    ),
)


def score_roland_morris(sheet: AnswerSheet) -> Score:
    """Count the ticked sentences.

    >>> sheet = AnswerSheet(instrument="rmdq", answers={"1": ("yes",), "7": ("yes",)}, is_tick_list=True)
    >>> score_roland_morris(sheet).value
    2.0
    """
    check_items(sheet, ROLAND_MORRIS)
    if not sheet.is_tick_list:
        refuse_unanswered(sheet, ROLAND_MORRIS)
    applies = [_applies(item, marks) for item, marks in sheet.answers.items() if marks]
    return Score(
        instrument=ROLAND_MORRIS,
        value=float(sum(applies)),
        answered=len(ROLAND_MORRIS.items),
        provenance=Provenance(method="roland_morris.score_roland_morris", inputs=(sheet.fingerprint,)),
        notes=_notes(sheet),
    )


def _notes(sheet: AnswerSheet) -> tuple[str, ...]:
    if not sheet.is_tick_list:
        return ()
    if not any(sheet.answers.values()):
        return ("No sentence is ticked: make sure that the form was filled in.",)
    return ("Tick list: a sentence without a tick counts as no.",)


def _applies(item: str, marks: tuple[str, ...]) -> bool:
    if one_mark(item, marks, ROLAND_MORRIS) in NOT_APPLICABLE:
        return False
    return is_yes(item, marks, ROLAND_MORRIS)
