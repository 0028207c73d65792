"""Pictures of a page as SVG: one row of a forest plot, its axis, and a hundred people."""

from xml.sax.saxutils import escape, quoteattr

from markupsafe import Markup

from spondyl.clinic.report.evidence.plot import PlotScale, tick_text
from spondyl.clinic.report.evidence.sources import origin_text
from spondyl.evidence.answer import People
from spondyl.evidence.library import Figure

WIDTH = 300.0
HEIGHT = 22.0
EDGE = 12.0
"""Room left and right so that the numbers of the outer ticks fit, in units of the drawing."""


def row_svg(figure: Figure, scale: PlotScale, *, pooled: bool = False) -> Markup:
    """One line of a forest plot: the interval as a line, the number as a square; hollow where no interval was read.

    A number pooled from other lines is a diamond as wide as its interval.
    """
    middle = HEIGHT / 2
    x = _x(figure.value, scale)
    parts = [_rulers(scale, HEIGHT)]
    if figure.interval_95 is None:
        parts.append(f'<circle class="mark hollow" cx="{x:.1f}" cy="{middle}" r="4.5"/>')
    elif pooled:
        low, high = (_x(end, scale) for end in figure.interval_95)
        corners = f"M{low:.1f} {middle}L{x:.1f} {middle - 6}L{high:.1f} {middle}L{x:.1f} {middle + 6}Z"
        parts.append(f'<path class="mark" d="{corners}"/>')
    else:
        low, high = (_x(end, scale) for end in figure.interval_95)
        parts.append(
            f'<path class="interval" d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} 7v8M{high:.1f} 7v8"/>'
        )
        parts.append(f'<rect class="mark" x="{x - 4.5:.1f}" y="{middle - 4.5}" width="9" height="9"/>')
    return _svg(HEIGHT, "".join(parts), figure.text, figure)


def axis_svg(scale: PlotScale, ends: tuple[str, str]) -> Markup:
    """The ruler under the rows, with what its two sides mean."""
    ticks = "".join(
        f'<path d="M{_x(tick, scale):.1f} 0v5"/><text x="{_x(tick, scale):.1f}" y="16">{tick_text(tick)}</text>'
        for tick in scale.ticks
    )
    left, right = (escape(text) for text in ends)
    words = (
        f'<text class="end" x="0" y="29" text-anchor="start">◂ {left}</text>'
        f'<text class="end" x="{WIDTH}" y="29" text-anchor="end">{right} ▸</text>'
    )
    line = f'<path d="M{EDGE} .5H{WIDTH - EDGE}"/>'
    body = f'<g class="axis" data-ruler="true" text-anchor="middle">{line}{ticks}{words}</g>'
    return Markup(f'<svg viewBox="0 0 {WIDTH:g} 33" role="presentation" aria-hidden="true">{body}</svg>')


def people_svg(people: People) -> Markup:
    """A hundred people in ten rows: filled circles got better, rings did not."""
    better = round(people.better.value)
    dots = "".join(_person(number, better) for number in range(100))
    said = f"{better} of 100 people better"
    return _svg(150, dots, said, people.better, width=150)


def _person(number: int, better: int) -> str:
    x, y = 8 + 15 * (number % 10) - 0.5, 8 + 15 * (number // 10) - 0.5
    if number < better:
        return f'<circle class="better" cx="{x}" cy="{y}" r="5.6"/>'
    return f'<circle class="same" cx="{x}" cy="{y}" r="4.8"/>'


def _rulers(scale: PlotScale, height: float) -> str:
    lines = [(scale.no_effect, "null")] if scale.no_effect is not None else []
    lines += [(value, "threshold") for value in scale.thresholds]
    return "".join(f'<path class="{kind}" d="M{_x(value, scale):.1f} 0v{height}"/>' for value, kind in lines)


def _x(value: float, scale: PlotScale) -> float:
    return EDGE + (WIDTH - 2 * EDGE) * scale.share(value)


def _svg(height: float, body: str, said: str, figure: Figure, *, width: float = WIDTH) -> Markup:
    origin = figure.origin
    title = f"<title>{escape(said)}. Source: {escape(origin_text(origin))}</title>"
    return Markup(
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" data-origin={quoteattr(origin.key)}>{title}{body}</svg>'
    )
