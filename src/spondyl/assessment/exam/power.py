"""Which muscles have become weaker: power is compared with what an earlier examination found."""

from collections.abc import Sequence

from spondyl.assessment.exam.definition import GROUPS, Side
from spondyl.assessment.exam.exam import Exam

POWER = "myotomes"
FULL_POWER = 5


def power_before(exams: Sequence[Exam]) -> dict[tuple[str, Side], int]:
    """The grade of each key muscle before it last changed, where that was a loss; the newest examination is first.

    Found at the same grade again, a loss is still one: only a better grade says that it is over.
    """
    found: dict[tuple[str, Side], int] = {}
    for item in ((test.key, side) for test in GROUPS[POWER].tests for side in test.sides):
        grades = [grade for exam in exams if (grade := _grade(exam, item)) is not None]
        other = next((grade for grade in grades if grade != grades[0]), None)
        if other is not None and other > grades[0]:
            found[item] = other
    return found


def _grade(exam: Exam, item: tuple[str, Side]) -> int | None:
    """The muscle's grade of 5; None where nobody looked."""
    weak = next((one for one in exam.deviations if one.item == item), None)
    if weak:
        return int(weak.value)
    return FULL_POWER if item in exam.normal or POWER in exam.examined else None
