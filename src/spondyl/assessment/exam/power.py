"""Which muscles have become weaker: power is compared with what an earlier examination found."""

from collections.abc import Sequence
from datetime import date, timedelta

from spondyl.assessment.exam.definition import GROUPS, Side
from spondyl.assessment.exam.exam import Exam

POWER = "myotomes"
FULL_POWER = 5


STEADY_FOR = timedelta(days=42)
"""Chosen: a grade that was found again after six weeks is not getting worse."""


def power_before(exams: Sequence[tuple[date, Exam]]) -> dict[tuple[str, Side], int]:
    """The grade of each key muscle before it last changed, where that was a loss; the newest examination is first.

    Found at the same grade again, a loss is still one until six weeks lie between: then it does not go on.
    """
    found: dict[tuple[str, Side], int] = {}
    for item in ((test.key, side) for test in GROUPS[POWER].tests for side in test.sides):
        seen = [(day, grade) for day, exam in exams if (grade := _grade(exam, item)) is not None]
        changed = next((n for n, (_, grade) in enumerate(seen) if grade != seen[0][1]), None)
        if changed is None:
            continue
        (newest, now), (first, _), (_, before) = seen[0], seen[changed - 1], seen[changed]
        if before > now and newest - first < STEADY_FOR:
            found[item] = before
    return found


def _grade(exam: Exam, item: tuple[str, Side]) -> int | None:
    """The muscle's grade of 5; None where nobody looked."""
    weak = next((one for one in exam.deviations if one.item == item), None)
    if weak:
        return int(weak.value)
    return FULL_POWER if item in exam.normal or POWER in exam.examined else None
