"""Parts of the printed decision aid: paragraphs in large print, frames, and a hundred people."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from spondyl.clinic.report.pdf_style import CONTENT_WIDTH, INK, RED, RULE, printable, register_fonts

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle

BLUE = "#0b4a6f"
UNBROKEN = "\u00a0"
"""A blank at which no line ends."""
PLAIN_SIZE = 11.0
"""Points; the guides for readable print ask for 12 in narrow faces, and this face is a wide one."""


def text(words: str, numbers: Sequence[int] = (), *, size: float = PLAIN_SIZE, bold: bool = False) -> Any:
    """A paragraph, with the numbers of its sources raised at its end."""
    from reportlab.platypus import Paragraph

    return Paragraph(_marked(words, numbers), _style(size, bold=bold, indent=0.0))


def bullet(
    words: str,
    numbers: Sequence[int] = (),
    *,
    mark: str = "•",
    size: float = PLAIN_SIZE,
    indent: float = 16.0,
) -> Any:
    """A line of a list; ``mark`` may be a circle or a box to fill in by hand."""
    from reportlab.platypus import Paragraph

    return Paragraph(
        _marked(words, numbers), _style(size, bold=False, indent=indent), bulletText=printable(mark)
    )


def heading(words: str, *, ruled: bool = True) -> Any:
    """A section's name with a line below, kept with what follows."""
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table

    table = Table([[text(words, size=13.5, bold=True)]], colWidths=["100%"], hAlign="LEFT", style=_tight())
    if ruled:
        table.setStyle([("LINEBELOW", (0, 0), (-1, -1), 1.4, HexColor(BLUE))])
    table.spaceBefore, table.spaceAfter, table.keepWithNext = 12, 4, 1
    return table


def framed(body: list[Any]) -> Any:
    """A frame around what matters most."""
    return _box([[body]], [CONTENT_WIDTH], [("BOX", (0, 0), (-1, -1), 2.2, BLUE)])


def lined(body: Any) -> Any:
    """A warning: a thick line at its left."""
    return _box([[[body]]], [CONTENT_WIDTH], [("LINEBEFORE", (0, 0), (0, -1), 4.5, RED)])


def choice_box(head: list[Any], cells: list[list[Any]]) -> Any:
    """One choice: its head, then its four parts two by two; its head stays with the first two."""
    rows = [[head, ""], cells[:2], cells[2:]]
    lines = [("BOX", (0, 0), (-1, -1), 0.8, RULE), ("SPAN", (0, 0), (1, 0)), ("NOSPLIT", (0, 0), (-1, 1))]
    return _box(rows, [CONTENT_WIDTH / 2] * 2, lines)


def hundred_drawing(better: int) -> Any:
    """Ten rows of ten: full dots are people who were better, empty ones were not."""
    from reportlab.graphics.shapes import Circle, Drawing
    from reportlab.lib.colors import HexColor, white

    drawing, step = Drawing(150, 150), 15.0
    for number in range(100):
        x, y = step * (number % 10 + 0.5), 150 - step * (number // 10 + 0.5)
        fill = HexColor(BLUE) if number < better else white
        drawing.add(Circle(x, y, 5.4, fillColor=fill, strokeColor=HexColor(BLUE), strokeWidth=1))
    return drawing


@cache
def _style(size: float, *, bold: bool, indent: float) -> "ParagraphStyle":
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    register_fonts()
    return ParagraphStyle(
        f"aid-{size}-{bold}-{indent}",
        fontName="DejaVuSans-Bold" if bold else "DejaVuSans",
        fontSize=size,
        leading=1.38 * size,
        textColor=HexColor(INK),
        spaceBefore=3.0 if bold else 0.0,
        spaceAfter=0.35 * size,
        leftIndent=indent,
        bulletIndent=2.0 if indent else 0.0,
        bulletFontName="DejaVuSans",
        bulletFontSize=size,
        allowWidows=0,
        allowOrphans=0,
        keepWithNext=int(bold),
    )


def _marked(words: str, numbers: Sequence[int]) -> str:
    beside = UNBROKEN.join(map(str, numbers))
    raised = f"{UNBROKEN}<super size='6.5'>{beside}</super>" if numbers else ""
    return escape(printable(words)) + raised


def _box(cells: list[list[Any]], widths: list[float], lines: list[Any]) -> Any:
    from reportlab.platypus import Table

    padding = [("LEFTPADDING", (0, 0), (-1, -1), 8), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    box = Table(cells, colWidths=widths, style=[*lines, *padding], hAlign="LEFT")
    box.spaceBefore = box.spaceAfter = 6
    return box


def _tight() -> list[Any]:
    return [("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 0)]
