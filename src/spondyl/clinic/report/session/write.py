"""Write a session's report as HTML and PDF, each file whole or not at all."""

from pathlib import Path

from spondyl.clinic.report.session.html import session_html
from spondyl.clinic.report.session.pdf import session_pdf
from spondyl.clinic.report.write import write_whole
from spondyl.treatment.adjustment import Replay, SessionRecord


def write_session(record: SessionRecord, again: Replay, directory: Path, *, stem: str) -> tuple[Path, ...]:
    """``directory/stem.html`` and ``.pdf``; raises OSError when the directory cannot be written."""
    directory.mkdir(parents=True, exist_ok=True)
    return (
        write_whole(directory / f"{stem}.html", session_html(record, again).encode()),
        write_whole(directory / f"{stem}.pdf", session_pdf(record, again)),
    )
