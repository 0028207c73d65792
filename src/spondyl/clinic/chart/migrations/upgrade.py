"""Run the revisions that a database lacks."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from spondyl.clinic.chart.engine import DatabaseUnusableError
from spondyl.clinic.chart.transaction import reading, writing


def upgrade(engine: sa.Engine) -> None:
    """Bring the database to the newest revision, in one transaction; nothing happens when it is there already.

    Raises ``DatabaseUnusableError`` for a database that a newer Spondyl has written.
    """
    with reading(engine) as connection:
        refuse_newer(connection)
        if present_revision(connection) == newest_revision():
            return
    with writing(engine) as connection:
        present_revision(
            connection
        )  # begins the transaction, which alembic would otherwise begin and end itself
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def present_revision(connection: sa.Connection) -> str | None:
    """The revision of the database; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def refuse_newer(connection: sa.Connection) -> None:
    """Raise ``DatabaseUnusableError`` for a database whose revision this version of Spondyl does not know."""
    present = present_revision(connection)
    known = {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}
    if present is not None and present not in known:
        raise DatabaseUnusableError(
            f"The chart is at revision {present}, and this Spondyl knows only those up to {newest_revision()}: a newer "
            "one has written it. Nothing was changed. Use the newer Spondyl."
        )


def newest_revision() -> str | None:
    """The newest revision that this version of Spondyl knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
