"""Write an answer or the comparison as HTML, PDF and JSON, each file whole or not at all."""

import json
from pathlib import Path

from spondyl.atomic_file import write_whole
from spondyl.clinic.report.evidence.answer_json import answer_json, comparison_json
from spondyl.clinic.report.evidence.html import answer_html, comparison_html
from spondyl.evidence.answer import Answer, Comparison


def write_answer(answer: Answer, directory: Path) -> tuple[Path, ...]:
    """``directory/OPTION.html``, ``.pdf`` and ``.json``; raises OSError when the directory cannot be written."""
    from spondyl.clinic.report.evidence.pdf import answer_pdf

    files = (
        (".html", answer_html(answer).encode()),
        (".pdf", answer_pdf(answer)),
        (".json", json_text(answer_json(answer)).encode()),
    )
    return _write(directory, answer.option.id, files)


def write_comparison(comparison: Comparison, directory: Path) -> tuple[Path, ...]:
    """``directory/options.html``, ``.pdf`` and ``.json``; raises OSError when the directory cannot be written."""
    from spondyl.clinic.report.evidence.pdf import comparison_pdf

    files = (
        (".html", comparison_html(comparison).encode()),
        (".pdf", comparison_pdf(comparison)),
        (".json", json_text(comparison_json(comparison)).encode()),
    )
    return _write(directory, "options", files)


def json_text(value: object) -> str:
    """The JSON of a file or of the terminal: the same input gives the same bytes."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _write(directory: Path, stem: str, files: tuple[tuple[str, bytes], ...]) -> tuple[Path, ...]:
    directory.mkdir(parents=True, exist_ok=True)
    return tuple(write_whole(directory / f"{stem}{suffix}", data) for suffix, data in files)
