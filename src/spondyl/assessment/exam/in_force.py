"""What several examinations say together: of each test, what was found when it was looked at last."""

from collections.abc import Sequence
from dataclasses import replace

from spondyl.assessment.exam.definition import EXAM, GROUP_OF_TEST, TESTS, Side
from spondyl.assessment.exam.exam import Deviation, Exam

_ORDER = [(test.key, side) for group in EXAM for test in group.tests for side in test.sides]


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
    return Exam(
        examined=frozenset(whole),
        deviations=tuple(one for item in _ORDER if (one := found.get(item)) is not None),
        normal=frozenset(
            item for item, one in found.items() if one is None and GROUP_OF_TEST[item[0]] not in whole
        ),
        impression=next((exam.impression for exam in exams if exam.impression), ""),
    )


def exam_with_signs(exam: Exam, other: Exam) -> Exam:
    """The examination with the signs of another one laid beside its own; of one test the worse result counts."""
    found: dict[tuple[str, Side], Deviation] = {}
    for one in (*exam.deviations, *other.deviations):
        found[one.item] = max(found.get(one.item, one), one, key=_worse)
    return replace(
        exam,
        deviations=tuple(found[item] for item in _ORDER if item in found),
        normal=exam.normal - set(found),
    )


def _worse(one: Deviation) -> int:
    """The results of a test are listed from the normal one on, the worst last."""
    return TESTS[one.test].values.index(one.found)
