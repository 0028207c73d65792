"""``spondyl screen``: may this patient be treated here?"""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode

if TYPE_CHECKING:
    from spondyl.assessment.screening import Screen, ScreenAnswers


class LanguageChoice(Enum):
    """What ``--language`` takes."""

    ENGLISH = "en"
    SPANISH = "es"


class PartChoice(Enum):
    """What ``--part`` takes."""

    ALL = "all"
    RED_FLAGS = "red-flags"
    CONTRAINDICATIONS = "contraindications"


def screen(
    file: Annotated[
        Path | None, typer.Argument(help="Answers of one patient, JSON or CSV.", show_default=False)
    ] = None,
    part: Annotated[
        PartChoice, typer.Option(help="Only the patient's questions, or only the clinician's.")
    ] = PartChoice.ALL,
    form: Annotated[
        bool, typer.Option("--form", help="Print the questions as an empty form instead.")
    ] = False,
    language: Annotated[
        LanguageChoice, typer.Option(help="Language of the patient's questions and emergency message.")
    ] = LanguageChoice.ENGLISH,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Screen for red flags and contraindications. An unknown answer blocks, and so does a question not asked.

    \b
    Examples:
      spondyl screen --form > answers.json
      spondyl screen answers.json
      spondyl screen --form --part red-flags --language es > respuestas.json
      spondyl screen answers.json --part red-flags --json

    \b
    Exit codes: 0 nothing in the way, 2 wrong command line, 4 file unusable, 8 blocked, 9 emergency care now.
    """
    if (file is None) != form:
        leave(ExitCode.USAGE, "Give either a FILE with answers or --form for an empty form.")
    if file is None:
        from spondyl.clinic.cli.screens import form_text

        typer.echo(form_text(part.value, language.value))
        return
    _screen_file(file, part.value, language.value, json_output=json_output)


def _screen_file(file: Path, part: str, language: str, *, json_output: bool) -> None:
    from spondyl.assessment.screening import questions_of, screen_answers
    from spondyl.clinic.cli.screens import in_language, print_screen, print_screen_json

    given = _answers(file)
    screened = screen_answers(given.answers, questions_of(part, given.answers))
    show = print_screen_json if json_output else print_screen
    show(in_language(screened, language), given.patient_id)
    leave(code_of(screened))


def _answers(file: Path) -> "ScreenAnswers":
    from spondyl.assessment.screening import screen_answers_from_csv, screen_answers_from_json
    from spondyl.assessment.table_text import TableTextError
    from spondyl.clinic.answer_file import read_json_or_csv

    try:
        return read_json_or_csv(file, from_json=screen_answers_from_json, from_csv=screen_answers_from_csv)
    except TableTextError as error:
        leave(ExitCode.ALL_REFUSED, f"{file.name}: {error}")


def code_of(screened: "Screen") -> ExitCode:
    """The exit code of a verdict."""
    codes = {
        "clear": ExitCode.ALL_MEASURED,
        "blocked": ExitCode.SCREEN_BLOCKS,
        "emergency": ExitCode.SCREEN_EMERGENCY,
    }
    return codes[screened.verdict.value]
