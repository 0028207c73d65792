"""``spondyl serve``: the clinic's web application."""

from pathlib import Path
from typing import Annotated

import typer

from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode


def serve(  # noqa: PLR0913, PLR0917  a command's options are its arguments
    data: Annotated[Path, typer.Option(help="Folder with the clinic's data; made when missing.")] = Path(
        "clinic"
    ),
    database: Annotated[
        str | None,
        typer.Option(
            help="Address of a PostgreSQL database (postgresql+psycopg://…); without it a file in the folder.",
            show_default=False,
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="The clinic's key file, when it is not in the folder.", show_default=False),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Network address to listen on; the default is this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8080,
    cert: Annotated[Path | None, typer.Option(help="Certificate (PEM) for TLS.", show_default=False)] = None,
    cert_key: Annotated[
        Path | None, typer.Option(help="Private key (PEM) of the certificate.", show_default=False)
    ] = None,
    own_tls: Annotated[
        bool, typer.Option("--own-tls", help="Make a certificate for TLS inside the house.")
    ] = False,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo", help="Fill an empty folder with made-up patients and staff; this machine only."
        ),
    ] = False,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Make or migrate the folder and the database, then end.")
    ] = False,
) -> None:
    """Open the clinic: booking, intake, films, plan, records, in the browser.

    \b
    Examples:
      spondyl serve --data /srv/clinic
      spondyl serve --data /srv/clinic --host 192.168.1.10 --port 8443 --own-tls
      spondyl serve --demo --data demo/clinic

    \b
    Exit codes: 0 stopped, 2 wrong settings, 6 the folder or the database cannot be used.
    """
    from spondyl.clinic.clinic_home import home_at
    from spondyl.clinic.serve import ServeOptions, StartRefusedError, run_server

    home = home_at(data, key_file=key, database=database)
    options = ServeOptions(
        host=host,
        port=port,
        certificate=cert,
        certificate_key=cert_key,
        own_tls=own_tls,
        demo=demo,
        prepare_only=prepare,
    )
    try:
        run_server(home, options)
    except StartRefusedError as error:
        leave(ExitCode.OUTPUT_FAILED, str(error))
