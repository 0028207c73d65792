"""``spondyl score``: a patient's answers to a score."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode, code_for

if TYPE_CHECKING:
    from spondyl.assessment.questionnaires import AnswerSheet, ScoredSheet


def score(
    file: Annotated[
        Path | None, typer.Argument(help="Filled-in questionnaires, JSON or CSV.", show_default=False)
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            help="Print an empty form instead: rmdq, odi, start_back, nrs, vas, promis_fatigue …",
            show_default=False,
        ),
    ] = None,
    json_lines: Annotated[
        bool, typer.Option("--json", help="Print JSON Lines: one object a questionnaire.")
    ] = False,
) -> None:
    """Score questionnaires by the published rule of each, missing answers included.

    A later sheet of a patient is held against the first one and the smallest change that matters to one person.

    \b
    Examples:
      spondyl score --form rmdq > answers.json
      spondyl score answers.json
      spondyl score answers.csv --json

    \b
    Exit codes: 0 all scored, 2 wrong command line, 3 some refused, 4 all refused or the file is unusable, 5 none in it.
    """
    if (file is None) == (form is None):
        leave(ExitCode.USAGE, "Give either a FILE to score or --form for an empty form.")
    if form is not None:
        _print_form(form)
    elif file is not None:
        _score_file(file, json_lines=json_lines)


def _print_form(code: str) -> None:
    from spondyl.assessment.questionnaires import ScoreRefused
    from spondyl.clinic.cli.scores import form_text

    try:
        typer.echo(form_text(code))
    except ScoreRefused as refusal:
        leave(ExitCode.USAGE, str(refusal))


def _score_file(file: Path, *, json_lines: bool) -> None:
    from spondyl.assessment.questionnaires import score_sheets
    from spondyl.clinic.cli.scores import print_scores, print_scores_json

    scored = score_sheets(_sheets(file))
    (print_scores_json if json_lines else print_scores)(scored)
    leave(_code(scored))


def _sheets(file: Path) -> "tuple[AnswerSheet, ...]":
    from spondyl.assessment.questionnaires import (
        AnswerTextError,
        answer_sheets_from_csv,
        answer_sheets_from_json,
    )
    from spondyl.clinic.answer_file import read_json_or_csv

    try:
        return read_json_or_csv(file, from_json=answer_sheets_from_json, from_csv=answer_sheets_from_csv)
    except AnswerTextError as error:
        leave(ExitCode.ALL_REFUSED, f"{file.name}: {error}")


def _code(scored: "tuple[ScoredSheet, ...]") -> ExitCode:
    refused = sum(one.refusal is not None for one in scored)
    return code_for(measured=len(scored) - refused, refused=refused)
