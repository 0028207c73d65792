"""Claims: an export says what it holds, mixes with nothing, and opens in a spreadsheet without a surprise."""

import csv
import hashlib
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from audit_rows import entries
from care_course import answer_intake
from spondyl.clinic.chart.films import FilmSource, NewFilm, add_film
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.tables import people
from spondyl.clinic.chart.transaction import one_moment, writing
from spondyl.clinic.cli.app import app
from spondyl.clinic.clinic_home import home_at, open_chart, secret_of
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.films.store import FilmStore
from spondyl.clinic.records.export_check import check_export
from spondyl.clinic.records.export_run import BEGUN_CLINIC, BEGUN_PATIENT, begin_export
from spondyl.clinic.records.export_tables import csv_bytes
from spondyl.clinic.web.services import Services


def test_the_clinics_export_holds_everybody_and_a_manifest_of_digests(
    services: Services, films: FilmService, patient: Person, tmp_path: Path
) -> None:
    answer_intake(services, patient, pain=6, roland=14)
    with writing(services.engine) as connection:
        add_person(connection, PersonDetails(given_name="=1+1", family_name="Demo"), actor="test")
    out = tmp_path / "out"
    begin_export(services.engine, films.store, data_dir=services.data_dir, actor="test").write(out)
    manifest = json.loads((out / "manifest.json").read_text())
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert {path.name for path in (out / "fhir").iterdir()} == {
        "Patient.ndjson",
        "Observation.ndjson",
        "QuestionnaireResponse.ndjson",
    }
    assert len((out / "fhir" / "Patient.ndjson").read_text().splitlines()) == 2
    rows = list(csv.DictReader(io.StringIO((out / "patients.csv").read_text())))
    assert [row["given_name"] for row in rows] == ["Ána", "'=1+1"]
    table = pq.read_table(out / "scores.parquet").to_pylist()
    assert [(row["instrument"], row["value"]) for row in table] == [("nrs", 6.0), ("rmdq", 14.0)]
    versions = [json.loads(line) for line in (out / "documents.ndjson").read_text().splitlines()]
    assert [(one["kind"], one["version"]) for one in versions] == [("intake", 1), ("intake", 2)]


def test_an_export_is_one_moment_of_the_chart_while_others_write(engine: sa.Engine) -> None:
    def counted(connection: sa.Connection) -> int:
        return connection.execute(sa.select(sa.func.count()).select_from(people)).scalar_one()

    with one_moment(engine) as connection:
        before = counted(connection)
        with writing(engine) as other:
            add_person(other, PersonDetails(given_name="Ana", family_name="Demo"), actor="test")
        assert counted(connection) == before
    with one_moment(engine) as connection:
        assert counted(connection) == before + 1


@pytest.mark.parametrize(("taken", "why"), [("out", "not empty"), ("out/mine.zip", "exists already")])
def test_what_is_there_already_is_left_alone(engine: sa.Engine, tmp_path: Path, taken: str, why: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.zip").write_text("mine")
    store = FilmStore(folder=tmp_path / "films", key=bytes(32))
    with pytest.raises(FileExistsError, match=why):
        begin_export(engine, store, data_dir=tmp_path, actor="test").write(tmp_path / taken)
    assert [path.read_text() for path in (tmp_path / "out").iterdir()] == ["mine"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\tx"])
def test_no_cell_is_a_formula(text: str) -> None:
    cell = next(csv.reader(io.StringIO(csv_bytes([{"a": text}], ["a"]).decode().split("\n", 1)[1])))[0]
    assert cell == f"'{text}"


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_only_its_owner_can_read_an_export_even_in_a_folder_of_everybody(
    embedded_engine: sa.Engine, tmp_path: Path, name: str
) -> None:
    (tmp_path / "out").mkdir(mode=0o755)
    store = FilmStore(folder=tmp_path / "films", key=bytes(32))
    begin_export(embedded_engine, store, data_dir=tmp_path, actor="test").write(tmp_path / name)
    written = [path for path in tmp_path.glob("out*/*") if path.is_file()] or [tmp_path / name]
    assert {path.stat().st_mode & 0o077 for path in written} == {0}


def test_every_damage_of_the_zip_file_itself_is_told_as_one(
    embedded_engine: sa.Engine, tmp_path: Path
) -> None:
    """Bits flipped where the zip file says what it holds, so that it seems encrypted or packed in an unknown way."""
    path = tmp_path / "all.zip"
    store = FilmStore(folder=tmp_path / "films", key=bytes(32))
    begin_export(embedded_engine, store, data_dir=tmp_path, actor="test").write(path)
    whole, told = path.read_bytes(), set[str]()
    directory = whole.index(b"PK\x01\x02")
    for at in range(directory, directory + 60):
        for bit in (1, 0x80):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
            told.update(check_export(path).problems)
    for word in ("encrypted", "compression"):
        assert any(word in one for one in told), told


def test_the_command_exports_one_patient_or_all_and_names_what_is_wrong(tmp_path: Path) -> None:
    home = home_at(tmp_path / "clinic")
    engine = open_chart(home, secret=secret_of(home))
    with writing(engine) as connection:
        add_person(connection, PersonDetails(given_name="Ana", family_name="Demo"), actor="test")
    engine.dispose()
    run = CliRunner()
    data = ["--data", str(home.data_dir)]
    one = run.invoke(app, ["export", str(tmp_path / "one"), "--patient", "1001", *data])
    assert (one.exit_code, "holds 1 patient" in one.output) == (0, True)
    assert (tmp_path / "one" / "fhir.json").exists()
    assert run.invoke(app, ["export", str(tmp_path / "all"), *data]).exit_code == 0
    again = run.invoke(app, ["export", str(tmp_path / "all"), *data])
    assert again.exit_code == 6 and "not empty" in again.output
    packed = str(tmp_path / "all.zip")
    assert run.invoke(app, ["export", packed, *data]).exit_code == 0
    for out in (str(tmp_path / "one"), str(tmp_path / "all"), packed):
        checked = run.invoke(app, ["verify-export", out])
        assert (checked.exit_code, "0 problems" in checked.output) == (0, True), checked.output
    engine = open_chart(home, secret=secret_of(home))
    with writing(engine) as connection:
        begun = entries(connection, action=BEGUN_CLINIC) + entries(connection, action=BEGUN_PATIENT)
        assert [one.detail.get("to") for one in begun] == ["all.zip", "all", "all", None], "may be a name"
        gone = NewFilm(content_sha256="0" * 64, size_bytes=9, source=FilmSource.UPLOAD, source_name="x")
        add_film(connection, gone, actor="test")
    engine.dispose()
    lost = run.invoke(app, ["export", str(tmp_path / "lost.zip"), *data])
    assert (lost.exit_code, "PROBLEM 1 file is not in it" in lost.output) == (10, True)
    (tmp_path / "one" / "scores.csv").unlink()
    checked = run.invoke(app, ["verify-export", str(tmp_path / "one"), "--json"])
    assert checked.exit_code == 10 and json.loads(checked.output)["problems"] == ["scores.csv is missing."]
    unknown = run.invoke(app, ["export", str(tmp_path / "x"), "--patient", "7", *data])
    assert unknown.exit_code == 2 and "record number 7" in unknown.output
    assert run.invoke(app, ["export", str(tmp_path / "y"), "--data", str(tmp_path / "no")]).exit_code == 6
