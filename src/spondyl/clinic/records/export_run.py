"""Run an export from the command line, with its line in the audit log."""

from pathlib import Path

import sqlalchemy as sa

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.tables import people
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.cohort.atomic_file import atomic_file
from spondyl.clinic.films.store import FilmStore
from spondyl.clinic.records.export import patient_archive, write_clinic

ACTOR = "command line"


class PatientUnknownError(LookupError):
    """No patient has this record number."""


def run_export(engine: sa.Engine, out: Path, *, record_number: int | None, films: FilmStore) -> int:
    """Export one patient with the films, or all without; returns how many.

    The log is written first: no export without its line.
    """
    with writing(engine) as connection:
        today = now_of(connection).date()
        subject = "clinic" if record_number is None else f"person {_id_of(connection, record_number)}"
        record(connection, actor=ACTOR, action="export", subject=subject, detail={"to": out.name})
    if record_number is None:
        return write_clinic(engine, out, as_of=today)
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(out.iterdir()):
        raise FileExistsError(f"{out} is not empty; an export never mixes with other files.")
    with reading(engine) as connection:
        person_id = _id_of(connection, record_number)
        for name, content in patient_archive(connection, films, person_id, as_of=today):
            (out / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with atomic_file(out / name) as file:
                file.write(content)
    return 1


def _id_of(connection: sa.Connection, record_number: int) -> str:
    found = connection.execute(
        sa.select(people.c.id).where(people.c.record_number == record_number)
    ).scalar_one_or_none()
    if found is None:
        raise PatientUnknownError(
            f"No patient has the record number {record_number}. It stands at the head of the patient's page."
        )
    return found
