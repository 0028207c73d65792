"""Answers to a screen as text, JSON or CSV. Nothing here opens a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from spondyl.assessment.json_text import parsed_json
from spondyl.assessment.screening.contraindications import CONTRAINDICATIONS
from spondyl.assessment.screening.question import Answer, Question
from spondyl.assessment.screening.red_flags import RED_FLAGS
from spondyl.assessment.table_text import TableTextError, rows_of

QUESTION_SETS: dict[str, tuple[Question, ...]] = {
    "all": (*RED_FLAGS, *CONTRAINDICATIONS),
    "red-flags": RED_FLAGS,
    "contraindications": CONTRAINDICATIONS,
}
"""What may be asked at once; all of it before an adjustment."""
KNOWN = {question.key: question for question in QUESTION_SETS["all"]}
FIELDS = ("patient_id", "date", "answers", "questions")


def questions_of(part: str, answers: Mapping[str, Answer]) -> tuple[Question, ...]:
    """The questions of a part, and each of another part whose answer is known and blocks: no danger told is left out.

    >>> [one.key for one in questions_of("red-flags", {"chiari": Answer.YES})][-2:]
    ['weak_immunity', 'chiari']
    """
    asked = QUESTION_SETS[part]
    others = (question for question in QUESTION_SETS["all"] if question not in asked)
    return asked + tuple(one for one in others if _is_told(one, answers.get(one.key, Answer.UNKNOWN)))


def _is_told(question: Question, answer: Answer) -> bool:
    return answer is not Answer.UNKNOWN and question.blocks(answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenAnswers:
    """The answers of one patient, by the key of the question."""

    patient_id: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict[str, Answer])


def screen_answers_from_json(text: str) -> ScreenAnswers:
    """One object with ``answers`` by key; raises TableTextError.

    >>> screen_answers_from_json('{"answers": {"fever": "no"}}').answers["fever"].value
    'no'
    """
    content = parsed_json(text)
    fields = cast(dict[str, Any], content) if isinstance(content, dict) else {}
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown or not isinstance(fields.get("answers"), dict):
        what = f"{unknown[0]!r} is not known." if unknown else "it has no answers."
        raise TableTextError(
            where="the file",
            what=what,
            why=f"It is one object with {', '.join(FIELDS[:3])}.",
            do="Begin with 'spondyl screen --form'.",
        )
    given = cast(dict[str, Any], fields["answers"])
    answers = {key: _answer(key, value, f"answer {key!r}") for key, value in given.items()}
    return ScreenAnswers(patient_id=str(fields.get("patient_id") or ""), answers=answers)


def screen_answers_from_csv(text: str) -> ScreenAnswers:
    """A row an answer, columns ``question`` and ``answer``, of one patient; raises TableTextError."""
    answers: dict[str, Answer] = {}
    patients: set[str] = set()
    for row in rows_of(text, required=("question", "answer")):
        key = row.cells["question"]
        patients.add(row.cells.get("patient_id", ""))
        if key in answers or len(patients) > 1:
            raise row.wrong(
                f"{key!r} is answered a second time." if key in answers else "another patient begins.",
                why="A screen is of one patient, with one answer a question.",
                do="Give each patient a file, and each question a row.",
            )
        answers[key] = _answer(key, row.cells["answer"], f"line {row.line}")
    return ScreenAnswers(patient_id=next(iter(patients), ""), answers=answers)


def _answer(key: str, value: object, where: str) -> Answer:
    if key not in KNOWN:
        raise TableTextError(
            where=where,
            what=f"there is no question {key!r}.",
            why="An answer to an unknown question could hide a danger.",
            do="'spondyl screen --form' lists the questions.",
        )
    text = {True: "yes", False: "no", None: ""}.get(value, value) if isinstance(value, bool | None) else value
    said = str(text).strip().lower()
    known = {"yes": Answer.YES, "no": Answer.NO, "unknown": Answer.UNKNOWN, "": Answer.UNKNOWN}
    if said not in known:
        raise TableTextError(
            where=where,
            what=f"{value!r} is not an answer.",
            why="It takes yes, no or unknown.",
            do="Use one of them; an empty answer counts as unknown.",
        )
    return known[said]
