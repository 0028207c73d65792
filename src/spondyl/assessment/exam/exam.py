"""One examination: which groups were examined, and what was not normal."""

from dataclasses import dataclass

from spondyl.assessment.exam.definition import EXAM, GROUP_OF_TEST, GROUPS, TESTS, Means, Side, Value
from spondyl.assessment.refused import Refused

LONGEST_NOTE = 500
"""Characters of a note."""


class ExamRefused(Refused):
    """An examination that contradicts itself. ``what`` is wrong, ``why``, and what to ``do`` next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One test that was not normal on one side. Raises ExamRefused when the test does not have that result."""

    test: str
    side: Side
    value: str
    note: str = ""

    def __post_init__(self) -> None:
        test = TESTS.get(self.test)
        if test is None:
            raise ExamRefused(
                what=f"There is no test {self.test!r}.",
                why="The list is closed.",
                do="Choose one of the list.",
            )
        if self.side not in test.sides:
            raise ExamRefused(
                what=f"{test.label} is not examined on the side {self.side.value!r}.",
                why=f"It takes {', '.join(side.value for side in test.sides)}.",
                do="Choose one of them.",
            )
        found = test.value(self.value)
        if found is None or found.means is None:
            raise ExamRefused(
                what=f"{self.value!r} is no deviation of {test.label}.",
                why=f"It takes {', '.join(one.code for one in test.values[1:])}.",
                do="Choose one of them, or take the line away when the test was normal.",
            )
        if len(self.note) > LONGEST_NOTE:
            raise ExamRefused(
                what=f"The note on {test.label} has {len(self.note)} characters.",
                why=f"It holds at most {LONGEST_NOTE}.",
                do="Shorten it.",
            )

    @property
    def found(self) -> Value:
        """The result."""
        value = TESTS[self.test].value(self.value)
        assert value is not None  # checked when made
        return value

    @property
    def text(self) -> str:
        """``L5 great toe extension left 4/5 (after ten repetitions)``."""
        side = "" if self.side is Side.MIDLINE else f" {self.side.value}"
        note = f" ({self.note})" if self.note else ""
        return f"{TESTS[self.test].label}{side} {self.found.text}{note}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """``examined`` are the groups that were examined: what is not named in ``deviations`` was normal there.

    A group that is not in it was not examined: nothing is normal because nobody looked. Raises ExamRefused for a
    deviation in a group that was not examined, or twice the same test and side.
    """

    examined: frozenset[str] = frozenset()
    deviations: tuple[Deviation, ...] = ()
    impression: str = ""

    def __post_init__(self) -> None:
        unknown = sorted(self.examined - set(GROUPS))
        if unknown:
            raise ExamRefused(
                what=f"There is no group {unknown[0]!r}.",
                why="The list is closed.",
                do="Choose one of the list.",
            )
        seen: set[tuple[str, Side]] = set()
        for one in self.deviations:
            if GROUP_OF_TEST[one.test] not in self.examined:
                raise ExamRefused(
                    what=f"{one.text}: but {GROUPS[GROUP_OF_TEST[one.test]].title} is marked as not examined.",
                    why="What was not examined has no result.",
                    do="Mark the group as examined, or take the line away.",
                )
            if (one.test, one.side) in seen:
                raise ExamRefused(
                    what=f"{TESTS[one.test].label} {one.side.value} stands twice.",
                    why="A test has one result on a side.",
                    do="Keep one line.",
                )
            seen.add((one.test, one.side))

    def in_group(self, key: str) -> tuple[Deviation, ...]:
        """The deviations of a group."""
        return tuple(one for one in self.deviations if GROUP_OF_TEST[one.test] == key)

    def with_meaning(self, *meanings: Means) -> tuple[Deviation, ...]:
        """The deviations that point to any of these."""
        return tuple(one for one in self.deviations if one.found.means in meanings)


def exam_lines(exam: Exam) -> tuple[tuple[str, str], ...]:
    """Every group with its sentence: normal, the exceptions, or not examined.

    >>> exam_lines(Exam())[0]
    ('Range of motion', 'Not examined.')
    """
    return tuple((group.title, _line(exam, group.key)) for group in EXAM)


def _line(exam: Exam, key: str) -> str:
    if key not in exam.examined:
        return "Not examined."
    deviations = exam.in_group(key)
    if not deviations:
        return GROUPS[key].normal
    return f"{'; '.join(one.text for one in deviations)}. Otherwise normal."
