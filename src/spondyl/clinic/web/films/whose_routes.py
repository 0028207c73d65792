"""Whose film is it? The page that moves a film of the wrong patient, until somebody accepts it."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.films import film as film_in_chart
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.films.facts import film_name
from spondyl.clinic.films.known_facts import facts_of
from spondyl.clinic.films.owner import header_names, likely_owners
from spondyl.clinic.web.films.choice import people_to_choose
from spondyl.clinic.web.films.service import check_film_restricted
from spondyl.clinic.web.page import page, see_other
from spondyl.clinic.web.rights import AnyStaff
from spondyl.clinic.web.services import Clinic

router = APIRouter(include_in_schema=False, dependencies=[Depends(check_film_restricted)])


@router.get("/films/{film_id}/patient")
def whose(request: Request, services: Clinic, viewer: AnyStaff, film_id: str, q: str = "") -> Response:
    """Whom the film is of by chart and by header, and whom else it may be of. Opening it is in the audit log."""
    with writing(services.engine) as connection:
        film = film_in_chart(connection, film_id)
        patient = None if film.person_id is None else person(connection, film.person_id)
        facts = facts_of(film)
        likely = [] if facts is None else likely_owners(connection, facts.header)
        choice = people_to_choose(connection, q)
        record(connection, actor=viewer.actor, action="open film's patient", subject=film.subject)
    if patient is not None and film.reading_id is not None:
        problem = "This film was accepted for this patient, so it stays in this chart."
        return see_other(request, f"/patients/{patient.id}/films", problem=problem)
    row = {
        "film": film,
        "header_names": None if facts is None else header_names(facts.header),
        "likely": [one for one in likely if one.id != film.person_id],
    }
    title = film.source_name if facts is None else film_name(facts)
    return page(request, "films/whose.html", {"row": row, "title": title, "person": patient, **choice})
