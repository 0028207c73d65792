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
OVERVIEW_SIZE = 8.6
"""Points: print of this size or less is set close, for the side that shows all at once."""
PLAIN_SIZE = 11.0
"""Points; the guides for readable print ask for 12 in narrow faces, and this face is a wide one."""


def text(words: str, numbers: Sequence[int] = (), *, size: float = PLAIN_SIZE, bold: bool = False) -> Any:
    """A paragraph, with the numbers of its sources raised at its end."""
    from reportlab.platypus import Paragraph

    return Paragraph(_marked(words, numbers, size), _style(size, bold=bold, indent=0.0))


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
        _marked(words, numbers, size), _style(size, bold=False, indent=indent), bulletText=printable(mark)
    )


def heading(words: str, *, ruled: bool = True, size: float = 13.5) -> Any:
    """A section's name with a line below, kept with what follows."""
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table

    table = Table([[text(words, size=size, bold=True)]], colWidths=["100%"], hAlign="LEFT", style=_tight())
    if ruled:
        table.setStyle([("LINEBELOW", (0, 0), (-1, -1), 1.4, HexColor(BLUE))])
    table.spaceBefore, table.spaceAfter, table.keepWithNext = 0.9 * size, 0.3 * size, 1
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


def two_beside(left: list[Any], right: list[Any]) -> Any:
    """Two halves of the page side by side."""
    from reportlab.platypus import Table

    style = [*_tight(), ("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOTTOMPADDING", (0, 0), (-1, -1), 0)]
    return Table([[left, right]], colWidths=["50%", "50%"], hAlign="LEFT", style=style)


def hundred_drawing(better: int, *, step_pt: float = 15.0) -> Any:
    """Ten rows of ten, ``step_pt`` points apart: full dots are people who were better, empty ones were not."""
    from reportlab.graphics.shapes import Circle, Drawing
    from reportlab.lib.colors import HexColor, white

    size, radius = 10 * step_pt, 0.36 * step_pt
    drawing = Drawing(size, size)
    for number in range(100):
        x, y = step_pt * (number % 10 + 0.5), size - step_pt * (number // 10 + 0.5)
        fill = HexColor(BLUE) if number < better else white
        line = min(1.0, 0.2 * radius)
        drawing.add(Circle(x, y, radius, fillColor=fill, strokeColor=HexColor(BLUE), strokeWidth=line))
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
        leading=(1.38 if size > OVERVIEW_SIZE else 1.22) * size,
        textColor=HexColor(INK),
        spaceBefore=3.0 if bold and size > OVERVIEW_SIZE else 0.0,
        spaceAfter=(0.35 if size > OVERVIEW_SIZE else 0.15) * size,
        leftIndent=indent,
        bulletIndent=2.0 if indent else 0.0,
        bulletFontName="DejaVuSans",
        bulletFontSize=size,
        allowWidows=0,
        allowOrphans=0,
        keepWithNext=int(bold),
    )


def _marked(words: str, numbers: Sequence[int], size: float) -> str:
    beside = UNBROKEN.join(map(str, numbers))
    raised_size = 6.5 if size > OVERVIEW_SIZE else 4.8
    raised = f"{UNBROKEN}<super size='{raised_size}'>{beside}</super>" if numbers else ""
    return escape(printable(words)) + raised


def _box(cells: list[list[Any]], widths: list[float] | list[str], lines: list[Any]) -> Any:
    from reportlab.platypus import Table

    padding = [("LEFTPADDING", (0, 0), (-1, -1), 8), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    box = Table(cells, colWidths=widths, style=[*lines, *padding], hAlign="LEFT")
    box.spaceBefore = box.spaceAfter = 6
    return box


def _tight() -> list[Any]:
    return [("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 0)]
