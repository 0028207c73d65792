"""Stretches of time after the first score in which a later score counts."""

import re
from dataclasses import dataclass
from datetime import date

from spondyl.assessment.table_text import TableTextError


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """Days after the first score, both ends included; the score nearest to ``target_day`` is taken."""

    label: str
    from_day: int
    to_day: int
    target_day: int

    def __post_init__(self) -> None:
        if not 1 <= self.from_day <= self.target_day <= self.to_day:
            raise ValueError(
                f"The window {self.label!r} runs from day {self.from_day} over {self.target_day} to {self.to_day}; "
                "a window begins at day 1 or later and its days are in order."
            )

    def holds(self, first: date, later: date) -> bool:
        """Whether a later day lies in the window that a first day opens."""
        return self.from_day <= (later - first).days <= self.to_day


DEFAULT_WINDOWS = (
    TimeWindow(label="6 weeks", from_day=22, to_day=62, target_day=42),
    TimeWindow(label="3 months", from_day=63, to_day=136, target_day=91),
    TimeWindow(label="6 months", from_day=137, to_day=273, target_day=182),
    TimeWindow(label="12 months", from_day=274, to_day=547, target_day=365),
)
"""They touch and do not overlap, so one score counts once."""

_WINDOW = re.compile(r"\s*(?P<label>[^:,]+?)\s*:\s*(?P<from>\d{1,5})\s*-\s*(?P<to>\d{1,5})\s*")


def windows_from_text(text: str) -> tuple[TimeWindow, ...]:
    """Windows written as "label:from-to", separated by commas; the target is the middle.

    >>> windows_from_text("3 months:70-112")[0].target_day
    91
    """
    windows: list[TimeWindow] = []
    for part in text.split(","):
        found = _WINDOW.fullmatch(part)
        first, last = (int(found["from"]), int(found["to"])) if found else (0, 0)
        if found is None or not 1 <= first <= last:
            raise TableTextError(
                where=f"window {part.strip()!r}",
                what="it cannot be read.",
                why="A window begins at day 1 or later and ends no earlier than it begins.",
                do='Write label:from-to in days, such as "3 months:70-112".',
            )
        windows.append(
            TimeWindow(label=found["label"], from_day=first, to_day=last, target_day=(first + last) // 2)
        )
    return tuple(windows)
