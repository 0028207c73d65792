"""Paragraphs, tables and boxes of the PDF reports, in the typeface that the package ships."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from spondyl.clinic.report.typeface import BOLD, REGULAR, font_path

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle

PAGE = (595.28, 841.89 - 50)
"""A4 wide and Letter high (points), so that neither paper cuts or scales the page."""
MARGIN = 40.0
CONTENT_WIDTH = PAGE[0] - 2 * MARGIN
LACKING = " (each � is a letter that this PDF cannot print; the HTML page shows it)"
INK, RED, RULE = "#14181c", "#a40000", "#8b949e"


@cache
def register_fonts() -> frozenset[int]:
    """Make the typeface known to reportlab; returns the code points it can print."""
    from reportlab import rl_config
    from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
    from reportlab.pdfbase.ttfonts import TTFont

    rl_config.useA85 = (
        0  # pictures and typefaces as they are, not spelt out in letters: a quarter less to write
    )
    regular = TTFont("DejaVuSans", str(font_path(REGULAR)))
    registerFont(regular)
    registerFont(TTFont("DejaVuSans-Bold", str(font_path(BOLD))))
    registerFontFamily("DejaVuSans", normal="DejaVuSans", bold="DejaVuSans-Bold")
    return frozenset(regular.face.charToGlyph)


def printable(text: str) -> str:
    """The text with every character the typeface lacks shown as U+FFFD, never silently dropped."""
    known = register_fonts()
    return "".join(c if ord(c) in known or c in "\n\t" else "\ufffd" for c in text)


def said(text: str) -> str:
    """As :func:`printable`; where a character is lacking, the text itself says so, that no name is misread.

    Nothing is put into visual order: the typeface has no letter that is written from right to left.
    """
    shown = printable(text)
    return shown if shown == text else shown + LACKING


@cache
def style(name: str) -> "ParagraphStyle":
    """The paragraph style of that name."""
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    register_fonts()
    sizes = {
        "title": 17.0,
        "heading": 10.5,
        "strong": 8.5,
        "plain": 8.5,
        "small": 7.2,
        "cell": 7.6,
        "cell-bold": 7.6,
    }
    size = sizes[name]
    bold = name in ("title", "heading", "strong", "cell-bold")
    return ParagraphStyle(
        name,
        fontName="DejaVuSans-Bold" if bold else "DejaVuSans",
        fontSize=size,
        leading=1.32 * size,
        textColor=HexColor(INK),
        spaceBefore=7.0 if name == "heading" else 0.0,
        spaceAfter=3.0 if name in ("heading", "title") else 1.5,
        splitLongWords=1,
    )


class Story:
    """A growing list of flowables; every method adds one thing to the page."""

    def __init__(self) -> None:
        self.flowables: list[Any] = []

    def height(self, width: float) -> float:
        """Height in points of everything so far, set in that width, spaces between included."""
        total, after = 0.0, 0.0
        for number, flowable in enumerate(self.flowables):
            before = flowable.getSpaceBefore() if number else 0.0
            total += flowable.wrap(width, 1e6)[1] + max(before, after)
            after = flowable.getSpaceAfter()
        return total + after

    def title(self, text: str) -> None:
        """The name of the document."""
        self.flowables.append(self._paragraph(text, "title"))

    def heading(self, text: str) -> None:
        """A section's name, never alone at the foot of a page."""
        from reportlab.platypus import CondPageBreak

        self.flowables.append(CondPageBreak(70))
        self.flowables.append(self._paragraph(text, "heading"))

    def strong(self, text: str) -> None:
        """One bold line."""
        self.flowables.append(self._paragraph(text, "strong"))

    def small(self, text: str) -> None:
        """A remark."""
        self.flowables.append(self._paragraph(text, "small"))

    def item(self, strong: str, plain: Sequence[str], small: Sequence[str]) -> None:
        """A bold sentence with its remarks, kept together on one page."""
        from reportlab.platypus import KeepTogether

        parts = [self._paragraph(strong, "strong")]
        parts += [self._paragraph(text, "plain") for text in plain]
        parts += [self._paragraph(text, "small") for text in small]
        self.flowables.append(KeepTogether(parts))

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Names on the left, texts on the right."""
        cells = [[self._paragraph(name, "cell-bold"), self._paragraph(text, "cell")] for name, text in pairs]
        self._grid(cells, shares=(0.3, 0.7), style=[])

    def table(
        self, header: Sequence[str], rows: Sequence[Sequence[str]], *, shares: tuple[float, ...]
    ) -> None:
        """A table whose header repeats on every page; the second column is bold."""
        cells = [[self._paragraph(text, "cell-bold") for text in header]]
        bold = (0, 1)
        cells += [
            [self._paragraph(text, "cell-bold" if n in bold else "cell") for n, text in enumerate(row)]
            for row in rows
        ]
        lines = [("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE), ("LINEBELOW", (0, 0), (-1, 0), 1.0, INK)]
        self._grid(cells, shares=shares, style=lines, repeat=1)

    def alert(self, heading: str, lines: Sequence[str], *, bullets: bool) -> None:
        """A red box with a heading: the border and the words carry it, not the colour."""
        mark = "• " if bullets else ""
        body = [
            self._paragraph(heading, "strong"),
            *(self._paragraph(mark + line, "plain") for line in lines),
        ]
        self._box(body, [("BOX", (0, 0), (-1, -1), 1.6, RED)])

    def signature(self, lines: Sequence[str]) -> None:
        """The block that a clinician signs."""
        body = [self._paragraph(line, "strong" if n == 0 else "plain") for n, line in enumerate(lines)]
        self._space(8)
        self._box(body, [("BOX", (0, 0), (-1, -1), 1.0, INK)])

    def _box(self, body: list[Any], lines: list[Any]) -> None:
        from reportlab.platypus import Table

        padding = [("LEFTPADDING", (0, 0), (-1, -1), 8), ("TOPPADDING", (0, 0), (-1, -1), 6)]
        box = Table(
            [[body]], colWidths=["100%"], style=[*lines, *padding, ("BOTTOMPADDING", (0, 0), (-1, -1), 6)]
        )
        box.spaceBefore = box.spaceAfter = 5
        self.flowables.append(box)

    def _space(self, height: float) -> None:
        from reportlab.platypus import Spacer

        self.flowables.append(Spacer(1, height))

    def _grid(
        self, cells: list[list[Any]], *, shares: tuple[float, ...], style: list[Any], repeat: int = 0
    ) -> None:
        from reportlab.platypus import Table

        tight = [
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 5),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
        widths = [f"{100 * share:.1f}%" for share in shares]
        self.flowables.append(
            Table(cells, colWidths=widths, style=[*tight, *style], repeatRows=repeat, hAlign="LEFT")
        )

    def _paragraph(self, text: str, name: str) -> Any:
        from reportlab.platypus import Paragraph

        return Paragraph(escape(said(text)), style(name))
