"""Erase the films of a patient: rows in the chart, and the encrypted files once that is committed."""

from pathlib import Path

import sqlalchemy as sa

from spondyl.clinic.chart.films import forget_films
from spondyl.clinic.chart.people import Person
from spondyl.clinic.web.films.service import make_film_service
from spondyl.clinic.web.services import Services


def erase_films(connection: sa.Connection, services: Services, patient: Person) -> tuple[Path, ...]:
    """Delete the rows and name the files of films and reports."""
    store = make_film_service(services).store
    return tuple(store.path_of(digest) for digest in forget_films(connection, patient.id))
