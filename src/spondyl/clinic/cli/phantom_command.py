"""``spondyl phantom``: synthetic films of exactly known geometry."""

from pathlib import Path
from typing import Annotated

import typer

from spondyl.clinic.cli.leave import clean_stop


def phantom(
    directory: Annotated[
        Path, typer.Argument(help="Folder for the films; made when missing.", show_default=False)
    ],
    patients: Annotated[int, typer.Option(min=1, help="How many synthetic patients.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same films.")] = 1,
) -> None:
    """Make synthetic spine films to try and to test with: for each patient an AP and a lateral DICOM film.

    Beside each film lies its exact landmark file, and the true angles of the spine it was made from.

    \b
    Examples:
      spondyl phantom films
      spondyl phantom films --patients 20 --seed 7

    \b
    Exit codes: 0 done, 6 the folder cannot be written, 130 stopped.
    """
    with clean_stop("The films written so far are whole."):
        from spondyl.clinic.phantom_patients import write_patients

        for film in write_patients(directory, patients=patients, seed=seed):
            typer.echo(film)
    typer.echo("Each has a .landmarks.json and a .truth.json beside it. Measure them with:", err=True)
    typer.echo(f"  spondyl measure {directory} --landmarks {directory} --out results", err=True)
