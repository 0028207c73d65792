"""Pictures of a clinic's outcomes as vectors for the PDF; what is drawn is decided in :mod:`outcomes_svg`."""

from collections.abc import Sequence
from typing import Any, Literal

from spondyl.assessment.outcomes import InstrumentOutcome
from spondyl.clinic.report.outcomes_svg import (
    MOST_BARS,
    TICK_STEPS,
    hundred_counts,
    sorted_gains,
    thinned,
    value_range,
)
from spondyl.clinic.report.outcomes_words import patients_text
from spondyl.clinic.report.pdf_style import INK, register_fonts
from spondyl.true_minus import true_minus

WIDTH, HEIGHT = 380.0, 150.0
LEFT, TOP, BOTTOM = 30.0, 14.0, 28.0
BAND, MATTERS, SOME, WORSE, RING = "#e3eef8", "#1b5e9b", "#9fb3c4", "#b3541e", "#5a6672"


def change_drawing(one: InstrumentOutcome) -> Any:
    """A bar a patient, the most improved first; the shaded band is improvement that matters to one person."""
    from reportlab.graphics.shapes import Drawing

    register_fonts()
    gains = sorted_gains(one)
    shown = thinned(gains)
    points = one.threshold.points if one.threshold else 0.0
    ends = value_range(shown, points)
    drawing = Drawing(WIDTH, HEIGHT)
    for part in (
        *_band(points, ends, one),
        *_axis(ends, one),
        *_bars(shown, points, ends),
        *_below(one, gains),
    ):
        drawing.add(part)
    return drawing


def hundred_drawing(one: InstrumentOutcome) -> Any | None:
    """The due patients scaled to a hundred: full dots improved by what matters, rings did not, ? is not known."""
    from reportlab.graphics.shapes import Circle, Drawing
    from reportlab.lib.colors import HexColor, white

    counts = hundred_counts(one)
    if counts is None:
        return None
    better, same, _ = counts
    drawing, step = Drawing(125, HEIGHT), 12.0
    for number in range(100):
        x, y = step * (number % 10 + 0.5), HEIGHT - 12 - step * (number // 10 + 0.5)
        if number >= better + same:
            drawing.add(_text(x, y - 3.2, "?", "middle", size=9.5, colour=WORSE))
            continue
        fill, line = (HexColor(MATTERS), HexColor(MATTERS)) if number < better else (white, HexColor(RING))
        drawing.add(Circle(x, y, 4.4, fillColor=fill, strokeColor=line, strokeWidth=1))
    return drawing


def _y(value: float, ends: tuple[float, float]) -> float:
    low, high = ends
    return BOTTOM + (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low)


def _band(points: float, ends: tuple[float, float], one: InstrumentOutcome) -> list[Any]:
    from reportlab.graphics.shapes import Line
    from reportlab.lib.colors import HexColor

    if not points:
        return []
    y = _y(points, ends)
    said = f"improvement that matters to one person: {points:g} {one.instrument.unit} or more"
    return [
        _filled(LEFT, y, WIDTH - LEFT, HEIGHT - TOP - y, BAND),
        Line(LEFT, y, WIDTH, y, strokeColor=HexColor(MATTERS), strokeWidth=0.9, strokeDashArray=[4, 3]),
        _text(WIDTH - 3, HEIGHT - TOP - 8, said, "end", size=6.4, colour=MATTERS),
    ]


def _axis(ends: tuple[float, float], one: InstrumentOutcome) -> list[Any]:
    from reportlab.graphics.shapes import Line
    from reportlab.lib.colors import HexColor

    low, high = ends
    step = next((step for step in TICK_STEPS if (high - low) / step <= 8), TICK_STEPS[-1])
    ticks = [
        number * step for number in range(int(low // step), int(high // step) + 1) if number * step >= low
    ]
    ink = HexColor(INK)
    parts: list[Any] = [
        Line(LEFT, BOTTOM, LEFT, HEIGHT - TOP, strokeColor=ink, strokeWidth=0.7),
        Line(LEFT, _y(0.0, ends), WIDTH, _y(0.0, ends), strokeColor=ink, strokeWidth=0.7),
        _text(LEFT, HEIGHT - TOP + 4, f"{one.instrument.unit} better ▴", "start", size=6.4),
    ]
    for tick in ticks:
        words = true_minus(f"{tick:+g}") if tick else "0"
        parts.append(Line(LEFT - 3, _y(tick, ends), LEFT, _y(tick, ends), strokeColor=ink, strokeWidth=0.7))
        parts.append(_text(LEFT - 5, _y(tick, ends) - 2.3, words, "end", size=6.4))
    return parts


def _bars(gains: Sequence[float], points: float, ends: tuple[float, float]) -> list[Any]:
    step = (WIDTH - LEFT - 4) / max(len(gains), 1)
    wide, zero = max(0.4, min(10.0, 0.78 * step)), _y(0.0, ends)
    bars: list[Any] = []
    for place, gain in enumerate(gains):
        colour = MATTERS if points and gain >= points - 1e-9 else WORSE if gain < 0 else SOME
        y = _y(gain, ends)
        height = max(abs(y - zero), 0.8)
        x = LEFT + 2 + step * (place + 0.5) - wide / 2
        bars.append(_filled(x, min(y, zero), wide, height, colour))
    return bars


def _filled(x: float, y: float, width: float, height: float, colour: str) -> Any:
    from reportlab.graphics.shapes import Rect
    from reportlab.lib.colors import HexColor

    rect = Rect(x, y, width, height)
    rect.fillColor, rect.strokeColor = HexColor(colour), None
    return rect


def _below(one: InstrumentOutcome, gains: Sequence[float]) -> list[Any]:
    drawn = f" ({MOST_BARS} of them drawn, evenly by rank)" if len(gains) > MOST_BARS else ""
    middle = (LEFT + WIDTH) / 2
    return [
        _text(
            middle,
            14,
            f"{patients_text(len(gains))} with a score, the most improved first{drawn}",
            "middle",
            size=6.4,
        ),
        _text(middle, 4, f"not drawn: {one.missing} without a score", "middle", size=6.4),
    ]


def _text(
    x: float,
    y: float,
    words: str,
    anchor: Literal["start", "middle", "end"],
    *,
    size: float,
    colour: str = INK,
) -> Any:
    from reportlab.graphics.shapes import String
    from reportlab.lib.colors import HexColor

    return String(
        x, y, words, textAnchor=anchor, fontName="DejaVuSans", fontSize=size, fillColor=HexColor(colour)
    )
