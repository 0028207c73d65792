"""One filled-in questionnaire, before it is scored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from spondyl.assessment.questionnaires.score import Instrument, ScoreRefused

Answer = tuple[str, ...]
"""What was marked for one item, as written: one entry, two where two boxes were ticked, none where none was."""

YES = frozenset({"yes", "y", "true", "1", "x", "agree"})
NO = frozenset({"no", "n", "false", "0", "disagree"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSheet:
    """Who answered which questionnaire when. An item that is missing from ``answers`` was not answered.

    ``is_tick_list`` says that a form was used on which a sentence is ticked or left alone: there, no tick means no.
    """

    instrument: str
    answers: Mapping[str, Answer]
    patient_id: str = ""
    on: date | None = None
    is_tick_list: bool = False

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the answers, the same for the same answers in any order."""
        content = [self.instrument, sorted((item, list(marks)) for item, marks in self.answers.items())]
        text = json.dumps([*content, self.is_tick_list], ensure_ascii=False)
        return sha256(text.encode()).hexdigest()


def check_items(sheet: AnswerSheet, instrument: Instrument) -> None:
    """Refuse answers to items that the questionnaire does not have."""
    unknown = sorted(set(sheet.answers) - set(instrument.items))
    if unknown:
        raise ScoreRefused(
            what=f"{instrument.name} has no item {', '.join(unknown)}.",
            why=f"Its items are {', '.join(instrument.items)}.",
            do="Correct the item's code, or name the other questionnaire.",
        )


def unanswered_items(sheet: AnswerSheet, instrument: Instrument) -> tuple[str, ...]:
    """The codes of items without any mark, in the order of the questionnaire."""
    return tuple(item for item in instrument.items if not sheet.answers.get(item))


def refuse_unanswered(sheet: AnswerSheet, instrument: Instrument) -> None:
    """Refuse the score when any item has no answer: for questionnaires without a published rule for that."""
    lacking = unanswered_items(sheet, instrument)
    if lacking:
        raise ScoreRefused(
            what=f"{instrument.name} is not scored: {_named(lacking)} without an answer.",
            why=instrument.missing_rule,
            do="Ask the patient for the missing answer, then score again.",
        )


def _named(items: tuple[str, ...]) -> str:
    if len(items) == 1:
        return f"item {items[0]} is"
    more = f" and {len(items) - 6} more" if len(items) > 6 else ""
    return f"items {', '.join(items[:6])}{more} are"


def one_mark(item: str, marks: Answer, instrument: Instrument) -> str:
    """The single mark of an item in lower case; two marks are refused."""
    if len(marks) != 1:
        raise ScoreRefused(
            what=f"{instrument.name}, item {item}: {len(marks)} answers are marked ({', '.join(marks)}).",
            why="This questionnaire has no published rule for more than one mark.",
            do="Ask the patient which one is meant.",
        )
    return marks[0].strip().lower()


def is_yes(item: str, marks: Answer, instrument: Instrument) -> bool:
    """Whether the item was answered with yes; anything but yes and no is refused."""
    mark = one_mark(item, marks, instrument)
    if mark in YES or mark in NO:
        return mark in YES
    raise wrong_answer(item, marks[0], instrument)


def whole_number(item: str, mark: str, instrument: Instrument, *, highest: int) -> int:
    """A mark as a whole number from 0 to ``highest``; anything else is refused."""
    text = mark.strip()
    if text.isdecimal() and text.isascii() and int(text) <= highest:
        return int(text)
    raise wrong_answer(item, mark, instrument)


def wrong_answer(item: str, mark: str, instrument: Instrument) -> ScoreRefused:
    """The refusal of an answer that the item does not take."""
    return ScoreRefused(
        what=f"{instrument.name}, item {item}: {mark!r} is not an answer.",
        why=f"It takes {instrument.answers}.",
        do="Correct the answer in the file.",
    )
