"""What an examination adds to the screening: signs that answer a contraindication, with the deviations behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from spondyl.assessment.exam.definition import Means, Side
from spondyl.assessment.exam.exam import Deviation, Exam
from spondyl.assessment.screening import CONTRAINDICATIONS, Question

_QUESTION = {question.key: question for question in CONTRAINDICATIONS}
WEAK_BELOW = 4
"""Power below this grade in any key muscle is taken up with the surgeon's question: is the deficit progressing?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamAlert:
    """A contraindication that the examination raises, because of these deviations.

    ``before`` is the power of a muscle that has become weaker, before it did.
    """

    question: Question
    because: tuple[Deviation, ...]
    before: Mapping[tuple[str, Side], int] = field(default_factory=dict[tuple[str, Side], int])

    @property
    def reasons(self) -> tuple[str, ...]:
        """``L5 great toe extension left 4/5, before it was 5/5``."""
        return tuple(
            f"{one.text}, before it was {self.before[one.item]}/5" if one.item in self.before else one.text
            for one in self.because
        )


def exam_alerts(exam: Exam, before: Mapping[tuple[str, Side], int] | None = None) -> tuple[ExamAlert, ...]:
    """Signs that stop an adjustment until they are weighed, the most urgent first.

    Saddle numbness, or weakness of both legs, raises cauda equina; a long-tract sign raises the cord; Lhermitte its
    own line; power below 4 of 5, or below what it was ``before`` (:func:`power_before`), raises a radiculopathy that
    may progress.
    """
    lost = before or {}
    weak = exam.with_meaning(Means.WEAK)
    legs = [one for one in weak if one.test[0] in "ls"]
    both_legs = {Side.LEFT, Side.RIGHT} <= {one.side for one in legs}
    found = {
        "cauda_equina": (*exam.with_meaning(Means.SADDLE), *(legs if both_legs else ())),
        "kernig_lhermitte": tuple(one for one in exam.deviations if one.test == "lhermitte"),
        "upper_motor_neuron": tuple(
            one for one in exam.with_meaning(Means.UPPER_MOTOR_NEURON) if one.test != "lhermitte"
        ),
        "progressive_radiculopathy": tuple(
            one for one in weak if int(one.value) < WEAK_BELOW or one.item in lost
        ),
    }
    return tuple(
        ExamAlert(question=_QUESTION[key], because=because, before=lost)
        for key, because in found.items()
        if because
    )
