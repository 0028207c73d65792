"""A picture as a list of shapes, drawn once and shown twice: as SVG on the page and as vectors in the PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Any, Literal, TypeAlias
from xml.sax.saxutils import escape

from markupsafe import Markup

INK, GREY, BLUE, RUST, RED, PALE = "#14181c", "#6b7580", "#1b5e9b", "#b3541e", "#a40000", "#e3eef8"
FONT = "'DejaVu Sans', Verdana, Arial, sans-serif"

Anchor: TypeAlias = Literal["start", "middle", "end"]
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An open line through points; y counts downwards, as on a screen."""

    points: tuple[Point, ...]
    colour: str = INK
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A disc, or a ring when it is not filled."""

    x: float
    y: float
    colour: str = INK
    filled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Text with its baseline at y."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    colour: str = INK
    bold: bool = False
    size: float = 11.0


Shape: TypeAlias = Line | Box | Dot | Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """``said`` is read to those who do not see it."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    said: str


def picture_svg(picture: Picture) -> Markup:
    """A whole ``<svg>`` element."""
    body = "".join(_svg(shape) for shape in picture.shapes)
    return Markup(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {picture.width:g} {picture.height:g}" role="img">'
        f"<title>{escape(picture.said)}</title>{body}</svg>"
    )


def _svg(shape: Shape) -> str:
    match shape:
        case Line():
            path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shape.points)
            dashes = ' stroke-dasharray="5 3"' if shape.dashed else ""
            return f'<path d="{path}" fill="none" stroke="{shape.colour}" stroke-width="{shape.width:g}"{dashes}/>'
        case Box():
            return (
                f'<rect x="{shape.x:.1f}" y="{shape.y:.1f}" width="{shape.width:.1f}" height="{shape.height:.1f}" '
                f'fill="{shape.colour}"/>'
            )
        case Dot():
            fill = shape.colour if shape.filled else "#fff"
            return (
                f'<circle cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="4.5" fill="{fill}" stroke="{shape.colour}" '
                'stroke-width="2"/>'
            )
        case Label():
            weight = ' font-weight="bold"' if shape.bold else ""
            return (
                f'<text x="{shape.x:.1f}" y="{shape.y:.1f}" text-anchor="{shape.anchor}" font-size="{shape.size:g}" '
                f'font-family="{FONT}" fill="{shape.colour}"{weight}>{escape(shape.text)}</text>'
            )


def picture_drawing(picture: Picture, *, width: float) -> Any:
    """The same as a reportlab drawing of that width in points."""
    from reportlab.graphics.shapes import Drawing, Group

    from spondyl.clinic.report.pdf_style import register_fonts

    register_fonts()
    scale = width / picture.width
    inner = Group(*[_vector(shape, picture.height) for shape in picture.shapes])
    inner.scale(scale, scale)
    return Drawing(width, picture.height * scale, inner)


def _vector(shape: Shape, height: float) -> Any:
    from reportlab.graphics.shapes import Circle, PolyLine, Rect, String
    from reportlab.lib.colors import HexColor, white

    colour = HexColor(shape.colour)
    match shape:
        case Line():
            flat = [value for x, y in shape.points for value in (x, height - y)]
            line = PolyLine(flat, strokeColor=colour, strokeWidth=shape.width)
            if shape.dashed:
                line.strokeDashArray = [5, 3]
            return line
        case Box():
            box = Rect(shape.x, height - shape.y - shape.height, shape.width, shape.height)
            box.fillColor, box.strokeColor = colour, None
            return box
        case Dot():
            fill = colour if shape.filled else white
            return Circle(shape.x, height - shape.y, 4.5, fillColor=fill, strokeColor=colour, strokeWidth=2)
        case Label():
            font = "DejaVuSans-Bold" if shape.bold else "DejaVuSans"
            return String(
                shape.x,
                height - shape.y,
                shape.text,
                textAnchor=shape.anchor,
                fontName=font,
                fontSize=shape.size,
                fillColor=colour,
            )


def ticks(low: float, high: float, most: int = 6) -> Sequence[float]:
    """Round numbers from ``low`` to ``high``, at most about ``most`` of them."""
    steps = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)
    step = next((one for one in steps if (high - low) / one <= most), None)
    if step is None:  # in a forged record as many as fit no memory
        step = max(steps[-1], 10.0 ** int(log10((high - low) / most)))
    first, last = -int(-low // step), int(high // step)
    return [number * step for number in range(first, last + 1)]
