"""``spondyl export``: the clinic's records, or one patient's, as FHIR, tables and documents."""

from pathlib import Path
from typing import Annotated

import typer

from spondyl.clinic.cli.chart_options import DatabaseOption, DataOption, KeyOption
from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode


def export(
    out: Annotated[
        Path,
        typer.Argument(
            metavar="OUT", help="New or empty folder to write into, or a new file whose name ends in .zip."
        ),
    ],
    data: DataOption = Path("clinic"),
    database: DatabaseOption = None,
    key: KeyOption = None,
    patient: Annotated[
        int | None, typer.Option(help="Record number: export this patient only.", show_default=False)
    ] = None,
) -> None:
    """Export the clinic, or one patient: FHIR R4B, tables as CSV and Parquet, every version of every document, films.

    Every film is in it as it came, with its signed report, and a manifest of SHA-256 digests is written last: hold the
    export against it with "spondyl verify-export". The files are not encrypted: write them where only you can read. The
    clinic may go on running meanwhile; the export is one moment of the chart. That it was made stands in the audit log.

    \b
    Examples:
      spondyl export /secure/everything.zip --data /srv/clinic
      spondyl export /secure/record-1001 --patient 1001 --data /srv/clinic

    \b
    Exit codes: 0 written, 2 no such patient, 6 not written, or not to its end: what is there is not whole, 10
    written, but the clinic no longer has every film or record whole.
    """
    from spondyl.clinic.chart.keys import derive
    from spondyl.clinic.chart.transaction import reading
    from spondyl.clinic.cli.export_progress import progress
    from spondyl.clinic.clinic_home import home_at
    from spondyl.clinic.films.store import FilmStore
    from spondyl.clinic.opened import ChartUnusableError, opened_chart
    from spondyl.clinic.records.clinic_export import clinic_size
    from spondyl.clinic.records.export_run import PatientUnknownError, begin_export, person_numbered

    home = home_at(data, key_file=key, database=database)
    try:
        with opened_chart(home) as (engine, secret):
            films = FilmStore(folder=home.data_dir / "films", key=derive(secret, "films"))
            with reading(engine) as connection:
                person_id = None if patient is None else person_numbered(connection, patient)
                size = clinic_size(connection)
            made = begin_export(
                engine,
                films,
                data_dir=home.data_dir,
                actor="command line",
                person_id=person_id,
                # A patient's export may be named after the patient, and words in the log would outlast the erasure.
                detail={"to": out.name} if person_id is None else None,
            )
            with progress(size.film_bytes if patient is None else None) as watch:
                missing = made.write(out, watch=watch)
    except PatientUnknownError as error:
        leave(ExitCode.USAGE, str(error))
    except (ChartUnusableError, OSError) as error:
        leave(ExitCode.OUTPUT_FAILED, str(error))
    count = size.patients if patient is None else 1
    typer.echo(f"{out} holds {count} {'patient' if count == 1 else 'patients'}. It is not encrypted.")
    if missing:
        lost = (
            f"PROBLEM {missing} {'file is' if missing == 1 else 'files are'} not in it: the clinic no longer has "
            f'what came. "spondyl verify-export {out}" names each; bring them back from the backup and export again.'
        )
        leave(ExitCode.CHART_UNSOUND, lost)
