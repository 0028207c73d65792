"""``spondyl landmarks``: check a landmark file, and convert CSV to JSON."""

from pathlib import Path
from typing import Annotated

import typer

from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode


def landmarks(
    file: Annotated[Path, typer.Argument(help="Landmark file, JSON or CSV.", show_default=False)],
    to_json: Annotated[bool, typer.Option("--json", help="Print it as JSON, the full form.")] = False,
) -> None:
    """Check a landmark file: which levels, which view, or what is wrong and where.

    \b
    Examples:
      spondyl landmarks film.landmarks.csv
      spondyl landmarks film.landmarks.csv --json > film.landmarks.json

    \b
    Exit codes: 0 the file can be used, 4 it cannot.
    """
    import json

    from spondyl.anatomy.landmark_text import landmarks_to_json
    from spondyl.clinic.landmark_file import read_landmark_file
    from spondyl.radiograph import FilmRefused

    try:
        found = read_landmark_file(file)
    except FilmRefused as refusal:
        leave(ExitCode.ALL_REFUSED, str(refusal))
    if to_json:
        typer.echo(json.dumps(landmarks_to_json(found), indent=1))
        return
    levels = " ".join(level.value for level in found.levels)
    heads = len(found.femoral_heads_px)
    typer.echo(
        f"{file.name}: {found.view.value} film, {len(found.levels)} levels ({levels}), {heads} femoral heads."
    )
