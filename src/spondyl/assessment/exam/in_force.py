"""What several examinations say together: of each test, what was found when it was looked at last."""

from collections.abc import Sequence

from spondyl.assessment.exam.definition import EXAM, GROUP_OF_TEST, Side
from spondyl.assessment.exam.exam import Deviation, Exam


def exam_in_force(exams: Sequence[Exam]) -> Exam:
    """One examination of these, the newest first: a sign holds until that very test is looked at again.

    A note of a talk, an examination of something else, or of a part of the group takes no sign away. The impression is
    the newest one.
    """
    found: dict[tuple[str, Side], Deviation | None] = {}
    whole: set[str] = set()
    for exam in exams:
        seen = dict.fromkeys(exam.normal) | {one.item: one for one in exam.deviations}
        found |= {
            item: result
            for item, result in seen.items()
            if item not in found and GROUP_OF_TEST[item[0]] not in whole
        }
        whole |= exam.examined
    order = [(test.key, side) for group in EXAM for test in group.tests for side in test.sides]
    return Exam(
        examined=frozenset(whole),
        deviations=tuple(one for item in order if (one := found.get(item)) is not None),
        normal=frozenset(
            item for item, one in found.items() if one is None and GROUP_OF_TEST[item[0]] not in whole
        ),
        impression=next((exam.impression for exam in exams if exam.impression), ""),
    )
