"""Rows of a forest plot, its axis and a hundred people as vectors for the PDF."""

from typing import Any, Literal

from spondyl.clinic.report.evidence.plot import PlotScale, ends_text, tick_text
from spondyl.clinic.report.pdf_style import INK, RULE, register_fonts
from spondyl.evidence.answer import Axis
from spondyl.evidence.library import Figure

WIDTH, HEIGHT, EDGE = 180.0, 14.0, 8.0
BLUE, AMBER = "#1a4f8a", "#8a5a00"


def row_drawing(figure: Figure, scale: PlotScale, *, pooled: bool = False) -> Any:
    """The interval as a line and the number as a square; a ring without interval, a diamond for a pooled number."""
    from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, Rect
    from reportlab.lib.colors import HexColor, white

    drawing, middle, ink = Drawing(WIDTH, HEIGHT), HEIGHT / 2, HexColor(INK)
    if scale.no_effect is not None:
        x = _x(scale.no_effect, scale)
        drawing.add(Line(x, 0, x, HEIGHT, strokeColor=HexColor(RULE), strokeWidth=0.8))
    for value in scale.thresholds:
        x = _x(value, scale)
        drawing.add(
            Line(x, 0, x, HEIGHT, strokeColor=HexColor(AMBER), strokeWidth=0.8, strokeDashArray=[2, 2])
        )
    x = _x(figure.value, scale)
    if figure.interval_95 is None:
        drawing.add(Circle(x, middle, 2.6, fillColor=white, strokeColor=ink, strokeWidth=1))
        return drawing
    low, high = (_x(end, scale) for end in figure.interval_95)
    if pooled:
        corners = [low, middle, x, middle + 3.6, high, middle, x, middle - 3.6]
        drawing.add(Polygon(corners, fillColor=ink, strokeColor=ink))
        return drawing
    drawing.add(Line(low, middle, high, middle, strokeColor=ink, strokeWidth=1.1))
    square = Rect(x - 2.6, middle - 2.6, 5.2, 5.2)
    square.fillColor, square.strokeColor = ink, ink
    drawing.add(square)
    return drawing


def axis_drawing(scale: PlotScale, axis: Axis) -> Any:
    """The ruler under the rows, with what its sides mean."""
    from reportlab.graphics.shapes import Drawing, Line
    from reportlab.lib.colors import HexColor

    register_fonts()
    drawing, top, grey = Drawing(WIDTH, 24), 24.0, HexColor(RULE)
    drawing.add(Line(EDGE, top, WIDTH - EDGE, top, strokeColor=grey, strokeWidth=0.8))
    for tick in scale.ticks:
        x = _x(tick, scale)
        drawing.add(Line(x, top, x, top - 3, strokeColor=grey, strokeWidth=0.8))
        drawing.add(_string(x, top - 10, tick_text(tick), "middle", size=6.0))
    left, right = ends_text(axis)
    drawing.add(_string(0, 2, f"◂ {left}", "start", size=5.4))
    drawing.add(_string(WIDTH, 2, f"{right} ▸", "end", size=5.4))
    return drawing


def people_drawing(better: int) -> Any:
    """A hundred people in ten rows: filled circles got better, rings did not."""
    from reportlab.graphics.shapes import Circle, Drawing
    from reportlab.lib.colors import HexColor, white

    drawing, step = Drawing(110, 110), 11.0
    for number in range(100):
        x, y = step * (number % 10 + 0.5), 110 - step * (number // 10 + 0.5)
        filled = number < better
        colour = HexColor(BLUE if filled else RULE)
        fill = HexColor(BLUE) if filled else white
        drawing.add(Circle(x, y, 4.0 if filled else 3.5, fillColor=fill, strokeColor=colour, strokeWidth=1))
    return drawing


def _x(value: float, scale: PlotScale) -> float:
    return EDGE + (WIDTH - 2 * EDGE) * scale.share(value)


def _string(x: float, y: float, text: str, anchor: Literal["start", "middle", "end"], *, size: float) -> Any:
    from reportlab.graphics.shapes import String
    from reportlab.lib.colors import HexColor

    ink = HexColor(INK)
    return String(x, y, text, textAnchor=anchor, fontName="DejaVuSans", fontSize=size, fillColor=ink)
