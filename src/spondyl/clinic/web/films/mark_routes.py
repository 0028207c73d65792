"""The page on which a clinician marks a film by hand that has no landmarks, and how far its measurement has got."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from spondyl.anatomy import View
from spondyl.anatomy.landmark_text import landmarks_to_json
from spondyl.anatomy.levels import Level
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.films import Film, FilmState
from spondyl.clinic.chart.films import film as film_in_chart
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.advice import may_be_marked, may_be_marked_again, refusal_words, was_detected
from spondyl.clinic.films.anew import by_hand
from spondyl.clinic.films.desk import reading_of
from spondyl.clinic.films.facts import FilmFacts, film_name
from spondyl.clinic.films.known_facts import facts_of
from spondyl.clinic.films.stated_side import sides_of
from spondyl.clinic.web.films.service import check_film_restricted
from spondyl.clinic.web.films.viewer_routes import API
from spondyl.clinic.web.page import page, patient_page, see_other
from spondyl.clinic.web.rights import Clinician, ClinicianOnly
from spondyl.clinic.web.services import Clinic
from spondyl.clinic.web.viewer import AskedByPage

router = APIRouter(include_in_schema=False, dependencies=[Depends(check_film_restricted)])


@router.get("/films/{film_id}/mark")
def mark_page(request: Request, services: Clinic, viewer: Clinician, film_id: str) -> Response:
    """Mark the corners by hand; with the points that a person gave before, as long as nobody accepted them."""
    with writing(services.engine) as connection:
        film = film_in_chart(connection, film_id)
        patient = None if film.person_id is None else person(connection, film.person_id)
        if not (may_be_marked(film) or may_be_marked_again(film)):
            return _sent_on(request, film)
        given = None if film.original is None else by_hand(reading_of(film))
        record(connection, actor=viewer.actor, action="open film", subject=film.subject)
    facts = facts_of(film)
    assert facts is not None
    shown = {
        "film": film,
        "title": film_name(facts),
        "told": told(facts)
        | {
            "version": film.draft_version,
            "given": None if given is None else landmarks_to_json(given),
        },
        "keeps_detected": was_detected(film),
        "here_tab": "films",
    }
    if patient is None:
        return page(request, "films/mark_alone.html", shown)
    return patient_page(request, "films/mark.html", patient, shown)


@router.get(API + "/progress", dependencies=[ClinicianOnly, AskedByPage])
def progress(services: Clinic, film_id: str) -> Response:
    """How far the background job has got with a film, and why it refused if it did."""
    with reading(services.engine) as connection:
        film = film_in_chart(connection, film_id)
    refusal = None if film.refusal is None else refusal_words(film.refusal)
    return JSONResponse({"state": film.state.value, "is_done": film.state.is_done, "refusal": refusal})


def told(facts: FilmFacts) -> dict[str, Any]:
    """What the marking page is told about a film. A view that the header states is not asked again."""
    views = (View.AP, View.LATERAL) if facts.view is View.UNKNOWN else (facts.view,)
    return {
        "rows": facts.rows,
        "columns": facts.columns,
        "views": {view.value: [side.value for side in sides_of(view)] for view in views},
        "image_left": facts.image_left.value,
        "levels": [level.value for level in Level],
    }


def _sent_on(request: Request, film: Film) -> Response:
    if film.state is FilmState.MEASURED:
        words = "The landmarks of this film were accepted: drag a corner to correct it."
        return see_other(request, f"/films/{film.id}", notice=words)
    place = "/films" if film.person_id is None else f"/patients/{film.person_id}/films"
    return see_other(request, place)
