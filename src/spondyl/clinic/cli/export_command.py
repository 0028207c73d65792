"""``spondyl export``: the clinic's records, or one patient's, as FHIR, tables and documents."""

from pathlib import Path
from typing import Annotated

import typer

from spondyl.clinic.cli.chart_options import DatabaseOption, DataOption, KeyOption
from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode


def export(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="New or empty folder to write into.")],
    data: DataOption = Path("clinic"),
    database: DatabaseOption = None,
    key: KeyOption = None,
    patient: Annotated[
        int | None, typer.Option(help="Record number: export this patient only.", show_default=False)
    ] = None,
) -> None:
    """Export the clinic, or one patient: FHIR R4B, tables as CSV and Parquet, and every version of every document.

    A patient's export holds the films too, with their signed reports and a manifest of SHA-256 digests. The files are
    not encrypted: write them where only you can read. The clinic may go on running meanwhile; the export is one moment
    of the chart. That it was made stands in the audit log.

    \b
    Examples:
      spondyl export /secure/everything --data /srv/clinic
      spondyl export /secure/record-1001 --patient 1001 --data /srv/clinic

    \b
    Exit codes: 0 written, 2 no such patient, 6 nothing was written.
    """
    from spondyl.clinic.chart.keys import derive
    from spondyl.clinic.clinic_home import home_at
    from spondyl.clinic.films.store import FilmStore
    from spondyl.clinic.opened import ChartUnusableError, opened_chart
    from spondyl.clinic.records.export_run import PatientUnknownError, run_export

    home = home_at(data, key_file=key, database=database)
    try:
        with opened_chart(home) as (engine, secret):
            films = FilmStore(folder=home.data_dir / "films", key=derive(secret, "films"))
            count = run_export(engine, out, record_number=patient, films=films)
    except PatientUnknownError as error:
        leave(ExitCode.USAGE, str(error))
    except (ChartUnusableError, OSError) as error:
        leave(ExitCode.OUTPUT_FAILED, str(error))
    typer.echo(f"{out} holds {count} {'patient' if count == 1 else 'patients'}. It is not encrypted.")
