"""Erase the adjustments of a patient: their rows are documents; here the files of the records go."""

from pathlib import Path

import sqlalchemy as sa

from spondyl.clinic.care.adjustment_record import FOLDER
from spondyl.clinic.chart.people import Person
from spondyl.clinic.web.services import Services


def erase_records(connection: sa.Connection, services: Services, patient: Person) -> tuple[Path, ...]:
    """Name every file of the patient's folder, also one whose session came to no end."""
    del connection  # The chart erases the documents itself.
    folder = services.data_dir / FOLDER / patient.id
    return tuple(path for path in sorted(folder.rglob("*")) if not path.is_dir())
