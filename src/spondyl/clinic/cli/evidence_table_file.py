"""Read a table of studies from a file, for every ``spondyl evidence`` command that takes one."""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode

if TYPE_CHECKING:
    from spondyl.evidence import EvidenceRefused


def read_table_text(file: Path) -> str:
    """The text of the file, or a refusal that says why it cannot be read."""
    from spondyl.evidence import EvidenceRefusal, EvidenceRefused

    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise EvidenceRefused(
            EvidenceRefusal.FILE_UNREADABLE,
            what="The file is not UTF-8 text.",
            why="A table of studies is read as plain text.",
            do="Export it as CSV (UTF-8).",
        ) from None
    except OSError as error:
        raise EvidenceRefused(
            EvidenceRefusal.FILE_MISSING,
            what=f"The file cannot be read: {error.strerror}.",
            why="The studies are read from it.",
            do="Check the path.",
        ) from None


def refuse(file: Path, refused: "EvidenceRefused", *, json_output: bool) -> NoReturn:
    """End with code 4: the reason on stderr, and as one JSON object on stdout where JSON was asked for."""
    if json_output:
        import json

        reason = {"code": refused.refusal.value, "what": refused.what, "why": refused.why, "do": refused.do}
        typer.echo(json.dumps({"refusal": reason}, ensure_ascii=False))
    leave(ExitCode.ALL_REFUSED, f"{file}: {refused}")
