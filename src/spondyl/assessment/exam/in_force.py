"""What several examinations say together: of each group, what was found when it was examined last."""

from collections.abc import Sequence

from spondyl.assessment.exam.definition import EXAM
from spondyl.assessment.exam.exam import Exam


def exam_in_force(exams: Sequence[Exam]) -> Exam:
    """One examination of these, the newest first: a sign holds until its group is examined again.

    A note of a talk, or an examination of something else, takes no sign away. The impression is the newest one.
    """
    last = {
        group.key: exam for group in EXAM for exam in reversed(exams) if group.key in exam.examined
    }  # the newest comes last, and stays
    return Exam(
        examined=frozenset(last),
        deviations=tuple(one for key, exam in last.items() for one in exam.in_group(key)),
        impression=next((exam.impression for exam in exams if exam.impression), ""),
    )
