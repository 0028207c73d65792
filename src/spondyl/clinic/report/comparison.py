"""Two films of one patient side by side: HTML, PDF and JSON."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spondyl import __version__
from spondyl.assessment.change import Change
from spondyl.atomic_file import write_whole
from spondyl.clinic.report.comparison_content import (
    ChangeRow,
    ComparisonContent,
    ComparisonRefusedError,
    checked_changes,
    comparison_alerts,
    comparison_content,
)
from spondyl.clinic.report.json_lines import DIGITS, FORMAT_VERSION
from spondyl.clinic.result import FilmResult

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

__all__ = ["ComparisonRefusedError", "compare_films", "comparison_html", "comparison_json", "comparison_pdf"]

PICTURE_HEIGHT = 400.0


def compare_films(
    before: FilmResult, after: FilmResult, directory: Path, *, stem: str = "comparison"
) -> tuple[Path, ...]:
    """Write ``directory/stem.html``, ``.pdf`` and ``.json`` and return their paths.

    Raises ComparisonRefusedError when a film was not measured, or when patients or views differ.
    """
    directory.mkdir(parents=True, exist_ok=True)
    line = json.dumps(comparison_json(before, after), ensure_ascii=False, allow_nan=False) + "\n"
    files = (
        (".html", comparison_html(before, after).encode()),
        (".pdf", comparison_pdf(before, after)),
        (".json", line.encode()),
    )
    return tuple(write_whole(directory / f"{stem}{suffix}", data) for suffix, data in files)


def comparison_json(before: FilmResult, after: FilmResult) -> dict[str, Any]:
    """The changes as plain JSON values, in the unit of each measurement; raises as :func:`compare_films`."""
    return {
        "before": before.film,
        "after": after.film,
        "changes": [_change(change) for change in checked_changes(before, after)],
        "alerts": list(comparison_alerts(before, after)),
        "format_version": FORMAT_VERSION,
        "spondyl_version": __version__,
    }


def comparison_html(before: FilmResult, after: FilmResult) -> str:
    """One offline page with both films; raises as :func:`compare_films`."""
    from spondyl.clinic.report.html import environment
    from spondyl.clinic.report.svg import film_svg

    content = comparison_content(before, after)
    pictures = (film_svg(before, id_prefix="before-"), film_svg(after, id_prefix="after-"))
    return (
        environment()
        .get_template("comparison.html.j2")
        .render(title=f"{content.title}: {content.patient}", content=content, pictures=pictures)
    )


def comparison_pdf(before: FilmResult, after: FilmResult) -> bytes:
    """The same words and pictures as PDF; raises as :func:`compare_films`."""
    from spondyl.clinic.report.pdf import build_pdf
    from spondyl.clinic.report.pdf_film import draw_film
    from spondyl.clinic.report.pdf_style import CONTENT_WIDTH, MARGIN, PAGE, Story

    content = comparison_content(before, after)
    head, body = Story(), Story()
    head.title(content.title)
    head.strong(f"Patient: {content.patient}")
    if content.alerts:
        head.alert("Check first", content.alerts, bullets=True)
    head.small(f"Left — {content.captions[0]}")
    head.small(f"Right — {content.captions[1]}")
    words_height = head.height(CONTENT_WIDTH)
    _words(body, content)

    def first_page(canvas: "Canvas") -> None:
        width = (CONTENT_WIDTH - 14) / 2
        bottom = PAGE[1] - MARGIN - words_height - 6 - PICTURE_HEIGHT
        for number, result in enumerate((before, after)):
            box = (MARGIN + number * (width + 14), bottom, width, PICTURE_HEIGHT)
            draw_film(canvas, result, box=box)

    return build_pdf(
        title=f"{content.title}: {content.patient}",
        stories=(head, body),
        head_height=words_height + 6 + PICTURE_HEIGHT,
        indent=0.0,
        on_first_page=first_page,
    )


def _words(story: Any, content: ComparisonContent) -> None:
    story.heading("Changes")
    _table(story, content.rows)
    if content.level_rows:
        story.heading("Level by level")
        _table(story, content.level_rows)
    if content.only_on_one:
        story.heading("Measured on one film only")
        story.small("; ".join(content.only_on_one))
    story.heading("How to read this")
    for line in content.explanation:
        story.small(line)


def _table(story: Any, rows: tuple[ChangeRow, ...]) -> None:
    header = ("Measurement", "Change", "Before", "After", "Smallest detectable change", "Verdict")
    cells = [
        (r.name, r.difference, r.before, r.after, r.smallest, " ".join((r.verdict + ".", *r.notes)))
        for r in rows
    ]
    story.table(header, cells, shares=(0.22, 0.11, 0.11, 0.11, 0.13, 0.32))


def _change(change: Change) -> dict[str, Any]:
    digits = DIGITS[change.unit]
    chance = change.progression_probability
    return {
        "kind": change.kind,
        "label": change.label,
        "unit": change.unit.value,
        "before": round(change.before, digits) + 0.0,
        "after": round(change.after, digits) + 0.0,
        "difference": round(change.difference, digits) + 0.0,
        "smallest_detectable": round(change.smallest_detectable, digits),
        "beyond_noise": change.beyond_noise,
        "progression_probability": None if chance is None else round(chance, 4),
        "notes": list(change.notes),
        "source": change.source,
    }
