"""What a clinician does in the viewer: keep a draft, accept, sign, send the report back."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Strict
from starlette.responses import JSONResponse, Response

from spondyl.anatomy import ImageSide
from spondyl.anatomy.landmark_text import LandmarkTextError
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.documents import DocumentChangedError
from spondyl.clinic.chart.films import film as film_in_chart
from spondyl.clinic.chart.films import reports_of
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.films.desk import FilmNotReadyError
from spondyl.clinic.films.network.send import send_report
from spondyl.clinic.web.clinic_words import ClinicWords
from spondyl.clinic.web.films.service import Films, check_film_restricted
from spondyl.clinic.web.films.state import reading_state
from spondyl.clinic.web.films.viewer_routes import API, Points, SeenVersion, described, signer_of
from spondyl.clinic.web.page import see_other
from spondyl.clinic.web.rights import Clinician
from spondyl.clinic.web.services import Clinic

router = APIRouter(include_in_schema=False, dependencies=[Depends(check_film_restricted)])


class Version(BaseModel):
    """Which version the page shows."""

    model_config = ConfigDict(strict=True, extra="forbid")
    version: SeenVersion


class Side(BaseModel):
    """What a person says lies on the picture's left edge ("unknown": nobody says), and which version the page shows."""

    model_config = ConfigDict(extra="forbid")
    version: Annotated[SeenVersion, Strict()]
    left: ImageSide


@router.put(API + "/draft")
def keep_draft(services: Clinic, films: Films, viewer: Clinician, film_id: str, points: Points) -> Response:
    """Keep corrected points."""
    try:
        desk = films.desk.save_draft(film_id, points.sent, signer_of(viewer))
    except (DocumentChangedError, LandmarkTextError, FilmNotReadyError) as error:
        raise _refused(error) from None
    return JSONResponse({"reading": reading_state(desk, viewer, ClinicWords(services.engine))})


@router.post(API + "/accept")
def accept(services: Clinic, films: Films, viewer: Clinician, film_id: str, points: Points) -> Response:
    """The points are right."""
    try:
        films.desk.accept(film_id, points.sent, signer_of(viewer))
    except (DocumentChangedError, LandmarkTextError, FilmNotReadyError) as error:
        raise _refused(error) from None
    return JSONResponse(described(services, films, viewer, film_id))


@router.post(API + "/sign")
def sign(services: Clinic, films: Films, viewer: Clinician, film_id: str, shown: Version) -> Response:
    """Sign the accepted reading and make its report."""
    try:
        films.desk.sign(film_id, version=shown.version, signer=signer_of(viewer))
    except (DocumentChangedError, FilmNotReadyError) as error:
        raise _refused(error) from None
    return JSONResponse(described(services, films, viewer, film_id))


@router.post(API + "/exchange")
def exchange(services: Clinic, films: Films, viewer: Clinician, film_id: str, shown: Version) -> Response:
    """Go back to the reading that was set aside when the film was marked anew."""
    try:
        films.desk.exchange(film_id, after_version=shown.version, signer=signer_of(viewer))
    except (DocumentChangedError, FilmNotReadyError, LookupError) as error:
        raise _refused(error) from None
    return JSONResponse(described(services, films, viewer, film_id))


@router.post(API + "/side")
def state_side(services: Clinic, films: Films, viewer: Clinician, film_id: str, said: Side) -> Response:
    """Say what lies on the left edge of a picture that does not say it."""
    left = None if said.left is ImageSide.UNKNOWN else said.left
    try:
        films.desk.state_side(film_id, left, after_version=said.version, signer=signer_of(viewer))
    except (DocumentChangedError, FilmNotReadyError, LandmarkTextError) as error:
        raise _refused(error) from None
    return JSONResponse(described(services, films, viewer, film_id))


@router.post("/films/{film_id}/send")
def send(request: Request, services: Clinic, films: Films, viewer: Clinician, film_id: str) -> Response:
    """Send the signed structured report to the PACS."""
    peer = films.dicom.peer(films.dicom.reports_to or "")
    with writing(services.engine) as connection:
        film = film_in_chart(connection, film_id)
        digest = reports_of(connection, film_id).get("sr")
    if peer is None or digest is None:
        raise HTTPException(409, "There is no signed DICOM report, or no PACS is set to receive it.")
    sent = send_report(films.store.get(digest), peer, ae_title=films.dicom.ae_title)
    with writing(services.engine) as connection:
        detail = {"peer": peer.ae_title, "kept": sent.is_kept, "words": sent.words}
        record(connection, actor=viewer.actor, action="send report", subject=film.subject, detail=detail)
    return see_other(request, f"/patients/{film.person_id}/films", notice=sent.words)


def _refused(error: Exception) -> HTTPException:
    return HTTPException(409 if isinstance(error, DocumentChangedError) else 422, str(error))
