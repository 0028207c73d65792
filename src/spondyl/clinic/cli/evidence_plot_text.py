"""Forest plots and pictures of people in characters."""

from spondyl.clinic.report.evidence.plot import PlotScale, ends_text, tick_text
from spondyl.evidence.answer import Axis
from spondyl.evidence.library import Figure


def plot_line(figure: Figure, scale: PlotScale, *, width: int, pooled: bool = False) -> str:
    """The interval as a dash and the number as ■, ◆ when pooled; ○ without interval; │ is no effect, ┊ what matters."""
    cells = [" "] * width
    for value in scale.thresholds:
        cells[_column(value, scale, width)] = "┊"
    if scale.no_effect is not None:
        cells[_column(scale.no_effect, scale, width)] = "│"
    if figure.interval_95 is not None:
        first, last = (_column(end, scale, width) for end in figure.interval_95)
        for column in range(first, last + 1):
            cells[column] = "┼" if cells[column] == "│" else "─"
    mark = "◆" if pooled else "■"
    cells[_column(figure.value, scale, width)] = mark if figure.interval_95 is not None else "○"
    return "".join(cells)


def axis_lines(scale: PlotScale, axis: Axis, *, width: int) -> tuple[str, str]:
    """The two ends of the axis in numbers, and what its sides mean."""
    low, high = tick_text(scale.low), tick_text(scale.high)
    left, right = ends_text(axis)
    return low + high.rjust(width - len(low)), f"◂ {left} · {right} ▸"


def picture(better: int) -> str:
    """A hundred people, ten a row: ● better, ○ not."""
    people = "●" * better + "○" * (100 - better)
    return "\n".join(" ".join(people[start : start + 10]) for start in range(0, 100, 10))


def _column(value: float, scale: PlotScale, width: int) -> int:
    return round(scale.share(value) * (width - 1))
