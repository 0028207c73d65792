"""``spondyl compare``: two films of one patient, and the smallest change that can be told from noise."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.leave import clean_stop, leave
from spondyl.clinic.exit_codes import ExitCode, code_for

if TYPE_CHECKING:
    from spondyl.clinic.result import FilmResult


def compare(
    before: Annotated[Path, typer.Argument(help="The earlier film.", show_default=False)],
    after: Annotated[Path, typer.Argument(help="The later film.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the comparison page.", show_default=False)
    ] = None,
    landmarks_before: Annotated[
        Path | None, typer.Option(help="Landmark file of the earlier film.", show_default=False, exists=True)
    ] = None,
    landmarks_after: Annotated[
        Path | None, typer.Option(help="Landmark file of the later film.", show_default=False, exists=True)
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare two films of one patient: each change beside the smallest change that can be told from noise.

    \b
    Examples:
      spondyl compare 2024.dcm 2026.dcm --out comparison
      spondyl compare before.dcm after.dcm --landmarks-before a.json --landmarks-after b.json --json

    \b
    Exit codes: 0 compared, 2 other patients or views, 3 one refused, 4 both refused,
    6 reports not written, 7 installation incomplete.
    """
    with clean_stop("Nothing was written."):
        results = _measure_both((before, landmarks_before), (after, landmarks_after))
        refused = [result for result in results if result.refusal]
        for result in refused:
            typer.echo(f"{result.film}: {result.refusal}", err=True)
        if refused:
            leave(code_for(measured=2 - len(refused), refused=len(refused)))
        _show(*results, out=out, json_output=json_output)


def _measure_both(*films: tuple[Path, Path | None]) -> "list[FilmResult]":
    from spondyl.clinic.compose import open_tools
    from spondyl.clinic.measure_film import MissingModelError, measure_film
    from spondyl.clinic.settings import Settings

    settings = Settings()
    try:
        with open_tools(settings) as tools:
            return [
                measure_film(
                    film,
                    reader=tools.reader,
                    detector=tools.detector,
                    settings=settings,
                    landmarks=landmarks,
                )
                for film, landmarks in films
            ]
    except MissingModelError as error:
        leave(ExitCode.INSTALLATION_INCOMPLETE, str(error))


def _show(before: "FilmResult", after: "FilmResult", *, out: Path | None, json_output: bool) -> None:
    from spondyl.clinic.cli.comparison import print_changes, print_changes_json
    from spondyl.clinic.report import ComparisonRefusedError, compare_films

    try:
        (print_changes_json if json_output else print_changes)(before, after)
        written = compare_films(before, after, out) if out else ()
    except ComparisonRefusedError as error:
        leave(ExitCode.USAGE, str(error))
    for path in written:
        typer.echo(f"Written: {path}", err=json_output)
