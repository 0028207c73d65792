"""``spondyl evidence import``: files from registries and reference managers become drafts that nobody is shown."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.leave import clean_stop, leave
from spondyl.clinic.exit_codes import ExitCode, code_for

if TYPE_CHECKING:
    from spondyl.evidence.living import Draft, Imported, Sorted


def import_drafts(
    files: Annotated[list[Path], typer.Argument(help="Files to import.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the drafts.", show_default=False)],
    records: Annotated[
        Path | None, typer.Option(help="Folder with the clinic's own records.", show_default=False)
    ] = None,
    day: Annotated[
        str,
        typer.Option("--on", help="Day of the import, as 2026-11-25; today if empty.", show_default=False),
    ] = "",
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Import studies as drafts: marked unverified, shown to nobody until a person has compared them with the source.

    Reads ClinicalTrials.gov JSON (API version 2, with or without results), RIS and CSV; the content decides which.
    One trial becomes one draft, whatever number or file it comes under. A draft that lies there and reads
    otherwise, as one that somebody corrected does, is left as it is.

    \b
    Examples:
      spondyl evidence import NCT06325566.json --out drafts
      spondyl evidence import search.json pubmed.ris own.csv --out drafts --json

    \b
    Exit codes: 0 imported, 2 wrong command line, 3 some files refused, 4 all refused, 6 not writable.
    """
    from spondyl.clinic.evidence_files import records_or_shipped, today_or
    from spondyl.evidence.library import EvidenceError
    from spondyl.evidence.living import known_studies, sort_drafts

    try:
        on = today_or(day)
        known = known_studies(records_or_shipped(records))
    except EvidenceError as error:
        leave(ExitCode.USAGE, str(error))
    imported, refused = _read_all(files)
    found = sort_drafts([draft for one in imported for draft in one.drafts], known)
    with clean_stop("Drafts already written are whole."):
        written, kept = _write_all(imported, found, out, on)
    _show(found, written, [*(one.text for one in found.left_out), *kept], refused, json_output=json_output)
    leave(code_for(measured=len(imported), refused=len(refused)))


def _read_all(files: list[Path]) -> "tuple[list[Imported], dict[str, str]]":
    from spondyl.evidence.living import ImportRefused, read_import

    imported: list[Imported] = []
    refused: dict[str, str] = {}
    for path in files:
        try:
            imported.append(read_import(path.read_bytes(), name=path.name))
        except ImportRefused as refusal:
            refused[str(path)] = str(refusal)
        except OSError as error:
            refused[str(path)] = f"The file cannot be read: {error.strerror}. Check the path."
    return imported, refused


def _write_all(
    imported: "list[Imported]", found: "Sorted", out: Path, on: str
) -> "tuple[list[tuple[Path, Draft]], list[str]]":
    """The drafts that were written, and a sentence for each that was left as it lies there."""
    from spondyl.atomic_file import write_whole
    from spondyl.evidence.living import reads_alike, registration_json

    out.mkdir(parents=True, exist_ok=True)
    trials = {name: trial for one in imported for name, trial in one.registrations.items()}
    written: list[tuple[Path, Draft]] = []
    kept: list[str] = []
    for draft in found.drafts:
        path = out / f"{draft.id}.toml"
        text = draft.to_toml(imported_on=on, updates=found.updates.get(draft.id, "")).encode()
        if path.exists() and not reads_alike(path.read_bytes(), text):
            kept.append(
                f"{path}: it is there already and reads otherwise, so somebody may have corrected it. "
                "Move it away to import this study anew."
            )
            continue
        written.append((write_whole(path, text), draft))
        if draft.id in trials:
            write_whole(out / f"{draft.id}.source.json", registration_json(trials[draft.id]).encode())
    return written, kept


def _show(
    found: "Sorted",
    written: "list[tuple[Path, Draft]]",
    left_out: list[str],
    refused: dict[str, str],
    *,
    json_output: bool,
) -> None:
    if json_output:
        import json

        table = {
            "drafts": [
                {
                    "path": str(path),
                    "id": draft.id,
                    "updates": found.updates.get(draft.id),
                    "check": list(draft.to_check),
                }
                for path, draft in written
            ],
            "left_out": left_out,
            "refused": refused,
        }
        typer.echo(json.dumps(table, ensure_ascii=False))
    else:
        for path, draft in written:
            update = f" (new data for {found.updates[draft.id]})" if draft.id in found.updates else ""
            typer.echo(f"draft      {path}{update}: {draft.citation}")
        for one in left_out:
            typer.echo(f"left out   {one}")
        typer.echo(f"{len(written)} drafts, unverified: shown to nobody until a person has checked them.")
    for path, why in refused.items():
        typer.echo(f"refused    {path}: {why}", err=True)
