"""The report of one film as PDF: the words of :mod:`report_content` and the drawing of :mod:`drawing`.

The same input gives the same bytes, and the text can be selected and searched.
"""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from spondyl.clinic.report.pdf_film import draw_film
from spondyl.clinic.report.pdf_style import CONTENT_WIDTH, MARGIN, PAGE, Story
from spondyl.clinic.report.report_content import (
    NOT_REVIEWED,
    FindingText,
    MeasurementRow,
    ReportContent,
    report_content,
)
from spondyl.clinic.result import FilmResult

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

FILM_WIDTH = 188.0
GAP = 14.0
FOOTER = 26.0


def film_pdf(result: FilmResult, *, stem: str = "report") -> bytes:
    """PDF bytes of one film's report. ``stem`` names the report's files, for the hint on correcting."""
    content = report_content(result, stem=stem)
    head, body = Story(), Story()
    _head(head, content)
    _examination_and_values(body, content)
    _words(body, content)
    _provenance(body, content)
    _appendix(body, content)
    head_height = head.height(CONTENT_WIDTH)
    shown = result if result.radiograph is not None else None

    def first_page(canvas: "Canvas") -> None:
        top = PAGE[1] - MARGIN - head_height - 8
        if shown is not None:
            draw_film(canvas, shown, box=(MARGIN, MARGIN + FOOTER, FILM_WIDTH, top - MARGIN - FOOTER))

    columns = (FILM_WIDTH + GAP) if shown is not None else 0.0
    return build_pdf(
        title=f"{content.title}: {content.film}",
        stories=(head, body),
        head_height=head_height,
        indent=columns,
        on_first_page=first_page,
    )


def build_pdf(
    *,
    title: str,
    stories: tuple[Story, Story],
    head_height: float,
    indent: float,
    on_first_page: "Callable[[Canvas], None]",
) -> bytes:
    """Lay out a head over the full width, then a body beside the picture; later pages are full width."""
    from reportlab.platypus import BaseDocTemplate, Frame, FrameBreak, NextPageTemplate, PageTemplate

    from spondyl.clinic.report.report_content import DISCLAIMER

    def frame(x: float, y: float, width: float, height: float) -> Any:
        return Frame(x, y, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)

    def footer(canvas: "Canvas", document: Any) -> None:
        canvas.setFont("DejaVuSans", 7)
        canvas.drawRightString(PAGE[0] - MARGIN, MARGIN, f"page {document.page}")

    def first(canvas: "Canvas", document: Any) -> None:
        on_first_page(canvas)
        footer(canvas, document)
        canvas.drawString(MARGIN, MARGIN, DISCLAIMER)

    bottom, top = MARGIN + FOOTER, PAGE[1] - MARGIN
    head_frame = frame(MARGIN, top - head_height - 1, CONTENT_WIDTH, head_height + 1)
    side = frame(MARGIN + indent, bottom, CONTENT_WIDTH - indent, top - head_height - 8 - bottom)
    full = frame(MARGIN, bottom, CONTENT_WIDTH, top - bottom)
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=PAGE,
        title=title,
        author="Spondyl",
        subject="Spine film report",
        lang="en",
        invariant=1,
    )
    document.addPageTemplates(
        [
            PageTemplate(id="first", frames=[head_frame, side], onPage=first),
            PageTemplate(id="later", frames=[full], onPage=footer),
        ]
    )
    head, body = stories
    document.build([NextPageTemplate("later"), *head.flowables, FrameBreak(), *body.flowables])
    return buffer.getvalue()


def _head(story: Story, content: ReportContent) -> None:
    story.title(content.title)
    if content.refusal is None:
        signed = f"Reviewed and signed by {content.signed_by}, {content.signed_at}."
        story.strong(signed if content.signed_by else NOT_REVIEWED)
    else:
        refusal = content.refusal
        lines = (
            f"What: {refusal.what}",
            f"Why: {refusal.why}",
            f"What to do: {refusal.do}",
            f"Reason code: {refusal.code}",
        )
        story.alert("This film was not measured", lines, bullets=False)
    if content.alerts:
        story.alert("Check first", content.alerts, bullets=True)


def _examination_and_values(story: Story, content: ReportContent) -> None:
    story.heading("Examination")
    story.pairs(content.examination)
    story.small(content.caption)
    if content.rows:
        story.heading("Measurements")
        story.small(content.table_caption)
        _table(story, content.rows)


def _table(story: Story, rows: tuple[MeasurementRow, ...]) -> None:
    """The same columns as the page: the reference column only where some row has one."""
    if any(row.reference for row in rows):
        header = ("Measurement", "Value", "90 % interval", "Pain-free adults, middle 95 %", "Levels", "Note")
        cells = [
            (_name(r.name, r.flags), r.value, r.interval, r.reference or "—", r.levels, str(r.note))
            for r in rows
        ]
        story.table(header, cells, shares=(0.25, 0.16, 0.19, 0.165, 0.135, 0.1))
        return
    header = ("Measurement", "Value", "90 % interval", "Levels", "Note")
    plain = [(_name(r.name, r.flags), r.value, r.interval, r.levels, str(r.note)) for r in rows]
    story.table(header, plain, shares=(0.37, 0.17, 0.24, 0.13, 0.09))


def _words(story: Story, content: ReportContent) -> None:
    if content.findings:
        story.heading("Findings")
    for item in content.findings:
        _finding(story, item)
    if content.unmeasured:
        story.heading("Not measured, and why")
        story.pairs(content.unmeasured)
    _classifications(story, content)


def _appendix(story: Story, content: ReportContent) -> None:
    """After the signature: what is looked up, not read through."""
    if content.level_rows:
        story.heading("Level by level")
        _table(story, content.level_rows)
    _small_section(story, "What pain-free people measure", content.references)
    notes = tuple(f"{note.number}. {note.definition} Source: {note.source}" for note in content.notes)
    _small_section(story, "Definitions and sources", notes)


def _small_section(story: Story, heading: str, lines: tuple[str, ...]) -> None:
    if lines:
        story.heading(heading)
    for line in lines:
        story.small(line)


def _classifications(story: Story, content: ReportContent) -> None:
    if content.classifications:
        story.heading("Classifications")
    for item in content.classifications:
        reason = f" — {item.reason}" if item.reason else ""
        chances = (f"Probabilities: {item.probabilities}",) if item.probabilities else ()
        story.item(f"{item.label}: {item.grade}{reason}", (), (*chances, f"Source: {item.source}"))
    if content.unclassified:
        story.heading("Not classified, and why")
        story.pairs(content.unclassified)


def _finding(story: Story, item: FindingText) -> None:
    plain = [f"Probability: {item.probability}."]
    plain += [f"How common: {item.prevalence}"] if item.prevalence else []
    small = [f"What a film cannot tell: {item.cannot_tell}"] if item.cannot_tell else []
    story.item(_name(item.sentence, item.flags), tuple(plain), (*small, f"Source: {item.source}"))


def _name(text: str, flags: tuple[str, ...]) -> str:
    return text + "".join(f"  [! {flag}]" for flag in flags)


def _provenance(story: Story, content: ReportContent) -> None:
    story.heading("Where this comes from")
    story.pairs(content.provenance)
    if content.refusal is not None:
        return
    story.small(content.how_to_correct)
    if content.signed_by:
        story.signature((f"Reviewed and signed: {content.signed_by}, {content.signed_at}",))
    else:
        blank = "_" * 24
        story.signature((NOT_REVIEWED, f"Name {blank}   Date and signature {blank}"))
