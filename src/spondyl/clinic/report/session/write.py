"""Write a session's report as HTML and PDF, each file whole or not at all."""

from pathlib import Path

from spondyl.atomic_file import write_whole
from spondyl.clinic.report.session.html import session_html
from spondyl.clinic.report.session.pdf import session_pdf
from spondyl.treatment.adjustment import Replay, SessionRecord


def write_session(
    record: SessionRecord, again: Replay, directory: Path, *, stem: str, zone: str = "UTC"
) -> tuple[Path, ...]:
    """``directory/stem.html`` and ``.pdf``, times by the clock of the zone.

    Raises OSError when the directory cannot be written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    return (
        write_whole(directory / f"{stem}.html", session_html(record, again, zone=zone).encode()),
        write_whole(directory / f"{stem}.pdf", session_pdf(record, again, zone=zone)),
    )
