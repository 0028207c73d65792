"""``spondyl evidence outcomes``: what became of the clinic's own patients."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.leave import clean_stop, leave
from spondyl.clinic.exit_codes import ExitCode

AHEAD = timedelta(days=1)
"""Somewhere on earth it is tomorrow already: the file may come from there."""

if TYPE_CHECKING:
    from spondyl.assessment.outcomes import ClinicOutcomes


def outcomes(
    file: Annotated[
        Path,
        typer.Argument(
            help="Visits as CSV (patient_id, date, instrument, score, event), or what 'spondyl score --json' printed.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder for outcomes.html, .pdf and .json.", show_default=False)
    ] = None,
    windows: Annotated[
        str | None,
        typer.Option(
            help='Time windows in days, such as "3 months:70-112,1 year:330-400". '
            "Default: 6 weeks, 3, 6 and 12 months.",
            show_default=False,
        ),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="The day on which patients count as due or missing. Default: the last date in the file.",
            show_default=False,
        ),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Judge the clinic's own outcomes: change with intervals, responders, and drop-outs counted as failures.

    There is no control group: the numbers cannot say that the treatment helped, and the output says so.

    \b
    Examples:
      spondyl evidence outcomes-example visits.csv
      spondyl evidence outcomes visits.csv --out results
      spondyl evidence outcomes visits.csv --windows "3 months:70-112" --json
      spondyl score answers.csv --json > scores.jsonl
      spondyl evidence outcomes scores.jsonl

    \b
    Exit codes: 0 judged, 2 wrong command line, 4 the file is unusable, 5 no change to judge, 6 not writable.
    """
    found = _judged(file, windows, as_of)
    from spondyl.clinic.cli.evidence_outcomes_print import print_outcomes, print_outcomes_json
    from spondyl.clinic.report.outcomes_html import write_outcomes
    from spondyl.clinic.report.published_beside import published_beside

    published = published_beside()
    with clean_stop("Nothing was written."):
        (print_outcomes_json if json_output else print_outcomes)(found, published)
        written = write_outcomes(found, out, published=published) if out else ()
    for path in written:
        typer.echo(f"Written: {path}", err=json_output)


def _judged(file: Path, windows: str | None, as_of: datetime | None) -> "ClinicOutcomes":
    from spondyl.assessment.outcomes import (
        DEFAULT_WINDOWS,
        judge_outcomes,
        refuse_future,
        visits_from_csv,
        visits_from_score_lines,
        windows_from_text,
    )
    from spondyl.assessment.table_text import TableTextError
    from spondyl.clinic.answer_file import read_json_or_csv

    try:
        chosen = windows_from_text(windows) if windows else DEFAULT_WINDOWS
    except TableTextError as error:
        leave(ExitCode.USAGE, f"--windows: {error}")
    try:
        visits = read_json_or_csv(file, from_json=visits_from_score_lines, from_csv=visits_from_csv)
        if as_of is None:
            refuse_future(visits, today=datetime.now(UTC).date() + AHEAD)
    except TableTextError as error:
        leave(ExitCode.ALL_REFUSED, f"{file.name}: {error}")
    found = judge_outcomes(visits, windows=chosen, as_of=as_of.date() if as_of else None)
    if found is None or not found.outcomes:
        leave(
            ExitCode.NO_FILMS,
            f"{file.name}: no patient has a first score and a later one in a time window. "
            "A change needs two scores some weeks apart; --windows sets when.",
        )
    return found


def outcomes_example(
    file: Annotated[Path, typer.Argument(help="CSV file to write.", show_default=False)],
    patients: Annotated[int, typer.Option(min=1, max=100_000, help="How many synthetic patients.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same file.")] = 1,
) -> None:
    """Write synthetic visits to try with: made-up scores, every patient named SYNTHETIC. No file is written over.

    \b
    Examples:
      spondyl evidence outcomes-example visits.csv
      spondyl evidence outcomes-example visits.csv --patients 2000 --seed 7

    \b
    Exit codes: 0 written, 2 wrong command line, 6 not writable.
    """
    from spondyl.assessment.outcomes import synthetic_visits_csv
    from spondyl.atomic_file import write_named

    if file.is_file():
        leave(
            ExitCode.OUTPUT_FAILED,
            f"{file} is there already, and may be the clinic's own visits. Nothing was written: name a new file.",
        )
    with clean_stop("Nothing was written."):
        write_named(file, synthetic_visits_csv(patients, seed=seed).encode())
    typer.echo(f"Written: {file}", err=True)
