"""A forest plot in characters: one line a study on a shared axis."""

import math
from dataclasses import dataclass

from spondyl.evidence import Estimate, Interval
from spondyl.evidence.scale import no_effect, shown_value
from spondyl.true_minus import true_minus


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The shared axis on the scale of pooling, ``width`` characters from ``low`` to ``high``; labels as shown."""

    low: float
    high: float
    width: int
    null: float | None
    labels: tuple[str, str]

    @classmethod
    def around(cls, estimate: Estimate, *, width: int) -> "Axis":
        """An axis that holds all effects, the pooled interval and no effect; very wide intervals are cut by arrows."""
        measure = estimate.measure
        null = None if no_effect(measure) is None else 0.0
        must = [estimate.interval.low, estimate.interval.high, *(study.effect for study in estimate.studies)]
        must += [] if null is None else [null]
        reach = max(max(must) - min(must), 1e-12 * max(1.0, abs(estimate.effect)))
        ends = [end for study in estimate.studies for end in (study.interval.low, study.interval.high)]
        low = max(min(*ends, *must), min(must) - reach / 2)
        high = min(max(*ends, *must), max(must) + reach / 2)
        labels = tuple(true_minus(f"{shown_value(measure, end):.3g}") for end in (low, high))
        return cls(low=low, high=high, width=width, null=null, labels=(labels[0], labels[1]))

    def column(self, value: float) -> int:
        """The character that shows the value; ends stand for everything beyond them."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return round(max(0.0, min(share, 1.0)) * (self.width - 1)) if math.isfinite(share) else 0

    def scale_line(self) -> str:
        """The two ends of the axis in numbers on the reader's scale."""
        left, right = self.labels
        return left + right.rjust(self.width - len(left))


def draw(axis: Axis, effect: float | None, interval: Interval, *, mark: str) -> str:
    """One line: the interval as a dash, its effect as ``mark``, no effect as a bar, arrows where it goes on."""
    cells = [" "] * axis.width
    first, last = axis.column(interval.low), axis.column(interval.high)
    cells[first : last + 1] = ["─"] * (last - first + 1)
    if axis.null is not None:
        column = axis.column(axis.null)
        cells[column] = "┼" if cells[column] == "─" else "│"
    if interval.low < axis.low:
        cells[0] = "◂"
    if interval.high > axis.high:
        cells[-1] = "▸"
    if effect is not None:
        cells[axis.column(effect)] = mark
    return "".join(cells)
