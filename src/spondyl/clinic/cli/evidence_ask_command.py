"""``spondyl evidence ask`` and ``compare``: what is known of one option, and of all by one yardstick."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.leave import clean_stop, leave
from spondyl.clinic.exit_codes import ExitCode

if TYPE_CHECKING:
    from spondyl.evidence.answer import SignedConclusion
    from spondyl.evidence.library import Library


def ask(
    option: Annotated[
        str, typer.Argument(help="The option, such as stem-cells; --list names all.", show_default=False)
    ] = "",
    list_options: Annotated[bool, typer.Option("--list", help="Name the options and end.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the page as HTML, PDF and JSON.", show_default=False)
    ] = None,
    signatures: Annotated[
        Path | None, typer.Option(help="File with the signatures.", show_default=False)
    ] = None,
    records: Annotated[
        Path | None, typer.Option(help="Folder with the clinic's own records.", show_default=False)
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Answer a question: the studies, how sure, the harms, what the regulator says, what would change it.

    Every number shown has a source, and who verified it when; recalled numbers are shown to nobody.

    \b
    Examples:
      spondyl evidence ask stem-cells
      spondyl evidence ask stem-cells --out answers
      spondyl evidence ask --list

    \b
    Exit codes: 0 answered, 2 no such option or a record or signature is wrong, 6 the page could not be written.
    """
    from spondyl.clinic.cli.evidence_answer_print import print_answer
    from spondyl.clinic.report.evidence.answer_json import answer_json
    from spondyl.clinic.report.evidence.write import write_answer
    from spondyl.evidence.answer import answer
    from spondyl.evidence.library import EvidenceError

    library, signed = _open(records, signatures)
    if list_options or not option:
        _list([(one.id, one.name, one.clinics_own) for one in library.options], json_output=json_output)
        return
    try:
        found = answer(library, option, signed=signed)
    except EvidenceError as error:
        leave(ExitCode.USAGE, str(error))
    if json_output:
        _print_json(answer_json(found))
    else:
        print_answer(found)
    with clean_stop("Nothing was written."):
        _say_written(write_answer(found, out) if out else (), json_output=json_output)


def compare_options(
    out: Annotated[
        Path | None, typer.Option(help="Folder for the page as HTML, PDF and JSON.", show_default=False)
    ] = None,
    signatures: Annotated[
        Path | None, typer.Option(help="File with the signatures.", show_default=False)
    ] = None,
    records: Annotated[
        Path | None, typer.Option(help="Folder with the clinic's own records.", show_default=False)
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Lay all options side by side: the same scales, harms and guidelines; single-arm numbers stand apart.

    \b
    Examples:
      spondyl evidence compare
      spondyl evidence compare --out answers

    \b
    Exit codes: 0 compared, 2 a record or signature is wrong, 6 the page could not be written.
    """
    from spondyl.clinic.cli.evidence_answer_print import print_comparison
    from spondyl.clinic.report.evidence.answer_json import comparison_json
    from spondyl.clinic.report.evidence.write import write_comparison
    from spondyl.evidence.answer import compare

    library, signed = _open(records, signatures)
    found = compare(library, signed=signed)
    if json_output:
        _print_json(comparison_json(found))
    else:
        print_comparison(found)
    with clean_stop("Nothing was written."):
        _say_written(write_comparison(found, out) if out else (), json_output=json_output)


def _open(records: Path | None, signatures: Path | None) -> "tuple[Library, tuple[SignedConclusion, ...]]":
    from spondyl.clinic.evidence_files import records_or_shipped, signed_or_none
    from spondyl.evidence.library import EvidenceError

    try:
        return records_or_shipped(records), signed_or_none(signatures)
    except EvidenceError as error:
        leave(ExitCode.USAGE, str(error))


def _list(options: list[tuple[str, str, bool]], *, json_output: bool) -> None:
    if json_output:
        _print_json([{"option": name, "name": words, "clinics_own": own} for name, words, own in options])
        return
    for name, words, own in options:
        typer.echo(f"{name:<24}{words}{' (this clinic offers it)' if own else ''}")


def _print_json(value: object) -> None:
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False))


def _say_written(paths: tuple[Path, ...], *, json_output: bool) -> None:
    for path in paths:
        typer.echo(f"Written: {path}", err=json_output)
