"""The viewer's page and what it reads: state, pixels, measurements of moved points, reports."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from spondyl.anatomy.landmark_text import LandmarkTextError
from spondyl.assessment.change import STANCE, turned
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.films import Film, FilmUnknownError, films_of, reports_of
from spondyl.clinic.chart.films import film as film_in_chart
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.practice import clinic_zone
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.advice import may_be_marked_again
from spondyl.clinic.films.anew import other_text
from spondyl.clinic.films.desk import Desk, FilmNotReadyError, SentPoints, Signer, name_of
from spondyl.clinic.films.known_facts import facts_of
from spondyl.clinic.films.report_files import MEDIA_TYPES, SUFFIXES
from spondyl.clinic.films.viewer_json import assessment_to_viewer
from spondyl.clinic.web.clinic_words import ClinicWords
from spondyl.clinic.web.films.service import Films, check_film_restricted
from spondyl.clinic.web.films.state import earlier_film, film_state, sides_to_state, with_owner_line
from spondyl.clinic.web.page import page, patient_page, see_other
from spondyl.clinic.web.rights import Clinician, ClinicianOnly
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.viewer import Viewer

router = APIRouter(include_in_schema=False, dependencies=[Depends(check_film_restricted)])
API = "/api/v1/films/{film_id}"

Coordinate = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Point = Annotated[list[Coordinate], Field(min_length=2, max_length=2)] | None

SeenVersion = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""The draft version that a page shows, within what the database holds."""


class Points(BaseModel):
    """Points as the viewer sends them."""

    model_config = ConfigDict(strict=True, extra="forbid")
    corners_px: dict[
        Annotated[str, Field(max_length=3)], Annotated[list[Point], Field(min_length=4, max_length=4)]
    ]
    heads_px: Annotated[list[Point], Field(max_length=2)]
    version: SeenVersion = 0
    renamed_by: Annotated[int, Field(ge=-23, le=23)] = 0
    names_confirmed: bool = False
    earlier: Annotated[str, Field(max_length=32)] | None = None

    @property
    def sent(self) -> SentPoints:
        """For the desk."""
        corners = {level: [_pair(one) for one in points] for level, points in self.corners_px.items()}
        heads = [_pair(one) for one in self.heads_px]
        return SentPoints(
            corners_px=corners,
            heads_px=heads,
            version=self.version,
            renamed_by=self.renamed_by,
            names_confirmed=self.names_confirmed,
        )


@router.get("/films/{film_id}", dependencies=[ClinicianOnly])
def find_film(request: Request, services: Clinic, film_id: str) -> Response:
    """The address of a film without its patient: leads to the viewer."""
    with reading(services.engine) as connection:
        film = film_in_chart(connection, film_id)
    place = "/films/unnamed" if film.person_id is None else f"/patients/{film.person_id}/films"
    return see_other(request, f"{place}/{film_id}")


@router.get("/films/unnamed/{film_id}")
def unnamed_viewer_page(
    request: Request, services: Clinic, films: Films, viewer: Clinician, film_id: str
) -> Response:
    """The viewer of a film that nobody has been named for."""
    return _shown(request, services, films, viewer, film_id, None)


@router.get("/patients/{patient_id}/films/{film_id}")
def viewer_page(
    request: Request, services: Clinic, films: Films, viewer: Clinician, patient_id: str, film_id: str
) -> Response:
    """The viewer; opening it is in the audit log. A film that cannot be shown sends to the list, which says why."""
    return _shown(request, services, films, viewer, film_id, patient_id)


@router.get(API + "/state")
def state(services: Clinic, films: Films, viewer: Clinician, film_id: str) -> Response:
    """The film's points, measurements and standing. Fetching them is in the audit log, whichever page does it."""
    _log_fetch(services, viewer, film_id, "landmarks")
    return JSONResponse(described(services, films, viewer, film_id))


@router.get(API + "/pixels")
def pixels(services: Clinic, films: Films, viewer: Clinician, film_id: str) -> Response:
    """The decoded grey values: little-endian uint16, row by row. Fetching them is in the audit log."""
    film = _log_fetch(services, viewer, film_id, "picture")
    values = films.desk.picture(film).pixels
    deep = values.astype("<u2") * (257 if values.dtype.itemsize == 1 else 1)
    return Response(deep.tobytes(), media_type="application/octet-stream")


@router.post(API + "/measure")
def measure(services: Clinic, films: Films, viewer: Clinician, film_id: str, points: Points) -> Response:
    """Measure moved points; nothing is kept. With ``earlier`` each row also says what changed since that film."""
    try:
        desk = films.desk.open(film_id)
        before = films.desk.open(points.earlier) if points.earlier else None
        now = films.desk.measure(desk, points.sent, signer_of(viewer))
        earlier = _comparable(films, desk, before)
        sides = None if before is None else turned(before.reading.points, desk.reading.points)
        shown = assessment_to_viewer(now, earlier, sides=sides)
        return JSONResponse(with_owner_line(desk, shown, _patient(services, desk.film)))
    except LandmarkTextError as error:
        raise HTTPException(422, f"These points cannot be measured: {error.what} {error.why}") from None


@router.get("/films/{film_id}/report/{name}")
def report(services: Clinic, films: Films, viewer: Clinician, film_id: str, name: str) -> Response:
    """A file of the signed report; opening it is in the audit log."""
    with writing(services.engine) as connection:
        film = film_in_chart(connection, film_id)
        digest = reports_of(connection, film_id).get(name)
        record(
            connection,
            actor=viewer.actor,
            action="open report",
            subject=film.subject,
            detail={"format": name},
        )
    if digest is None:
        raise HTTPException(404, "There is no such report.")
    headers = {"Content-Disposition": f'inline; filename="film-{film_id[:8]}{SUFFIXES[name]}"'}
    if name == "html":
        headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
        )
    return Response(films.store.get(digest), media_type=MEDIA_TYPES[name], headers=headers)


def _log_fetch(services: Services, viewer: Viewer, film_id: str, what: str) -> Film:
    with writing(services.engine) as connection:
        film = film_in_chart(connection, film_id)
        record(
            connection, actor=viewer.actor, action="fetch film", subject=film.subject, detail={"what": what}
        )
    return film


def _shown(
    request: Request, services: Any, films: Any, viewer: Any, film_id: str, patient_id: str | None
) -> Response:
    with writing(services.engine) as connection:
        film = film_in_chart(connection, film_id)
        if film.person_id != patient_id:
            raise FilmUnknownError("This film is not of this patient.")
        record(connection, actor=viewer.actor, action="open film", subject=film.subject)
    patient = _patient(services, film)
    try:
        desk = films.desk.open(film_id)
    except FilmNotReadyError:
        return see_other(request, f"/patients/{patient_id}/films" if patient_id else "/films")
    shown = {
        "state_url": API.format(film_id=film_id) + "/state",
        "title": name_of(desk),
        "stance": STANCE,
        "signer": viewer.name,
        "mark_url": f"/films/{film_id}/mark" if may_be_marked_again(desk.film) else None,
        "whose_url": None if film.reading_id else f"/films/{film_id}/patient",
        "is_by_hand": not desk.reading.is_detected,
        "other_reading": None if desk.film.reading_id else other_text(desk.reading),
        "sides": sides_to_state(desk.reading),
        "earlier": [earlier_film(one) for one in _earlier(services, desk)],
    }
    if patient is None:
        return page(request, "films/viewer_alone.html", shown)
    return patient_page(request, "films/viewer.html", patient, shown)


def described(services: Any, films: Any, viewer: Any, film_id: str) -> dict[str, Any]:
    """The state of a film as the viewer wants it."""
    desk = films.desk.open(film_id)
    patient = _patient(services, desk.film)
    shown = assessment_to_viewer(films.desk.assess(desk))
    words, earlier = ClinicWords(services.engine), _earlier(services, desk)
    return film_state(desk, shown, viewer=viewer, words=words, person=patient, earlier=earlier)


def signer_of(viewer: Viewer) -> Signer:
    """Who acts, for the desk."""
    return Signer(actor=viewer.actor, name=viewer.name)


def _pair(point: list[float] | None) -> tuple[float, float] | None:
    return None if point is None else (point[0], point[1])


def _patient(services: Any, film: Film) -> Person | None:
    if film.person_id is None:
        return None
    with reading(services.engine) as connection:
        return person(connection, film.person_id)


def _earlier(services: Any, desk: Desk) -> list[Film]:
    """The patient's other films of the same view that have landmarks and were not taken later."""
    if desk.film.person_id is None:
        return []
    with reading(services.engine) as connection:
        others, zone = films_of(connection, desk.film.person_id), clinic_zone(connection)
    coronal, until = desk.facts.view.is_coronal, desk.film.taken_on(zone)
    return [
        one
        for one in others
        if one.id != desk.film.id and one.original and one.taken_on(zone) <= until
        if (facts := facts_of(one)) and facts.view.is_coronal == coronal
    ]


def _comparable(films: Any, desk: Desk, before: Desk | None) -> Any:
    if before is None:
        return None
    if before.film.person_id is None or before.film.person_id != desk.film.person_id:
        raise FilmUnknownError("The film to compare with is not of this patient.")
    return films.desk.assess(before)
