"""Whether PostgreSQL would write patients' rows into its own log, which nobody encrypts and many may read."""

import sqlalchemy as sa

from spondyl.clinic.chart.engine import is_embedded

KEEPS_ROWS_OUT = {
    "log_error_verbosity": "terse",  # else DETAIL and CONTEXT, which repeat the row that was refused
    "log_parameter_max_length_on_error": "0",
    "log_parameter_max_length": "0",  # else the values of each statement that log_statement or a slow one brings in
}


def settings_to_change(connection: sa.Connection) -> dict[str, str]:
    """The settings of the server, as this connection has them, by which its log may hold rows, with what they are."""
    if is_embedded(connection):
        return {}
    found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in KEEPS_ROWS_OUT}
    return {name: value for name, value in found.items() if value != KEEPS_ROWS_OUT[name]}


def log_warning(connection: sa.Connection) -> str | None:
    """What the administrator has to set so that PostgreSQL's log holds no rows; None when nothing."""
    wrong = settings_to_change(connection)
    if not wrong:
        return None
    name = connection.dialect.identifier_preparer.quote(connection.engine.url.database or "clinic")
    told = ", ".join(f"{setting} is {value}" for setting, value in wrong.items())
    orders = " ".join(
        f"ALTER DATABASE {name} SET {setting} = {KEEPS_ROWS_OUT[setting]};" for setting in wrong
    )
    return (
        f"PostgreSQL's own log may come to hold patients' data, which it repeats where it refuses a row: {told}. "
        f"As PostgreSQL's superuser run: {orders} Then start Spondyl again."
    )
