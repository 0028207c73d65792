"""Films for tests of the clinic: small phantom films, and films already measured without a background job."""

import fcntl
import hashlib
import io
import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from spondyl.anatomy import Level
from spondyl.clinic.chart.films import Film, FilmSource, claim_film, save_outcome
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.films.facts import facts_from_json, facts_json
from spondyl.clinic.films.network.arrivals import Arrival, note_arrival
from spondyl.clinic.films.reading import Reading, measure_reading, points_from_json, points_json
from spondyl.clinic.films.report_files import report_files
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.films.summary import summary_of
from spondyl.clinic.films.take_in import Origin, take_in
from spondyl.clinic.landmark_file import read_landmark_file
from spondyl.clinic.web.films.service import make_film_service
from spondyl.clinic.web.services import Services
from spondyl.radiograph.phantom import FilmSetup, random_pose, write_phantom
from spondyl.radiograph.read import read_film

UNSURE = (5, 6)
read_once = cache(read_film)
"""Reading starts a process of its own; the phantoms stay as they are."""


@pytest.fixture(scope="session")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two synthetic patients (seeds 3 and 4), each an AP and a lateral film of 1 mm pixels, with landmark files.

    Drawn once a run: the first of its processes draws, the others wait."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "phantoms"
    with (shared / "phantoms.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _draw(tmp_path_factory.mktemp("drawn")).rename(folder)
    return folder


def _draw(folder: Path) -> Path:
    for seed in (3, 4):
        pose = random_pose(np.random.default_rng(seed))
        write_phantom(folder, pose=pose, seed=seed, setup=FilmSetup(pixel_mm=1.0))
    return folder


_REPORTS: dict[bytes, dict[str, bytes]] = {}


def remembered_reports(*told: Any) -> dict[str, bytes]:
    """The files of a report, made once for each film, reading and signature: the same input gives the same bytes."""
    asked = hashlib.sha256(pickle.dumps(told)).digest()
    if asked not in _REPORTS:
        _REPORTS[asked] = report_files(*told)
    return dict(_REPORTS[asked])


@pytest.fixture
def films(services: Services, monkeypatch: pytest.MonkeyPatch) -> FilmService:
    """The films of the chart; nothing runs in the background."""
    monkeypatch.setattr("spondyl.clinic.films.desk.report_files", remembered_reports)
    return make_film_service(services)


def measured_film(services: Services, films: FilmService, path: Path, *, person_id: str | None) -> Film:
    """The film in the chart, with its exact points as a detector's."""
    origin = Origin(source=FilmSource.UPLOAD, name=path.name, actor="test", person_id=person_id)
    film = take_in(services.engine, films.store, path.read_bytes(), origin)
    picture, points = read_once(path), read_landmark_file(path.with_suffix(".landmarks.json"))
    confidence = points.confidence.copy()
    confidence[list(UNSURE)] = 0.3
    doubt = np.full(points.corner_sd_px.shape, 1.5)
    points = replace(points, confidence=confidence, corner_sd_px=doubt)
    facts = facts_from_json(facts_json(picture))
    reading = Reading(original=points, placed=points, is_detected=True)
    assessment = measure_reading(reading, facts, calibration=None)
    with writing(services.engine) as connection:
        claim_film(connection)
        return save_outcome(
            connection,
            film,
            facts=facts_json(picture),
            original=points_json(points),
            summary=summary_of(assessment),
            refusal=None,
        )


@pytest.fixture
def measured(services: Services, films: FilmService, phantoms: Path, patient: Person) -> Callable[..., Film]:
    """``measured("phantom_0003_ap")``: the film in the patient's chart, with its exact points as a detector's."""

    def made(stem: str, *, person_id: str | None = patient.id) -> Film:
        return measured_film(services, films, phantoms / f"{stem}.dcm", person_id=person_id)

    return made


@pytest.fixture
def doubted_film(measured: Callable[..., Film], services: Services) -> Film:
    """T1 to L5 as the detector gives them: names right with 0.6, T4 unsure for its place too."""
    film = measured("phantom_0003_ap")
    points = points_from_json(film.original or {})
    rows = slice(points.levels.index(Level.T1), points.levels.index(Level.L5) + 1)
    confidence = np.full(17, 0.6)
    confidence[3] = 0.2
    found = replace(
        points,
        levels=points.levels[rows],
        corners_px=points.corners_px[rows],
        confidence=confidence,
        corner_sd_px=points.corner_sd_px[rows],
        pedicles_px=np.full((17, 2, 2), np.nan),
    )
    with writing(services.engine) as connection:
        return save_outcome(
            connection,
            film,
            facts=film.facts,
            original=points_json(found),
            summary=film.summary,
            refusal=None,
        )


def film_arrives(films: FilmService, path: Path, **header: str) -> None:
    """What the receiver does with a film that XRAY1 sends, its header changed so."""
    film, content = dcmread(path), io.BytesIO()
    for name, value in header.items():
        setattr(film, name, value)
    film.save_as(content, enforce_file_format=True)
    sha256 = films.store.put(content.getvalue())
    arrival = Arrival(sha256=sha256, size=len(content.getvalue()), sender="XRAY1")
    note_arrival(films.store.folder, arrival)
