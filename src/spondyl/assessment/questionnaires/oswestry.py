"""Oswestry Disability Index: scorer and codes only. The wording is licensed and is not part of this software."""

from spondyl.assessment.questionnaires.answer_sheet import (
    AnswerSheet,
    check_items,
    unanswered_items,
    whole_number,
)
from spondyl.assessment.questionnaires.score import Band, Direction, Instrument, Score, ScoreRefused
from spondyl.provenance import Provenance

HIGHEST_OF_A_SECTION = 5

OSWESTRY = Instrument(
    code="odi",
    name="Oswestry Disability Index",
    unit="%",
    lowest=0,
    highest=100,
    direction=Direction.HIGHER_IS_WORSE,
    items=tuple(str(number) for number in range(1, 11)),
    answers="a whole number from 0 (first statement) to 5 (last statement); two where two boxes were ticked",
    definition="Sum of the sections / (5 x sections answered) x 100; of two ticked boxes the higher one counts",
    missing_rule=(
        "A section without an answer leaves the sum and takes 5 from the highest possible sum. How many sections may "
        "be missing is not stated in what was read; the score says how many were answered."
    ),
    source="Fairbank and Pynsent, Spine 2000;25:2940-2952",
    licence="The wording is licensed (Mapi Research Trust): use your own licensed form and enter its codes",
    bands=(
        Band(name="minimal disability", upper=20),
        Band(name="moderate disability", upper=40),
        Band(name="severe disability", upper=60),
        Band(name="very severe disability", upper=80),
        Band(name="extreme disability", upper=100),
    ),
)


def score_oswestry(sheet: AnswerSheet) -> Score:
    """Sum of the answered sections as a percentage of the highest sum they could have.

    >>> nine = {str(number): ("2",) for number in range(1, 8)} | {"9": ("1",), "10": ("1",)}
    >>> round(score_oswestry(AnswerSheet(instrument="odi", answers=nine)).value, 1)  # 16 / 45
    35.6
    """
    check_items(sheet, OSWESTRY)
    lacking = unanswered_items(sheet, OSWESTRY)
    marked = {item: marks for item, marks in sheet.answers.items() if marks}
    if not marked:
        raise ScoreRefused(
            what=f"{OSWESTRY.name} is not scored: no section has an answer.",
            why="The score is a share of the answered sections.",
            do="Ask the patient to fill in the form.",
        )
    total = sum(_of_section(item, marks) for item, marks in marked.items())
    return Score(
        instrument=OSWESTRY,
        value=100.0 * total / (HIGHEST_OF_A_SECTION * len(marked)),
        answered=len(marked),
        unanswered=lacking,
        group=OSWESTRY.band_of(100.0 * total / (HIGHEST_OF_A_SECTION * len(marked))),
        provenance=Provenance(method="oswestry.score_oswestry", inputs=(sheet.fingerprint,)),
        notes=_notes(marked, lacking),
    )


def _of_section(item: str, marks: tuple[str, ...]) -> int:
    return max(whole_number(item, mark, OSWESTRY, highest=HIGHEST_OF_A_SECTION) for mark in marks)


def _notes(marked: dict[str, tuple[str, ...]], lacking: tuple[str, ...]) -> tuple[str, ...]:
    doubled = [item for item, marks in marked.items() if len(marks) > 1]
    notes = (
        (lacking, f"Scored from {len(marked)} of 10 sections; without an answer: {', '.join(lacking)}."),
        (
            doubled,
            f"More than one box was ticked in section {', '.join(doubled)}: the higher one counts.",
        ),
    )
    return tuple(text for applies, text in notes if applies)
