"""Open an existing clinic's chart for a command."""

from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from spondyl.clinic.chart.engine import DatabaseUnusableError, open_engine
from spondyl.clinic.chart.keys import KeyFileUnusableError, read_key_file
from spondyl.clinic.chart.migrations import newest_revision, present_revision
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.clinic_home import ClinicHome


class ChartUnusableError(Exception):
    """The chart cannot be opened; the message says why and what to do."""


@contextmanager
def opened_chart(home: ClinicHome) -> Generator[tuple[sa.Engine, bytes]]:
    """The engine and the secret of an existing clinic; changes nothing, migrates nothing."""
    if home.database is None and not home.embedded_file.is_file():
        raise ChartUnusableError(f"There is no clinic in {home.data_dir}. Name its folder with --data.")
    try:
        secret = read_key_file(home.key_file)
        engine = open_engine(home.url, key=secret)
        with reading(engine) as connection:
            revision = present_revision(connection)
    except (KeyFileUnusableError, DatabaseUnusableError, SQLAlchemyError) as error:
        raise ChartUnusableError(f"The chart cannot be opened: {error}") from error
    if revision != newest_revision():
        engine.dispose()
        raise ChartUnusableError(f"The chart is at revision {revision}; run 'spondyl serve --prepare' once.")
    try:
        yield engine, secret
    finally:
        engine.dispose()
