"""From answers to a verdict: clear, blocked, or emergency care now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

from spondyl.assessment.screening.question import Answer, Question, Urgency
from spondyl.assessment.screening.red_flags import CAUDA_EQUINA
from spondyl.provenance import Provenance

ORDER = tuple(Urgency)

EMERGENCY_MESSAGE = """\
Please get emergency care now.

One of your answers may mean that nerves at the bottom of your spine are being pressed. Doctors call this cauda equina \
syndrome. It is rare, and it can be treated. But it has to be seen within hours, because waiting can do lasting harm.

What to do now:
- Call your emergency number (911 in the United States, 112 in Europe, 999 in the United Kingdom), or go to the \
nearest emergency department.
- Do not drive yourself. Your legs may become weak. Ask somebody to take you.
- Show them this page and say: "My answers point to cauda equina syndrome."
- Do not wait for a visit here, and do not wait to see if it gets better.

We cannot tell from a form whether you have it. A doctor can, today."""

OTHER_EMERGENCY_MESSAGE = (
    "Emergency care now. An answer may mean a danger to the brain, the cord or the nerves. "
    "Do not treat. Call the emergency number and stay with the patient."
)
BLOCKED_MESSAGE = "No treatment yet. See each point below: what it may mean, how soon to act, and what to do."
CLEAR_MESSAGE = (
    "No answer on this list stands in the way. A list cannot see everything: "
    "the clinician's own examination comes first."
)


class Verdict(Enum):
    """What follows from the answers."""

    CLEAR = "clear"
    BLOCKED = "blocked"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A question whose answer blocks."""

    question: Question
    answer: Answer

    @property
    def what_to_do(self) -> str:
        """What to do about this answer; for an unknown one, first find out."""
        if self.answer is not Answer.UNKNOWN:
            return self.question.what_to_do
        soon = "Ask now, before anything else." if self.is_emergency_topic else "Ask, or examine, and answer."
        return f"{soon} Until it is known, it counts as a reason not to treat."

    @property
    def is_emergency_topic(self) -> bool:
        """Whether the other answer would be an emergency."""
        return self.question.urgency is Urgency.EMERGENCY_NOW

    @property
    def clinician_may_decide(self) -> bool:
        """Whether a named clinician may treat in spite of it: never past an unknown answer."""
        return self.answer is not Answer.UNKNOWN and self.question.clinician_may_decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The verdict, the message for whoever reads it, and every flag, the most urgent first."""

    verdict: Verdict
    message: str
    flags: tuple[Flag, ...]
    asked: int
    provenance: Provenance

    @property
    def blocks(self) -> bool:
        """Whether treatment must wait."""
        return self.verdict is not Verdict.CLEAR


def screen_answers(answers: Mapping[str, Answer], questions: Iterable[Question]) -> Screen:
    """Hold the answers against the questions. A question without an answer is unknown, and unknown blocks.

    >>> from spondyl.assessment.screening.red_flags import RED_FLAGS
    >>> screen_answers({question.key: Answer.NO for question in RED_FLAGS}, RED_FLAGS).verdict.value
    'clear'
    >>> screen_answers({}, RED_FLAGS).verdict.value
    'blocked'
    """
    asked = tuple(questions)
    given = [(question, answers.get(question.key, Answer.UNKNOWN)) for question in asked]
    flags = [Flag(question=question, answer=answer) for question, answer in given if question.blocks(answer)]
    flags.sort(key=_urgency)
    content = "\n".join(f"{question.key}={answer.value}" for question, answer in given)
    return Screen(
        verdict=_verdict(flags),
        message=_message(flags),
        flags=tuple(flags),
        asked=len(asked),
        provenance=Provenance(
            method="screening.screen_answers", inputs=(sha256(content.encode()).hexdigest(),)
        ),
    )


def _urgency(flag: Flag) -> tuple[int, int]:
    return ORDER.index(flag.question.urgency), flag.answer is Answer.UNKNOWN


def _emergencies(flags: list[Flag]) -> list[Flag]:
    return [flag for flag in flags if flag.is_emergency_topic and flag.answer is not Answer.UNKNOWN]


def _verdict(flags: list[Flag]) -> Verdict:
    if _emergencies(flags):
        return Verdict.EMERGENCY
    return Verdict.BLOCKED if flags else Verdict.CLEAR


def _message(flags: list[Flag]) -> str:
    emergencies = _emergencies(flags)
    if any(flag.question.topic == CAUDA_EQUINA for flag in emergencies):
        return EMERGENCY_MESSAGE
    if emergencies:
        return OTHER_EMERGENCY_MESSAGE
    return BLOCKED_MESSAGE if flags else CLEAR_MESSAGE
