"""One offline HTML page of a clinic's outcomes, with the same as PDF and JSON beside it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from spondyl.atomic_file import write_whole
from spondyl.clinic.report.html import environment
from spondyl.clinic.report.outcomes_json import outcomes_json
from spondyl.clinic.report.outcomes_svg import change_svgs, hundred_svg
from spondyl.clinic.report.outcomes_words import not_judged_text, patients_text, words_of
from spondyl.clinic.report.published_beside import NOT_COMPARABLE, PublishedLine
from spondyl.clinic.report.report_content import DISCLAIMER

if TYPE_CHECKING:
    from spondyl.assessment.outcomes import ClinicOutcomes


def write_outcomes(
    found: "ClinicOutcomes", directory: Path, *, published: tuple[PublishedLine, ...]
) -> tuple[Path, ...]:
    """``outcomes.html``, ``.pdf`` and ``.json``, each whole; raises OSError when the folder cannot be written."""
    from spondyl.clinic.report.outcomes_pdf import outcomes_pdf

    directory.mkdir(parents=True, exist_ok=True)
    text = (
        json.dumps(outcomes_json(found, published=published), ensure_ascii=False, allow_nan=False, indent=1)
        + "\n"
    )
    page = outcomes_html(found, published=published)
    pdf = outcomes_pdf(found, published=published, synthetic=_is_synthetic(found))
    return (
        write_whole(directory / "outcomes.html", page.encode()),
        write_whole(directory / "outcomes.pdf", pdf),
        write_whole(directory / "outcomes.json", text.encode()),
    )


def outcomes_html(found: "ClinicOutcomes", *, published: tuple[PublishedLine, ...]) -> str:
    """The page as text: no script, no link to anywhere else; the same outcomes give the same bytes."""
    sections = [
        {
            "words": words_of(one),
            "change": change_svgs(one) if one.measured else "",
            "hundred": hundred_svg(one) or "",
            "threshold": one.threshold,
            "place": number,
        }
        for number, one in enumerate(found.outcomes, start=1)
    ]
    return (
        environment()
        .get_template("outcomes.html.j2")
        .render(
            title="Our own outcomes",
            found=found,
            patients=patients_text(found.patients),
            sections=sections,
            not_judged=[not_judged_text(one) for one in found.not_judged],
            published=published,
            synthetic=_is_synthetic(found),
            disclaimer=DISCLAIMER,
            not_comparable=NOT_COMPARABLE,
        )
    )


def _is_synthetic(found: "ClinicOutcomes") -> bool:
    return any(result.patient_id.startswith("SYNTHETIC-") for one in found.outcomes for result in one.results)
