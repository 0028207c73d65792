"""Open an existing clinic's chart for a command."""

from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from spondyl.clinic.chart.engine import DatabaseUnusableError, is_embedded, open_engine
from spondyl.clinic.chart.keys import KeyFileUnusableError, read_key_file
from spondyl.clinic.chart.migrations import newest_revision, present_revision, refuse_newer
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.clinic_home import ClinicHome, refuse_other_key

_CORRUPT = "malformed"  # SQLITE_CORRUPT, sqlite.org/rescode.html: what a page that fails its code is called


class ChartUnusableError(Exception):
    """The chart cannot be opened; the message says why and what to do."""


class ChartDamagedError(ChartUnusableError):
    """Part of the chart cannot be read any more: the disk, or somebody, changed its file."""


@contextmanager
def opened_chart(
    home: ClinicHome, *, with_any_key: bool = False, at_older_revision: bool = False
) -> Generator[tuple[sa.Engine, bytes]]:
    """The engine and the secret of an existing clinic; changes nothing, migrates nothing.

    ``with_any_key`` opens a chart in PostgreSQL whose log no row fits the key, to say what is wrong with it;
    ``at_older_revision`` an embedded one that an older Spondyl wrote, to back it up before it is migrated. What the
    database cannot do meanwhile is a ``ChartUnusableError`` too.
    """
    if home.database is None and not home.embedded_file.is_file():
        raise ChartUnusableError(f"There is no clinic in {home.data_dir}. Name its folder with --data.")
    with _told():
        secret = read_key_file(home.key_file)
        engine = open_engine(home.url, key=secret)
    try:
        with _told(), reading(engine) as connection:
            if not with_any_key:
                refuse_other_key(connection, home)
            refuse_newer(connection)
            revision = present_revision(connection)
        if revision != newest_revision() and not (at_older_revision and is_embedded(engine)):
            how = (
                "with 'spondyl backup'"
                if is_embedded(engine)
                else "with the Spondyl that wrote it, or copy database and stopped data folder whole"
            )
            raise ChartUnusableError(
                f"The chart is at revision {revision}, and this Spondyl needs {newest_revision()}. Back it up {how}; "
                "then run 'spondyl serve --prepare' once."
            )
        yield engine, secret
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        raise _unusable(error, home) from error
    finally:
        engine.dispose()


@contextmanager
def _told() -> Generator[None]:
    try:
        yield
    except (KeyFileUnusableError, DatabaseUnusableError, SQLAlchemyError) as error:
        raise ChartUnusableError(f"The chart cannot be opened: {error}") from error


def _unusable(error: Exception, home: ClinicHome) -> ChartUnusableError:
    said = getattr(error, "orig", None) or error
    if _CORRUPT in str(said):
        return ChartDamagedError(
            f"{home.embedded_file} is damaged ({said}). Keep it as it is, look at the disk, and restore the newest "
            "sound backup into another folder."
        )
    return ChartUnusableError(f"The chart cannot be used: {said}")
