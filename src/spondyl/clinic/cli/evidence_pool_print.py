"""A pooled estimate for a person in a terminal: the studies as a forest plot, then the numbers in words."""

from collections.abc import Generator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from spondyl.clinic.cli.forest_text import Axis, draw
from spondyl.clinic.cli.whole_table import print_whole
from spondyl.evidence import Estimate, Interval, Measure
from spondyl.evidence.scale import NAMES, no_effect, shown_value
from spondyl.true_minus import true_minus


def print_estimate(estimate: Estimate) -> None:
    """Forest plot, summary, what was left out, what is not given and why."""
    console = Console(highlight=False)
    print_whole(_forest(estimate, console.width), console)
    for line in summary_lines(estimate):
        console.print(line, soft_wrap=True, markup=False)


NARROWEST = 78
"""A terminal of fewer columns gets the table without the drawing."""


def _forest(estimate: Estimate, columns: int) -> Table:
    shown = NAMES[estimate.measure]
    axis = Axis.around(estimate, width=max(20, min(columns - 62, 60)))
    title = f"{shown[0].upper()}{shown[1:]} ({estimate.interval.level_percent:g} %)"
    drawn = columns >= NARROWEST
    table = Table("Study", title, "Weight", *[axis.scale_line()] * drawn, box=SIMPLE_HEAD)
    table.columns[2].justify = "right"
    table.columns[-1].no_wrap = drawn
    for label, value, weight, drawing in _rows(estimate, axis):
        if label == POOLED:
            table.add_section()
        table.add_row(Text(label), value, weight, *[Text(drawing)] * drawn)
    return table


POOLED = "Pooled"


def _rows(estimate: Estimate, axis: Axis) -> Generator[tuple[str, str, str, str]]:
    """Label, value, weight and drawing: the studies, the pooled effect, and where a new study may lie."""
    for study in estimate.studies:
        value = _value(estimate, study.effect, study.interval)
        drawing = draw(axis, study.effect, study.interval, mark="■")
        yield study.label, value, f"{study.weight_percent:.1f} %", drawing
    pooled = _value(estimate, estimate.effect, estimate.interval)
    yield POOLED, pooled, "100.0 %", draw(axis, estimate.effect, estimate.interval, mark="◆")
    if estimate.prediction:
        drawing = draw(axis, None, estimate.prediction, mark="")
        yield "A new study", _range(estimate, estimate.prediction), "", drawing


def _value(estimate: Estimate, value: float, interval: Interval) -> str:
    return f"{number(shown_value(estimate.measure, value))} ({_range(estimate, interval)})"


def _range(estimate: Estimate, interval: Interval) -> str:
    low, high = (shown_value(estimate.measure, end) for end in (interval.low, interval.high))
    return f"{number(low)} to {number(high)}"


def number(value: float) -> str:
    """Two decimals; three below 0.1, and digits that count below 0.001 and from 100,000."""
    size = abs(value)
    if size == 0 or 0.0995 <= size < 1e5:
        text = f"{value:.2f}"
    else:
        text = f"{value:.3f}" if 0.001 <= size < 1 else f"{value:.3g}"
    return true_minus(text)


def summary_lines(estimate: Estimate) -> list[str]:
    """The estimate in sentences."""
    shown, level = NAMES[estimate.measure], f"{estimate.interval.level_percent:g} %"
    lines = [
        f"Pooled {shown} {_value(estimate, estimate.effect, estimate.interval)}, {level} interval, "
        f"{_count(len(estimate.studies))}, {_model(estimate)}.",
        SIDES.get(estimate.measure, ""),
        _test(estimate),
        *_heterogeneity(estimate),
    ]
    lines += [f"Note: {note}" for note in estimate.notes]
    lines += [f"Left out: {item.label}: {item.reason}." for item in estimate.left_out]
    reasons = dict.fromkeys(item.reason for item in estimate.not_given)
    for reason in reasons:
        names = [WORDS[item.name] for item in estimate.not_given if item.reason == reason]
        lines.append(f"Not given: {', '.join(names)}. {reason}")
    return [line for line in lines if line]


_LOWER = "Below 0: lower in group 1 (m1i) than in group 2 (m2i)."
_FEWER = "group 1 (ai) than in group 2 (ci)."
SIDES = {
    Measure.MD: _LOWER,
    Measure.SMD: _LOWER,
    Measure.RR: f"Below 1: a smaller risk in {_FEWER}",
    Measure.OR: f"Below 1: smaller odds in {_FEWER}",
    Measure.RD: f"Below 0: a smaller risk in {_FEWER}",
}
"""What the sides of "no effect" mean."""

WORDS = {
    "tau2": "tau²",
    "tau2_interval": "the interval of tau²",
    "I2": "I²",
    "H2": "H²",
    "Q_p": "the test of heterogeneity",
    "prediction": "a prediction interval",
}
"""What the names of :class:`spondyl.evidence.NotGiven` are called in sentences."""


def _count(studies: int) -> str:
    return "1 study" if studies == 1 else f"{studies} studies"


def _model(estimate: Estimate) -> str:
    method = estimate.heterogeneity.method
    return f"random effects ({method.value})" if method else "one common effect"


def _test(estimate: Estimate) -> str:
    if no_effect(estimate.measure) is None:
        return ""
    name = "z" if estimate.df is None else f"t({estimate.df})"
    return f"Test against no effect: {name} = {number(estimate.statistic)}, p {p_text(estimate.p_value)}."


def _heterogeneity(estimate: Estimate) -> list[str]:
    found = estimate.heterogeneity
    if found.q_p_value is None or found.i2_percent is None:
        return []
    told = f"Q({found.q_df}) = {number(found.q)}, p {p_text(found.q_p_value)}; I² {found.i2_percent:.0f} %"
    if found.i2_interval:
        told += f" ({found.i2_interval.low:.0f} to {found.i2_interval.high:.0f} %)"
    if found.method is not None and found.tau2 is not None:
        told += f"; tau² {number(found.tau2)}"
    if found.tau2_interval:
        told += f" ({number(found.tau2_interval.low)} to {number(found.tau2_interval.high)})"
    return [f"Studies differ: {told}."]


def p_text(p_value: float) -> str:
    """A p-value as papers print it."""
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"
