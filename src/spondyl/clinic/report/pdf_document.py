"""Flowables to the bytes of a PDF: page size, margins, a footer; the same flowables give the same bytes."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spondyl.clinic.report.pdf_style import MARGIN, PAGE, register_fonts

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas


def pdf_bytes(
    flowables: Sequence[Any],
    *,
    title: str,
    subject: str,
    footer: str,
    page_word: str = "page",
    language: str = "en",
) -> bytes:
    """The document; ``footer`` stands at the foot of every page beside its number."""
    from reportlab.platypus import SimpleDocTemplate

    register_fonts()

    def draw_footer(canvas: "Canvas", document: Any) -> None:
        canvas.setFont("DejaVuSans", 6.5)
        canvas.drawString(MARGIN, MARGIN - 14, footer)
        canvas.drawRightString(PAGE[0] - MARGIN, MARGIN - 24, f"{page_word} {document.page}")

    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=PAGE,
        leftMargin=MARGIN - 6,
        rightMargin=MARGIN - 6,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title,
        author="Spondyl",
        subject=subject,
        lang=language,
        invariant=1,
    )
    document.build(list(flowables), onFirstPage=draw_footer, onLaterPages=draw_footer)
    return buffer.getvalue()
