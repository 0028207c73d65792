"""What an examination adds to the screening: signs that answer a contraindication, with the deviations behind it."""

from dataclasses import dataclass

from spondyl.assessment.exam.definition import Means, Side
from spondyl.assessment.exam.exam import Deviation, Exam
from spondyl.assessment.screening import CONTRAINDICATIONS, Question

_QUESTION = {question.key: question for question in CONTRAINDICATIONS}
WEAK_BELOW = 4
"""Power below this grade in any key muscle is taken up with the surgeon's question: is the deficit progressing?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamAlert:
    """A contraindication that the examination raises, because of these deviations."""

    question: Question
    because: tuple[Deviation, ...]


def exam_alerts(exam: Exam) -> tuple[ExamAlert, ...]:
    """Signs that stop an adjustment until they are weighed, the most urgent first.

    Saddle numbness, or weakness of both legs, raises cauda equina; a long-tract sign raises the cord; Lhermitte its
    own line; power below 4 of 5 raises a radiculopathy that may progress.
    """
    weak = exam.with_meaning(Means.WEAK)
    legs = [one for one in weak if one.test[0] in "ls"]
    both_legs = {Side.LEFT, Side.RIGHT} <= {one.side for one in legs}
    found = {
        "cauda_equina": (*exam.with_meaning(Means.SADDLE), *(legs if both_legs else ())),
        "kernig_lhermitte": tuple(one for one in exam.deviations if one.test == "lhermitte"),
        "upper_motor_neuron": tuple(
            one for one in exam.with_meaning(Means.UPPER_MOTOR_NEURON) if one.test != "lhermitte"
        ),
        "progressive_radiculopathy": tuple(one for one in weak if int(one.value) < WEAK_BELOW),
    }
    return tuple(
        ExamAlert(question=_QUESTION[key], because=because) for key, because in found.items() if because
    )
