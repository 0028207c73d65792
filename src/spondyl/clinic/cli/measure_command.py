"""``spondyl measure``: films to results, reports and tables."""

import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.leave import clean_stop, how_to_resume, leave
from spondyl.clinic.exit_codes import ExitCode, code_for

if TYPE_CHECKING:
    from spondyl.clinic.settings import Settings


class ViewChoice(Enum):
    """What ``--view`` takes."""

    AP = "ap"
    LATERAL = "lateral"


class SideChoice(Enum):
    """What ``--left-edge`` takes."""

    PATIENT_RIGHT = "patient-right"
    PATIENT_LEFT = "patient-left"
    ANTERIOR = "anterior"
    POSTERIOR = "posterior"


class SexChoice(Enum):
    """What ``--sex`` takes (DICOM's codes)."""

    FEMALE = "F"
    MALE = "M"
    OTHER = "O"


def measure(  # noqa: PLR0913, PLR0917  a command's options are its arguments
    paths: Annotated[list[Path], typer.Argument(help="Films or folders of films.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for results.jsonl, reports/ and tables/.", show_default=False, file_okay=False
        ),
    ] = None,
    landmarks: Annotated[
        Path | None,
        typer.Option(
            help="Landmark file (JSON or CSV) for one film, or a folder of files named after their films.",
            show_default=False,
            exists=True,
        ),
    ] = None,
    json_lines: Annotated[
        bool, typer.Option("--json", help="Print JSON Lines: one object a film, in the order of the paths.")
    ] = False,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with the run in --out: unchanged films are not measured again."),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Films measured at once. Default: one a core.", show_default=False),
    ] = None,
    formats: Annotated[
        str | None,
        typer.Option(
            help="Reports to write, e.g. 'html,pdf'; 'all' or 'none'. Default: all for up to 20 films, none for more.",
            show_default=False,
        ),
    ] = None,
    view: Annotated[
        ViewChoice | None,
        typer.Option(
            help="State the view when the header lacks it or is wrong.",
            show_default=False,
            case_sensitive=False,
        ),
    ] = None,
    left_edge: Annotated[
        SideChoice | None,
        typer.Option(
            help="State what lies on the left edge of the pictures, when the header does not say it.",
            show_default=False,
            case_sensitive=False,
        ),
    ] = None,
    spacing_mm: Annotated[
        float | None,
        typer.Option(help="State the distance of pixel centres at the patient, in mm.", show_default=False),
    ] = None,
    age: Annotated[
        float | None, typer.Option(help="State the age on the day of the film, in years.", show_default=False)
    ] = None,
    sex: Annotated[
        SexChoice | None, typer.Option(help="State the sex.", show_default=False, case_sensitive=False)
    ] = None,
    patient: Annotated[
        str | None,
        typer.Option(
            help="Identifier for the reports; replaces the header's id, name and day of birth.",
            show_default=False,
        ),
    ] = None,
    sign: Annotated[
        str | None,
        typer.Option(
            help="Your name: you have checked the landmarks of this one film and confirm them.",
            show_default=False,
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            help="Dask scheduler, tcp://host:port, to measure on (needs Dask: pip install dask distributed).",
            show_default=False,
        ),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            help="Folder with other detector weights.", show_default=False, exists=True, file_okay=False
        ),
    ] = None,
) -> None:
    """Measure films: alignment with 90 % intervals, findings with probabilities, reports.

    Every film is measured or refused with a reason; one bad film never stops a folder. A fact stated with --view,
    --left-edge, --spacing-mm, --age or --sex is recorded in the film's notes. --age, --sex and --patient are for the
    films of one patient.

    \b
    Examples:
      spondyl measure film.dcm --out results
      spondyl measure lateral.dcm --landmarks lateral.landmarks.json --out results
      spondyl measure film.png --spacing-mm 0.14 --view ap --left-edge patient-right --json
      spondyl measure films/ --out results --formats none     (a cohort: tables only)
      spondyl measure films/ --out results --formats none --resume     (after a stop)

    \b
    Exit codes: 0 all measured, 3 some refused, 4 all refused, 5 no films, 2 wrong command line,
    6 results not written, 7 installation incomplete, 130 stopped.
    """
    with clean_stop(how_to_resume(out)):  # from here on: what follows imports for up to seconds
        from spondyl.clinic.cli.measure_run import MeasureRequest, run_request
        from spondyl.clinic.cli.terminal import show_totals

        request = MeasureRequest(
            paths=tuple(paths),
            out=out,
            landmarks=landmarks,
            json_lines=json_lines,
            resume=resume,
            jobs=jobs or len(os.sched_getaffinity(0)),
            cluster=cluster,
            formats=formats,
            settings=_settings(view, left_edge, spacing_mm, age, sex, patient, sign, weights),
        )
        totals = run_request(request)
        show_totals(totals, out=out, json_lines=json_lines)
    leave(code_for(measured=totals.measured, refused=totals.refused))


def _settings(  # noqa: PLR0913, PLR0917  a command's options are its arguments
    view: ViewChoice | None,
    left_edge: SideChoice | None,
    spacing_mm: float | None,
    age: float | None,
    sex: SexChoice | None,
    patient: str | None,
    sign: str | None,
    weights: Path | None,
) -> "Settings":
    """The typed settings of these options; a value out of range ends with a usage error."""
    from datetime import UTC, datetime

    from spondyl.anatomy import ImageSide, View
    from spondyl.clinic.settings import Settings, StatedFacts
    from spondyl.provenance import Confirmation

    try:
        stated = StatedFacts(
            view=View[view.name] if view else None,
            image_left=ImageSide[left_edge.name] if left_edge else None,
            spacing_mm=spacing_mm,
            age_years=age,
            sex=sex.value if sex else None,
            patient_id=patient,
        )
        moment = datetime.now(UTC).replace(microsecond=0)
        signature = Confirmation(person=sign, at=moment) if sign is not None else None
    except ValueError as error:
        leave(ExitCode.USAGE, str(error))
    return Settings(stated=stated, signature=signature, weights_dir=weights.absolute() if weights else None)
