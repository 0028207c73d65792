"""A patient's films: the list with its progress, uploads, landmark files; and films without a patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, HTTPException, Query, Request, UploadFile
from starlette.responses import JSONResponse, Response

from spondyl.anatomy.landmark_text import LandmarkTextError
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.film_day import FilmDayError, state_day
from spondyl.clinic.chart.films import (
    Film,
    FilmKnownError,
    FilmSource,
    FilmState,
    count_unnamed,
    films_ahead,
    films_of,
    films_unnamed,
    name_person,
    read_again,
    reports_of,
)
from spondyl.clinic.chart.films import film as film_in_chart
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.advice import was_detected
from spondyl.clinic.films.desk import Signer
from spondyl.clinic.films.known_facts import facts_of
from spondyl.clinic.films.owner import likely_owners_of
from spondyl.clinic.films.take_in import Origin, landmark_body, take_in
from spondyl.clinic.web.clinic_words import clinic_today
from spondyl.clinic.web.errors import for_machine
from spondyl.clinic.web.films.choice import people_to_choose
from spondyl.clinic.web.films.not_taken import NOTHING, NotTaken, Told, known_film, upload_next
from spondyl.clinic.web.films.rows import FilmRow, film_row, list_next
from spondyl.clinic.web.films.service import Films, check_film_restricted
from spondyl.clinic.web.page import page, patient_page, see_other
from spondyl.clinic.web.patient_link import LinkUnusableError, PatientLink, make_link, read_link
from spondyl.clinic.web.restricted import refuse_restricted
from spondyl.clinic.web.rights import AnyStaff, Role
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.viewer import AskedByPage, Viewer
from spondyl.radiograph import FilmRefused, printable

router = APIRouter(include_in_schema=False, dependencies=[Depends(check_film_restricted)])

MAX_LANDMARK_BYTES = 1_000_000
MOST = 25
"""How many films without a patient are shown at once."""
_OPENED = "opened films"
Upload = Annotated[UploadFile, File()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unnamed:
    """What is asked of the films without a patient: whom to choose from, and how many films to leave out."""

    query: str = ""
    after: int = 0


FIRST = Unnamed()


@router.get("/patients/{patient_id}/films")
def patient_films(
    request: Request, services: Clinic, films: Films, viewer: AnyStaff, patient_id: str
) -> Response:
    """The patient's films with what was found on them, and the way to add one. Opening it is in the audit log."""
    return _list_page(request, services, films, viewer, patient_id)


@router.get("/patients/{patient_id}/films/list", dependencies=[AskedByPage])
def film_list(
    request: Request, services: Clinic, films: Films, viewer: AnyStaff, patient_id: str, opened: str = ""
) -> Response:
    """Only the list, for the page that watches the progress: ``opened`` shows that its opening is in the audit log."""
    if not _was_opened(services, viewer, patient_id, opened):
        _note_opened(services, viewer, patient_id)
    with reading(services.engine) as connection:
        patient = person(connection, patient_id)
        rows = _rows(films, connection, films_of(connection, patient.id), patient)
    return page(
        request,
        "films/rows.html",
        {"rows": rows, "next": _next(viewer, rows, patient), "person": patient},
    )


@router.post("/patients/{patient_id}/films")
def upload(
    request: Request,
    services: Clinic,
    films: Films,
    viewer: AnyStaff,
    patient_id: str,
    film: Annotated[list[UploadFile], File()],
    landmarks: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Take in one film or several; a landmark file goes with a single film."""
    with reading(services.engine) as connection:
        patient = person(connection, patient_id)
    given = landmarks if landmarks is not None and landmarks.filename else None
    try:
        body = _landmarks(given, [one for one in film if one.filename])
    except LandmarkTextError as error:
        return _list_page(
            request, services, films, viewer, patient_id, told=Told(problems=[NotTaken(words=str(error))])
        )
    problems = [
        why
        for one in film
        if (why := _take(services, films, viewer, patient, one, body, alone=len(film) == 1))
    ]
    films.worker.wake()
    taken = len(film) - len(problems)
    count = "The film is" if len(film) == 1 else "One film is" if taken == 1 else f"{taken} films are"
    stored = f"{count} stored and will now be read."
    if problems:
        told = Told(problems=problems, stored=stored if taken else "")
        return _list_page(request, services, films, viewer, patient_id, told=told)
    return see_other(request, f"/patients/{patient.id}/films", notice=stored)


@router.post("/films/{film_id}/landmarks")
def give_landmarks(
    request: Request,
    services: Clinic,
    films: Films,
    viewer: AnyStaff,
    film_id: str,
    landmarks: Upload,
    after_version: Annotated[int | None, Form(ge=0, le=2**31 - 1)] = None,
) -> Response:
    """Give a landmark file to a film that was refused; a page's script asks for JSON and gets the words alone.

    With ``after_version`` it may replace what a person gave before, or stand in the place of what the detector found
    (that stays, and a clinician can go back to it), as long as that is the film's draft version.
    """
    with reading(services.engine) as connection:
        film = film_in_chart(connection, film_id)
    try:
        body = _landmarks(landmarks, [landmarks])
        assert body is not None
        if was_detected(film) and after_version is not None:
            _mark_anew(films, viewer, film, body, after_version)
        else:
            with writing(services.engine) as connection:
                read_again(
                    connection, film_id, landmarks=body, actor=viewer.actor, after_version=after_version
                )
            films.worker.wake()
    except LandmarkTextError as error:
        if for_machine(request):
            raise HTTPException(422, str(error)) from None
        told = Told(problems=[NotTaken(words=str(error))])
        return _list_page(request, services, films, viewer, film.person_id, told=told)
    if for_machine(request):
        return JSONResponse({"film": film_id}, status_code=202)
    return see_other(request, _place(film.person_id), notice="The film is now measured with these landmarks.")


@router.get("/films")
def unnamed_films(
    request: Request,
    services: Clinic,
    films: Films,
    viewer: AnyStaff,
    q: str = "",
    after: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """The films that came without a patient, a part at a time: those after the first ``after``."""
    return _list_page(request, services, films, viewer, None, unnamed=Unnamed(query=q, after=after))


@router.post("/films/{film_id}/patient")
def name_patient(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    film_id: str,
    patient_id: Annotated[str, Form(max_length=32)],
    was: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Say whose film it is; not of a chart that is restricted to others. ``was``: whose the page said it is."""
    assert viewer.account is not None
    with writing(services.engine) as connection:
        patient = person(connection, patient_id)
        refuse_restricted(connection, patient.id, viewer.account)
        name_person(connection, film_id, patient.id, actor=viewer.actor, was=was or None)
    return see_other(request, f"/patients/{patient.id}/films", notice=f"The film is {patient.full_name}'s.")


@router.post("/films/{film_id}/day")
def say_day(
    request: Request,
    services: Clinic,
    viewer: AnyStaff,
    film_id: str,
    day: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Say when a film was taken whose file does not say it; an empty day takes that back."""
    said: dict[str, str]
    with writing(services.engine) as connection:
        film = film_in_chart(connection, film_id)
        born = None if film.person_id is None else person(connection, film.person_id).details.birth_date
        try:
            stated, today = _day(day), clinic_today(services)
            state_day(connection, film_id, stated, today=today, born=born, actor=viewer.actor)
            said = {
                "notice": "The day of the film is kept." if stated else "The day of the film is open again."
            }
        except FilmDayError as error:
            said = {"problem": str(error)}
    return see_other(request, _place(film.person_id), **said)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise FilmDayError(f"{text!r} is no date; write it as 2026-12-31.") from None


def _note_opened(services: Services, viewer: Viewer, patient_id: str) -> None:
    with writing(services.engine) as connection:
        subject = person(connection, patient_id).subject
        record(connection, actor=viewer.actor, action="open films", subject=subject)


def _opening(services: Services, viewer: Viewer, patient_id: str) -> str:
    """What a page shows when it asks for its list again: who opened it, and whose films."""
    until = services.clock() + services.settings.session_lifetime.absolute
    link = PatientLink(purpose=_OPENED, subject=f"{viewer.actor} {patient_id}", until=until)
    return make_link(link, key=services.key_for(_OPENED))


def _was_opened(services: Services, viewer: Viewer, patient_id: str, opened: str) -> bool:
    try:
        link = read_link(opened, purpose=_OPENED, key=services.key_for(_OPENED), now=services.clock())
    except LinkUnusableError:
        return False
    return link.subject == f"{viewer.actor} {patient_id}"


def _mark_anew(films: Any, viewer: Viewer, film: Film, body: dict[str, Any], after_version: int) -> None:
    if viewer.role is not Role.CLINICIAN:
        raise HTTPException(403, "The detector's landmarks are corrected by a clinician.")
    signer = Signer(actor=viewer.actor, name=viewer.name)
    films.desk.mark_anew(film.id, body, after_version=after_version, signer=signer)


def _list_page(
    request: Request,
    services: Services,
    films: Films,
    viewer: Viewer,
    patient_id: str | None,
    *,
    told: Told = NOTHING,
    unnamed: Unnamed = FIRST,
) -> Response:
    if patient_id is not None:
        _note_opened(services, viewer, patient_id)
    with reading(services.engine) as connection:
        patient = None if patient_id is None else person(connection, patient_id)
        if patient is None:
            rows, choice = _unnamed(films, connection, unnamed)
        else:
            rows, choice = _rows(films, connection, films_of(connection, patient.id), patient), {}
    next_step = upload_next(told.problems, _next(viewer, rows, patient))
    shown = {"rows": rows, "told": told, "next": next_step, "person": patient}
    status = 422 if told.problems else 200
    if patient is None:
        return page(request, "films/unnamed.html", shown | choice, status=status)
    shown["opened"] = _opening(services, viewer, patient.id)
    return patient_page(request, "films/list.html", patient, shown, status=status)


def _take(
    services: Services,
    films: Films,
    viewer: Viewer,
    patient: Person,
    given: UploadFile,
    landmarks: dict[str, Any] | None,
    *,
    alone: bool,
) -> NotTaken | None:
    """Take in one file; why not, by its name when others came with it, or None."""
    name = given.filename or "film"
    origin = Origin(source=FilmSource.UPLOAD, name=name, actor=viewer.actor, person_id=patient.id)
    try:
        take_in(services.engine, films.store, given.file.read(), origin, landmarks=landmarks)
    except FilmRefused as error:
        return NotTaken(words=str(error))
    except FilmKnownError as error:
        with reading(services.engine) as connection:
            why = known_film(connection, error.film, patient, viewer)
        return why if alone else replace(why, words=f"{printable(name)}: {why.words}")
    return None


def _unnamed(films: Films, connection: Any, asked: Unnamed) -> tuple[list[FilmRow], dict[str, Any]]:
    """A part of the films without a patient, and what its page shows besides."""
    total = count_unnamed(connection)
    after = asked.after if asked.after < total else 0
    found = films_unnamed(connection, limit=MOST, after=after)
    headers = {one.id: facts.header for one in found if (facts := facts_of(one)) is not None}
    likely = dict(zip(headers, likely_owners_of(connection, headers.values()), strict=True))
    part = {"total": total, "after": after, "step": MOST}
    return _rows(films, connection, found, None, likely), part | people_to_choose(connection, asked.query)


def _rows(
    films: Films,
    connection: Any,
    shown: Sequence[Film],
    patient: Person | None,
    likely: Mapping[str, Sequence[Person]] = MappingProxyType({}),
) -> list[FilmRow]:
    waiting = [one.id for one in shown if one.state is FilmState.WAITING]
    ahead = films_ahead(connection, waiting) if waiting else {}
    return [
        film_row(
            connection,
            one,
            patient,
            reports=tuple(reports_of(connection, one.id)) if one.reading_id else (),
            before_it=ahead.get(one.id, 0),
            sends_to=films.dicom.reports_to,
            likely=likely.get(one.id, ()),
        )
        for one in shown
    ]


def _next(viewer: Viewer, rows: list[FilmRow], patient: Person | None) -> str:
    return list_next(rows, patient, opens=viewer.may(Role.CLINICIAN))


def _landmarks(given: UploadFile | None, films: list[UploadFile]) -> dict[str, Any] | None:
    if given is None:
        return None
    if len(films) != 1:
        raise HTTPException(422, "A landmark file belongs to one film; upload that film alone.")
    content = given.file.read(MAX_LANDMARK_BYTES + 1)
    if len(content) > MAX_LANDMARK_BYTES:
        raise HTTPException(422, "The landmark file has more than a megabyte; a few kilobytes are enough.")
    text = content.decode("utf-8-sig", "replace")
    return landmark_body(text, is_csv=(given.filename or "").lower().endswith(".csv"))


def _place(person_id: str | None) -> str:
    return "/films" if person_id is None else f"/patients/{person_id}/films"
