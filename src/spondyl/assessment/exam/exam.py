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
    def item(self) -> tuple[str, Side]:
        """The test on its side."""
        return self.test, self.side

    @property
    def text(self) -> str:
        """``L5 great toe extension left 4/5 (after ten repetitions)``."""
        note = f" ({self.note})" if self.note else ""
        return f"{_name(*self.item)} {self.found.text}{note}"


def _name(test: str, side: Side) -> str:
    return TESTS[test].label + ("" if side is Side.MIDLINE else f" {side.value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """``examined`` are the groups that were examined whole: what is not named in ``deviations`` was normal there.

    In any other group only the tests of ``deviations`` and ``normal`` were looked at: nothing is normal because nobody
    looked. ``normal`` holds tests, each on a side, that were looked at by themselves. Raises ExamRefused for a test
    with two results on a side.
    """

    examined: frozenset[str] = frozenset()
    deviations: tuple[Deviation, ...] = ()
    normal: frozenset[tuple[str, Side]] = frozenset()
    impression: str = ""

    def __post_init__(self) -> None:
        unknown = sorted(self.examined - set(GROUPS))
        if unknown:
            raise ExamRefused(
                what=f"There is no group {unknown[0]!r}.",
                why="The list is closed.",
                do="Choose one of the list.",
            )
        for test, side in self.normal:
            if test not in TESTS or side not in TESTS[test].sides:
                raise ExamRefused(
                    what=f"There is no test {test!r} on the side {side.value!r}.",
                    why="The list is closed.",
                    do="Choose one of the list.",
                )
        seen = set(self.normal)
        for one in self.deviations:
            if one.item in seen:
                raise ExamRefused(
                    what=f"{TESTS[one.test].label} {one.side.value} stands twice.",
                    why="A test has one result on a side.",
                    do="Keep one line.",
                )
            seen.add(one.item)

    @property
    def items(self) -> frozenset[tuple[str, Side]]:
        """The tests that were looked at by themselves, each on a side."""
        return self.normal | {one.item for one in self.deviations}

    def looked_into(self, key: str) -> bool:
        """Whether the group was examined, whole or in part."""
        return key in self.examined or any(GROUP_OF_TEST[test] == key for test, _ in self.items)

    def in_group(self, key: str) -> tuple[Deviation, ...]:
        """The deviations of a group."""
        return tuple(one for one in self.deviations if GROUP_OF_TEST[one.test] == key)

    def with_meaning(self, *meanings: Means) -> tuple[Deviation, ...]:
        """The deviations that point to any of these."""
        return tuple(one for one in self.deviations if one.found.means in meanings)


def exam_lines(exam: Exam) -> tuple[tuple[str, str], ...]:
    """Every group with its sentence: normal, the exceptions, what alone was looked at, or not examined.

    >>> exam_lines(Exam())[0]
    ('Range of motion', 'Not examined.')
    """
    return tuple((group.title, _line(exam, group.key)) for group in EXAM)


def _line(exam: Exam, key: str) -> str:
    said = [one.text for one in exam.in_group(key)]
    if key in exam.examined:
        return f"{'; '.join(said)}. Otherwise normal." if said else GROUPS[key].normal
    said += [
        f"{_name(test.key, side)} {test.values[0].text}"
        for test in GROUPS[key].tests
        for side in test.sides
        if (test.key, side) in exam.normal
    ]
    return f"{'; '.join(said)}. The rest: not examined." if said else "Not examined."
