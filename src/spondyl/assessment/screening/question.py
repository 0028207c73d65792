"""A question of a screen: what it asks, what its answer may mean, how soon to act, and what to do."""

from dataclasses import dataclass
from enum import Enum


class Answer(Enum):
    """What may be answered. A question that was not asked is unknown."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Kind(Enum):
    """Where a question comes from."""

    RED_FLAG = "red_flag"
    ABSOLUTE = "absolute_contraindication"
    RELATIVE = "relative_contraindication"
    ADDED = "added_contraindication"
    CONSENT = "consent"


class Urgency(Enum):
    """How soon somebody must act, the most urgent first."""

    EMERGENCY_NOW = "emergency_now"
    SAME_DAY = "same_day"
    WITHIN_DAYS = "within_days"
    BEFORE_TREATMENT = "before_treatment"

    @property
    def words(self) -> str:
        """As a person reads it."""
        return _WORDS[self]

    @property
    def act_words(self) -> str:
        """What to do and how soon, where the words stand alone."""
        return self.words if self is Urgency.EMERGENCY_NOW else f"look at it {self.words}"


_WORDS = {
    Urgency.EMERGENCY_NOW: "emergency care now",
    Urgency.SAME_DAY: "today",
    Urgency.WITHIN_DAYS: "within days",
    Urgency.BEFORE_TREATMENT: "before any treatment here",
}
URGENCY_SOURCE = (
    "How soon to act is set by the authors of this software along public patient pages; a clinician of your clinic "
    "must confirm it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. ``safe_answer`` is the only answer that does not block.

    ``clinician_may_decide`` says whether a named clinician, having looked, may treat in spite of the answer.
    """

    key: str
    kind: Kind
    topic: str
    text: str
    may_mean: str
    urgency: Urgency
    what_to_do: str
    source: str
    clinician_may_decide: bool = False
    safe_answer: Answer = Answer.NO

    def blocks(self, answer: Answer) -> bool:
        """Whether this answer stops treatment: anything but the safe one does, unknown included."""
        return answer is not self.safe_answer
