"""The report of a session as PDF: the words of :mod:`content`, the pictures of :mod:`pictures`."""

from typing import Any

from spondyl.clinic.report.pdf_document import pdf_bytes
from spondyl.clinic.report.pdf_style import CONTENT_WIDTH, Story
from spondyl.clinic.report.session.content import PLACEHOLDER, SessionContent, session_content
from spondyl.clinic.report.session.gathered import gathered
from spondyl.clinic.report.session.picture import Picture, picture_drawing
from spondyl.clinic.report.session.pictures import dose_picture, map_picture, wave_pictures
from spondyl.clinic.report.session.whose import Whose
from spondyl.treatment.adjustment import Replay, SessionRecord


def session_pdf(
    record: SessionRecord, again: Replay, *, zone: str = "UTC", whose: Whose | None = None
) -> bytes:
    """PDF bytes, times by the clock of the zone, and the chart it is for; the same gives the same bytes."""
    content, found, story = session_content(record, again, zone=zone), gathered(record), Story()
    _head(story, content, whose.facts if whose else ())
    story.heading("Stiffness before and after")
    stiffness = map_picture(found.rows)
    if stiffness is not None:
        story.flowables.append(picture_drawing(stiffness, width=0.8 * CONTENT_WIDTH))
        story.small("Ring: before. Disc: after. Lines: 95 % intervals. A reading is not an outcome.")
    _stiffness(story, content)
    story.heading("Dose against its limits")
    segments = [line.segment for line in content.doses]
    if segments:
        limits = record.head.plan.limits
        story.flowables.append(
            picture_drawing(dose_picture(found, limits, segments), width=0.8 * CONTENT_WIDTH)
        )
    _doses(story, content)
    _pains(story, content)
    _decisions(story, content)
    story.heading("Waveforms")
    _pairs(story, wave_pictures(found))
    story.heading("What trials say")
    for line in content.evidence:
        story.small(f"• {line}")
    story.signature(("Reviewed by", "Name, date and signature: ________________________________"))
    story.small(content.proof)
    footer = f"{whose.line} {content.notice}" if whose else content.notice
    return pdf_bytes(story.flowables, title=content.title, subject="Adjustment session", footer=footer)


def _head(story: Story, content: SessionContent, chart: tuple[tuple[str, str], ...]) -> None:
    story.title(content.title)
    if content.simulated:
        story.strong(content.simulated)
    if content.warning:
        story.alert("Read this first", (content.warning,), bullets=False)
    story.strong(content.summary)
    story.pairs((*chart, *content.facts))


def _stiffness(story: Story, content: SessionContent) -> None:
    rows = [(one.segment, one.before, one.after, one.change, one.note) for one in content.stiffness]
    header = ("Segment", "Before, N/mm (95 %)", "After", "Change", "Refused readings")
    story.table(header, rows, shares=(0.1, 0.22, 0.3, 0.1, 0.28))


def _doses(story: Story, content: SessionContent) -> None:
    rows = [(one.segment, one.pulses, one.peak, one.impulse) for one in content.doses]
    story.table(("Segment", "Pulses", "Highest total force", "Impulse"), rows, shares=(0.12, 0.3, 0.28, 0.3))
    story.small(PLACEHOLDER)


def _pains(story: Story, content: SessionContent) -> None:
    story.heading("Pain as the patient said it")
    if not content.pains:
        story.small("Nobody was heard about the pain.")
        return
    rows = [(f"{one.pain} of 10", one.when) for one in content.pains]
    story.table(("Pain", "When"), rows, shares=(0.15, 0.85))


def _decisions(story: Story, content: SessionContent) -> None:
    story.heading("Every decision and its reason")
    rows = [(one.number, f"{one.where}: {one.action}", one.reason, one.forces) for one in content.decisions]
    story.table(
        ("", "Decision", "Reason", "Force above the preload; cap total"), rows, shares=(0.05, 0.2, 0.5, 0.25)
    )


def _pairs(story: Story, pictures: tuple[Picture, ...]) -> None:
    from reportlab.platypus import Table

    if not pictures:
        story.small("No pulse was delivered.")
        return
    half = CONTENT_WIDTH / 2 - 8
    drawn: list[Any] = [picture_drawing(one, width=half) for one in pictures]
    cells = [drawn[n : n + 2] + [""] * (2 - len(drawn[n : n + 2])) for n in range(0, len(drawn), 2)]
    story.flowables.append(Table(cells, colWidths=["50%", "50%"], hAlign="LEFT"))
