"""Claims: whoever uploads a film does not wait behind an archive, and is told how many films are read before it; many
films without a patient are shown, and their names looked for, a part at a time."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_apps import Browser
from clinic_charts import Clock
from spondyl.clinic.chart.films import (
    Film,
    FilmSource,
    NewFilm,
    add_film,
    claim_film,
    give_back_films,
    read_again,
    save_outcome,
)
from spondyl.clinic.chart.people import Person, PersonDetails, add_person, find_people
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.web.services import Services
from spondyl.radiograph.film_message import DATES

REFUSAL = {"code": "lateral_without_landmarks", "what": "What.", "why": "Why.", "do": "Do."}
HEADER = dict.fromkeys(DATES) | {"patient_name": "TEST-VEGA^ROSE", "patient_id": "7654321"}
FACTS: dict[str, Any] = {
    "shape": [10, 10],
    "spacing_mm": None,
    "spacing_source": "NONE",
    "view": "LATERAL",
    "image_left": "UNKNOWN",
    "sha256": "0" * 64,
    "header": HEADER,
    "notes": [],
}


def entered(connection: sa.Connection, number: int, source: FilmSource, person_id: str | None = None) -> Film:
    """A film that waits to be read; no file lies anywhere."""
    new = NewFilm(
        content_sha256=hashlib.sha256(f"{number}".encode()).hexdigest(),
        size_bytes=1,
        source=source,
        source_name=f"film {number}",
        person_id=person_id,
    )
    return add_film(connection, new, actor="test")


def test_what_somebody_waits_for_at_a_page_is_read_before_an_archive(
    services: Services, patient: Person, clock: Clock, browser: Callable[[Role], Browser]
) -> None:
    ids = list[str]()
    sources = (
        FilmSource.NETWORK,
        FilmSource.FOLDER,
        FilmSource.NETWORK,
        FilmSource.UPLOAD,
        FilmSource.UPLOAD,
    )
    for number, source in enumerate(sources):
        clock.advance(timedelta(minutes=1))
        with writing(services.engine) as connection:
            whose = patient.id if source is FilmSource.UPLOAD or number == 1 else None
            ids.append(entered(connection, number, source, whose).id)
    desk = browser(Role.FRONT_DESK)

    def said() -> list[str]:
        return re.findall(
            r">(Waits to be read[^<]*|Is being decoded)<", desk.get(f"/patients/{patient.id}/films").text
        )

    waits = "Waits to be read"
    assert said() == [f"{waits}, 1 before it", waits, f"{waits}, 3 before it"]
    with writing(services.engine) as connection:
        claimed = claim_film(connection)
    assert claimed is not None and claimed.id == ids[3]
    assert said() == [f"{waits}, 1 before it", "Is being decoded", f"{waits}, 3 before it"]
    with writing(services.engine) as connection:
        give_back_films(connection)
        read_again(connection, ids[2], landmarks={}, actor="clinician")  # it came before the uploads
        turns = [film.id for _ in ids if (film := claim_film(connection))]
    assert turns == [ids[2], ids[3], ids[4], ids[0], ids[1]]


def test_many_films_without_a_patient_are_shown_and_matched_a_part_at_a_time(
    services: Services,
    browser: Callable[[Role], Browser],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spondyl.clinic.web.films.list_routes.MOST", 2)
    details = PersonDetails(given_name="Rosa", family_name="Test-Vega", synthetic=True)
    with writing(services.engine) as connection:
        rosa = add_person(connection, details, actor="test")
        films = [entered(connection, number, FilmSource.NETWORK) for number in range(5)]
        for film in films:
            facts = FACTS | {"sop_uid": f"1.2.{film.id}"}
            save_outcome(connection, film, facts=facts, original=None, summary=None, refusal=REFUSAL)
    sought = list[str]()

    def noted(connection: sa.Connection, text: str = "", *, limit: int = 50, after: int = 0) -> list[Person]:
        sought.append(text)
        return find_people(connection, text, limit=limit, after=after)

    monkeypatch.setattr("spondyl.clinic.films.owner.find_people", noted)
    desk = browser(Role.FRONT_DESK)
    pages = [
        desk.get(address).text
        for address in ("/films", "/films?after=2", "/films?after=4", "/films?after=90")
    ]
    shown = [[one.id for one in films if f"/films/{one.id}/patient" in page] for page in pages]
    assert list(map(len, shown)) == [2, 2, 1, 2] and shown[0] == shown[3]
    assert {key for part in shown for key in part} == {one.id for one in films}
    assert "These are 3 to 4 of 5" in pages[1] and "after=4" in pages[1]
    assert all(f'value="{rosa.id}"' in page.split("may mean")[1].split("</optgroup>")[0] for page in pages)
    assert sought == ["TEST-VEGA ROSE", "TEST-VEGA"] * 4, "each name once a page, and no number"
