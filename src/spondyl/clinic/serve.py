"""Start the clinic's server: open the chart, say where to go, run until stopped."""

import secrets
import sys
from dataclasses import dataclass

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from spondyl.clinic.chart.accounts import all_accounts
from spondyl.clinic.chart.engine import DatabaseUnusableError, utc_now
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.clinic_home import ClinicHome, KeyFileUnusableError, open_chart, secret_of
from spondyl.clinic.clinic_settings import ClinicSettings
from spondyl.clinic.web import create_app
from spondyl.clinic.web.services import Services


class StartRefusedError(Exception):
    """The server cannot start; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """Where the server listens."""

    host: str
    port: int


def run_server(home: ClinicHome, options: ServeOptions) -> None:
    """Serve until interrupted. Prints where to go, and a new clinic's one-time set-up link."""
    services = build_services(home, options)
    for line in welcome(services, options):
        print(line, file=sys.stderr, flush=True)
    uvicorn.run(
        create_app(services), host=options.host, port=options.port, log_level="warning", server_header=False
    )


def build_services(home: ClinicHome, options: ServeOptions) -> Services:
    """The services of a clinic; raises ``StartRefusedError``."""
    try:
        secret = secret_of(home)
        engine = open_chart(home, secret=secret)
        with reading(engine) as connection:
            new = not all_accounts(connection)
    except (KeyFileUnusableError, DatabaseUnusableError, OSError) as error:
        raise StartRefusedError(str(error)) from error
    except SQLAlchemyError as error:
        raise StartRefusedError(
            f"The database cannot be used: {error}. Check its address and that it runs."
        ) from error
    names = ("localhost", "127.0.0.1", "[::1]", options.host)
    return Services(
        engine=engine,
        settings=ClinicSettings(host_names=names),
        clock=utc_now,
        secret=secret,
        data_dir=home.data_dir,
        setup_token=secrets.token_urlsafe(24) if new else None,
    )


def welcome(services: Services, options: ServeOptions) -> list[str]:
    """What the terminal says at the start."""
    address = f"http://{options.host}:{options.port}"
    lines = [f"Spondyl serves {services.settings.clinic_name} at {address}  (Ctrl-C stops it)"]
    if services.setup_token:
        lines.append(
            f"No account yet. Make the first administrator at: {address}/setup/{services.setup_token}"
        )
    return lines
