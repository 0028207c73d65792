"""What an upload says of each film that was not taken: which file, why, and where a known one lies."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.guard import may_open
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.web.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Why a file was not taken, and where to go on: an address of ours and the words of its link."""

    words: str
    place: str | None = None
    there: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a page says of an upload: what was not taken, and what was stored beside that."""

    problems: Sequence[NotTaken] = ()
    stored: str = ""


NOTHING = Told()


def known_film(connection: sa.Connection, film: Film, patient: Person, viewer: Viewer) -> NotTaken:
    """Where a file lies that the chart knows already, as far as the viewer may see it."""
    if film.person_id == patient.id:
        return NotTaken(words="This very file is in this chart already; it was not added a second time.")
    if film.person_id is None:
        words = "This very file came already and waits for its patient."
        return NotTaken(words=words, place=f"/films/{film.id}/patient", there="Say whose it is")
    if viewer.account is None or not may_open(connection, film.person_id, viewer.account.id):
        return NotTaken(
            words="This very file is in a restricted chart already. Ask an administrator about it."
        )
    owner = person(connection, film.person_id)
    words = f"This very file is in the chart of {owner.full_name}, record {owner.record_number}, already"
    if film.reading_id is not None:
        return NotTaken(words=f"{words}, and was accepted there, so it stays in that chart.")
    words = f"{words}. If it is of this patient, move it."
    return NotTaken(words=words, place=f"/films/{film.id}/patient", there="Move it to another patient")


def upload_next(problems: Sequence[NotTaken], otherwise: str) -> str:
    """What comes next after an upload."""
    if any(one.place for one in problems):
        return "follow the link in the red line, if that film is of this patient."
    return "look at the red line, then go on." if problems else otherwise
