"""From a reference to a draft record: it knows the paper, not its numbers."""

import re
from typing import Any

from spondyl.evidence.library import Design
from spondyl.evidence.living.citation import Citation
from spondyl.evidence.living.draft import Draft, only_named, record_id
from spondyl.evidence.living.guesses import guess_design, guess_options


def draft_citation(paper: Citation, *, origin: str) -> Draft:
    """A draft with design and options guessed from title and abstract, and no result.

    A registry number that a review names is that of a trial in it: the review is not that trial.
    """
    words = f"{paper.title} {paper.abstract}"
    guessed = guess_design(words)
    options = guess_options(words)
    first = paper.authors[0].split(",")[0] if paper.authors else ""
    name = f"{first} {paper.year or ''}".strip() or paper.title
    is_review = guessed is not None and guessed.is_review
    number = paper.registry_ids[0] if len(paper.registry_ids) == 1 and not is_review else ""
    record: dict[str, Any] = {
        "name": name,
        "design": (guessed or Design.SINGLE_ARM).value,
        "registry_id": number,
        "note": f"Title: {paper.title}",
        "options": list(options),
    }
    return Draft(
        id=record_id(f"{name} {paper.title}"),
        record={key: value for key, value in record.items() if key == "options" or value != ""},
        registry_ids=(number,) if number else (),
        doi=paper.doi,
        citation=paper.text + (f" doi {paper.doi}" if paper.doi else ""),
        locator="reference only: no number was taken over",
        origin=origin,
        to_check=tuple(_checks(paper, guessed, options)),
    )


def _checks(paper: Citation, design: Design | None, options: tuple[str, ...]) -> list[str]:
    lines = [f"options were guessed from title and abstract: {', '.join(options) or 'none found'}"]
    if re.search(r"\bretract(ed|ion)\b|withdrawn", paper.title, re.IGNORECASE):
        lines.insert(
            0, "the title says retracted or withdrawn: such a paper is no evidence; do not verify it"
        )
    named = design.value if design else "not named: set to single arm, where certainty starts lowest"
    lines.append(f"the design was guessed from title and abstract: {named}")
    if design is not None and design.is_review and paper.registry_ids:
        lines.append(only_named(paper.registry_ids))
    elif len(paper.registry_ids) > 1:
        lines.append(
            f"several registry numbers are named; choose the trial's own: {', '.join(paper.registry_ids)}"
        )
    return lines
