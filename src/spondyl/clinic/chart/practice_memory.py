"""The newest practice that an engine has seen, so that its long description is not read at every booking."""

from dataclasses import dataclass, field
from typing import Any

from spondyl.booking import Practice, Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A committed version of the practice and its number; versions are never changed, so the number says it all."""

    number: int
    timetable: Timetable
    offered: set[tuple[Any, ...]] = field(default_factory=set)
    """Coming visits, as the database has them, that this version would offer where they stand: it would as long as they
    stand there and lie ahead."""


class PracticeMemory:
    """One version of the practice.

    Only what is committed may be kept here: the number of a version that is undone is given again to another.
    """

    def __init__(self) -> None:
        self.latest: Seen | None = None
        """The practice that was seen last; there may be a newer one."""

    def version(self, number: int | None) -> Practice | None:
        """The practice of this version, or None when it must be read."""
        return self.latest.timetable.practice if self.latest and self.latest.number == number else None

    def keep(self, number: int, practice: Practice) -> None:
        """Keep a committed version in place of the one before."""
        self.latest = Seen(number=number, timetable=Timetable(practice))
