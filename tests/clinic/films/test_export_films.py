"""Claims: a patient's export holds each film byte for byte, the signed reports and a manifest that names every file;
what the store lost is named, and nobody else's film is in it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from clinic_apps import Browser
from spondyl.clinic.chart.films import Film, reports_of
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.films.desk import Signer, sent_as_kept
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.records.export_run import begin_export
from spondyl.clinic.web.services import Services

DOCTOR = Signer(actor="dr", name="Dr Test")


@pytest.fixture
def signed_film(films: FilmService, measured: Callable[..., Film]) -> Film:
    film = measured("phantom_0003_ap")
    films.desk.accept(film.id, sent_as_kept(films.desk.open(film.id)), DOCTOR)
    return films.desk.sign(film.id, version=1, signer=DOCTOR).film


def exported(browser: Callable[[Role], Browser], patient: Person) -> dict[str, bytes]:
    sent = browser(Role.CLINICIAN).submit(f"/patients/{patient.id}/records/export")
    with zipfile.ZipFile(io.BytesIO(sent.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_films_reports_and_manifest_are_in_the_file(
    browser: Callable[[Role], Browser],
    services: Services,
    patient: Person,
    signed_film: Film,
    measured: Callable[..., Film],
    phantoms: Path,
) -> None:
    measured("phantom_0004_ap", person_id=None)
    files = exported(browser, patient)
    (film,) = [name for name in files if name.endswith("/film.dcm")]
    assert files[film] == (phantoms / "phantom_0003_ap.dcm").read_bytes()
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["missing"] == {}
    assert manifest["sha256"] == {name: hashlib.sha256(one).hexdigest() for name, one in files.items()}
    with reading(services.engine) as connection:
        kept = reports_of(connection, signed_film.id)
    folder = film.rpartition("/")[0]
    reports = {name: manifest["sha256"][name] for name in files if name.startswith(f"{folder}/report")}
    assert sorted(reports.values()) == sorted(kept.values())
    assert {name.rpartition("/report")[2] for name in reports} == {
        ".fhir.json",
        ".html",
        ".json",
        ".pdf",
        ".sr.dcm",
    }
    assert files[f"{folder}/report.pdf"].startswith(b"%PDF")


def test_what_the_store_lost_is_named_and_the_rest_is_there(
    browser: Callable[[Role], Browser], films: FilmService, patient: Person, signed_film: Film
) -> None:
    films.store.path_of(signed_film.content_sha256).unlink()
    files = exported(browser, patient)
    manifest = json.loads(files["manifest.json"])
    assert [name.rpartition("/")[2] for name in manifest["missing"]] == ["film"]
    assert "is missing" in next(iter(manifest["missing"].values()))
    assert any(name.endswith("report.pdf") for name in files)


def test_the_folder_of_the_command_holds_them_too(
    services: Services, films: FilmService, patient: Person, signed_film: Film, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    begin_export(
        services.engine, films.store, data_dir=services.data_dir, actor="test", person_id=patient.id
    ).write(out)
    manifest = json.loads((out / "manifest.json").read_text())
    assert len([name for name in manifest["sha256"] if name.startswith("films/")]) == 6
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert signed_film.content_sha256 in manifest["sha256"].values()
