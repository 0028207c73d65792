"""The demo's films: AP and lateral phantoms, measured; for one patient also last year's."""

import io
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from spondyl.anatomy import View
from spondyl.clinic.chart.films import Film, FilmSource
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.demo.clinic import DEMO_ACTOR, DemoClinic
from spondyl.clinic.demo.patients import FIRST_SEED, phantom_of
from spondyl.clinic.films.desk import Signer, sent_as_kept
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.films.take_in import Origin, take_in
from spondyl.clinic.web.clinic_words import clinic_today
from spondyl.clinic.web.films.service import make_film_service
from spondyl.radiograph.phantom import random_pose, write_phantom

A_YEAR_AGO = timedelta(days=390)
THEN_SHARE = 0.8
"""The earlier curves, as a share of today's."""


def seed_films(clinic: DemoClinic) -> None:
    """Take the phantom films into the chart, sign last year's. The detector reads today's AP films; lateral films and
    last year's come with their landmark files."""
    films = make_film_service(clinic.services)
    today = clinic_today(clinic.services)
    for person in clinic.people:
        folder = clinic.films.get(person.id)
        for path in sorted(folder.glob("*.dcm")) if folder else ():
            _take(clinic, films, person, path, taken_on=today, is_to_be_read="_ap" in path.name)
    earlier = _take_last_years(clinic, films, today)
    while films.worker.work_once():
        pass
    clinician = next(one for one in clinic.staff.values() if one.role is Role.CLINICIAN)
    signer = Signer(actor=clinician.sign_in_name, name=clinician.full_name)
    desk = films.desk.accept(earlier.id, sent_as_kept(films.desk.open(earlier.id)), signer)
    films.desk.sign(earlier.id, version=desk.film.draft_version, signer=signer)
    films.stop()


def _take_last_years(clinic: DemoClinic, films: FilmService, today: date) -> Film:
    """An AP film of the first patient with somewhat smaller curves."""
    person = clinic.people[0]
    folder = clinic.films[person.id] / "last-year"
    pose = random_pose(np.random.default_rng(FIRST_SEED))
    curves = tuple(replace(one, cobb_deg=THEN_SHARE * one.cobb_deg) for one in pose.curves)
    then = today - A_YEAR_AGO
    paths = write_phantom(
        folder,
        pose=replace(pose, curves=curves),
        seed=FIRST_SEED,
        patient=phantom_of(person, then),
        views=(View.AP,),
    )
    return _take(clinic, films, person, paths[0], taken_on=then, is_to_be_read=False)


def _take(
    clinic: DemoClinic, films: FilmService, person: Person, path: Path, *, taken_on: date, is_to_be_read: bool
) -> Film:
    landmarks = path.with_suffix(".landmarks.json").read_text(encoding="utf-8")
    origin = Origin(source=FilmSource.UPLOAD, name=path.name, actor=DEMO_ACTOR, person_id=person.id)
    return take_in(
        clinic.services.engine,
        films.store,
        _named(path, person, taken_on),
        origin,
        landmarks=None if is_to_be_read else json.loads(landmarks),
    )


def _named(path: Path, person: Person, taken_on: date) -> bytes:
    """The phantom's file with the invented patient's name and record number, and a day."""
    from pydicom import dcmread

    film = dcmread(path)
    film.PatientName = f"{person.details.family_name}^{person.details.given_name}"
    film.PatientID = str(person.record_number)
    for name in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"):
        setattr(film, name, taken_on.strftime("%Y%m%d"))
    out = io.BytesIO()
    film.save_as(out, enforce_file_format=True)
    return out.getvalue()
