"""Where numbers of one panel lie on its axis: shared by the page, the PDF and the terminal."""

import math
from dataclasses import dataclass

from spondyl.evidence.answer import Axis, Panel
from spondyl.true_minus import true_minus


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotScale:
    """An axis from ``low`` to ``high``. ``thresholds`` mark the change that matters to one person."""

    low: float
    high: float
    ticks: tuple[float, ...]
    no_effect: float | None
    thresholds: tuple[float, ...]

    def share(self, value: float) -> float:
        """0 at the left end of the axis, 1 at the right end; values beyond are held at the ends."""
        return max(0.0, min(1.0, (value - self.low) / (self.high - self.low)))


def plot_scale(panel: Panel) -> PlotScale:
    """The scale that holds every number of a panel; shares of people always span 0 to 100."""
    if panel.axis is Axis.UNCONTROLLED_SHARE:
        return PlotScale(low=0, high=100, ticks=(0, 25, 50, 75, 100), no_effect=None, thresholds=())
    ends = [0.0]
    for row in panel.plotted:
        assert row.figure is not None
        ends += [row.figure.value, *(row.figure.interval_95 or ())]
    thresholds = () if panel.threshold is None else (-panel.threshold.value,)
    ends += thresholds
    step = _step(max(ends) - min(ends))
    low, high = math.floor(min(ends) / step) * step, math.ceil(max(ends) / step) * step
    low, high = (low - step, high + step) if low == high else (low, high)
    count = round((high - low) / step)
    ticks = tuple(round(low + number * step, 6) for number in range(count + 1))
    return PlotScale(low=low, high=high, ticks=ticks, no_effect=0.0, thresholds=thresholds)


def _step(span: float) -> float:
    """A round step that gives four to eight ticks: 1, 2 or 5 times a power of ten."""
    rough = max(span, 1e-9) / 6.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough)


def tick_text(value: float) -> str:
    """A tick's number with a true minus sign."""
    return true_minus(f"{value + 0.0:g}")


def ends_text(axis: Axis) -> tuple[str, str]:
    """What left and right of no effect mean."""
    if axis is Axis.PEOPLE:
        return ("better with control", "better with treatment")
    if axis is Axis.UNCONTROLLED_SHARE:
        return ("nobody better", "everybody better")
    return (
        ("better with treatment", "better with control")
        if axis.is_controlled
        else ("better than before", "worse")
    )
