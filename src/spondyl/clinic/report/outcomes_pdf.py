"""A clinic's outcomes as PDF: the numbers and pictures of the page; the same outcomes give the same bytes."""

from typing import TYPE_CHECKING, Any

from spondyl.clinic.report.outcomes_drawing import change_drawing, hundred_drawing
from spondyl.clinic.report.outcomes_svg import hundred_counts
from spondyl.clinic.report.outcomes_words import OutcomeWords, not_judged_text, patients_text, words_of
from spondyl.clinic.report.pdf_document import pdf_bytes
from spondyl.clinic.report.pdf_style import Story
from spondyl.clinic.report.published_beside import NOT_COMPARABLE, PublishedLine
from spondyl.clinic.report.report_content import DISCLAIMER

if TYPE_CHECKING:
    from spondyl.assessment.outcomes import ClinicOutcomes, InstrumentOutcome

TITLE = "Our own outcomes"
SYNTHETIC = "Synthetic data: no patient is behind these numbers."
NO_THRESHOLD = "No threshold for one person was read for this scale, so nobody is called a responder."
WHOLE = 330.0
"""Points that one questionnaire in one window needs, so that its numbers and pictures stay on one page."""
KEY = "The due patients as a hundred people: ● improved by what matters, ○ did not, ? no score, not known."


def outcomes_pdf(found: "ClinicOutcomes", *, published: tuple[PublishedLine, ...], synthetic: bool) -> bytes:
    """The document of every questionnaire in every window, warnings first."""
    story = Story()
    story.title(TITLE)
    status = f"{patients_text(found.patients)}, {found.visits} rows, as of {found.as_of}."
    story.strong(f"{status} {SYNTHETIC}" if synthetic else status)
    story.alert("Read this first", found.warnings, bullets=True)
    for one in found.outcomes:
        _outcome(story, one)
    for one in found.not_judged:
        story.small(not_judged_text(one))
    if published:
        _beside(story, published)
    made = found.provenance
    story.small(f"Method: {made.method}, version {made.version}, input {made.inputs[0][:12]}.")
    return pdf_bytes(story.flowables, title=TITLE, subject="Outcomes of a clinic", footer=DISCLAIMER)


def _outcome(story: Story, one: "InstrumentOutcome") -> None:
    from reportlab.platypus import CondPageBreak

    words = words_of(one)
    story.flowables.append(CondPageBreak(WHOLE if one.measured else 0.0))
    story.heading(f"{words.name}, {words.window}")
    story.strong(f"{words.patients}; {words.missing}")
    points = f"{one.threshold.points:g}" if one.threshold else ""
    story.table(("What", "Result", "How"), _rows(words, points), shares=(0.27, 0.4, 0.33))
    for note in words.notes:
        story.small(note)
    if one.measured:
        story.flowables.append(_pictures(one))
        if hundred_counts(one) is not None:
            story.small(KEY)
    if one.threshold:
        story.small(f"{one.threshold.note} Source: {one.threshold.source}.")


def _rows(words: OutcomeWords, points: str) -> list[tuple[str, str, str]]:
    how = " ".join(
        part for part in (f"{words.change_note}." if words.change_note else "", words.unchanged) if part
    )
    change = ("Mean change (+ is better)", words.change, how)
    if not points:
        return [change, ("Responders", NO_THRESHOLD, "")]
    return [
        change,
        (
            f"Improved by {points} or more",
            words.observed,
            "of the patients with a score; Wilson 95 % interval",
        ),
        ("The same, worst case", words.worst, "everyone without a score counted as not improved"),
        ("The same, best case", words.best, "everyone without a score counted as improved"),
        ("Improved by 30 % of the first score", words.by_share, ""),
        ("Got worse", words.worse, ""),
    ]


def _pictures(one: "InstrumentOutcome") -> Any:
    from reportlab.platypus import Table

    hundred = hundred_drawing(one)
    cells = [change_drawing(one), *([hundred] if hundred else [])]
    widths = [385.0, 130.0][: len(cells)]
    return Table([cells], colWidths=widths, hAlign="LEFT", style=[("LEFTPADDING", (0, 0), (-1, -1), 0)])


def _beside(story: Story, published: tuple[PublishedLine, ...]) -> None:
    story.heading("How many improve in studies")
    story.small(NOT_COMPARABLE)
    groups = (
        ("Groups of trials with a control group", True),
        ("Single groups without a control group, like ours", False),
    )
    for caption, has_control in groups:
        lines = [line for line in published if line.has_control is has_control]
        if lines:
            story.strong(caption)
            story.table(
                ("Study, group", "Improved", "When", "Counted as improved", "Source"),
                [
                    (
                        f"{line.study}: {line.group}{' (control)' if line.is_control else ''}",
                        line.share,
                        line.when,
                        line.definition,
                        line.source,
                    )
                    for line in lines
                ],
                shares=(0.24, 0.16, 0.1, 0.25, 0.25),
            )
