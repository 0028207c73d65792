"""Claims: films come in by upload, folder and network, are read by the background process, and end measured or
refused in plain words with what to do; a hostile film is refused, the next one is read, and nothing lies outside the
data folder."""

import errno
import io
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from pydicom import dcmread
from pydicom.uid import ImplicitVRLittleEndian
from sqlalchemy import event

from audit_rows import entries
from clinic_apps import Browser
from clinic_films import film_arrives
from hostile_films import hostile_films
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.films import Film, FilmSource, FilmState, films_of, same_picture
from spondyl.clinic.chart.guard import restrict
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import films as films_table
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.find import Found
from spondyl.clinic.films.network.arrivals import Arrival, note_arrival, waiting_arrivals
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.films.store import MAX_FILM_BYTES, FilmStore
from spondyl.clinic.films.take_in import REFUSED_FOLDER, Origin, take_arrivals, take_folder, take_in
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]


class Desk:
    """Uploads a film as the page does and lets the background job work until nothing waits."""

    def __init__(self, client: Browser, films: FilmService, patient: Person) -> None:
        self.client, self.films, self.patient = client, films, patient
        self.address = f"/patients/{patient.id}/films"

    def upload(self, content: bytes, name: str = "film.dcm", landmarks: bytes | None = None) -> str:
        files = [("film", (name, content))]
        if landmarks is not None:
            files.append(("landmarks", ("points.json", landmarks)))
        sent = self.client.post(self.address, data={"csrf": self.client.csrf()}, files=files)
        return sent.text if sent.status_code == 422 else str(sent.status_code)

    def work(self) -> str:
        """The list's page once all is done."""
        while self.films.worker.work_once():
            pass
        return self.client.get(self.address).text


@pytest.fixture
def desk(browser: Open, films: FilmService, patient: Person) -> Iterator[Desk]:
    yield Desk(browser(Role.FRONT_DESK), films, patient)
    films.stop()


def origin_of(patient: Person) -> Origin:
    return Origin(source=FilmSource.UPLOAD, name="film.dcm", actor="test", person_id=patient.id)


def grain_of(path: Path) -> bytes:
    """The film with grain in place of its picture."""
    film = dcmread(path)
    grain = np.random.default_rng(5).integers(0, 4096, (film.Rows, film.Columns), dtype=np.uint16)
    film.PixelData = grain.tobytes()
    out = io.BytesIO()
    film.save_as(out, enforce_file_format=True)
    return out.getvalue()


def test_a_picture_without_a_spine_is_refused_by_the_detector_in_plain_words(
    desk: Desk, phantoms: Path
) -> None:
    assert desk.upload(grain_of(phantoms / "phantom_0003_ap.dcm")) == "303"
    assert "Waits to be read" in desk.client.get(desk.address).text
    page = desk.work()
    assert "does not look like an AP film" in page
    assert "Look whether the right file was sent." in page


def test_an_ap_film_without_landmarks_is_read_by_the_detector(desk: Desk, phantoms: Path) -> None:
    desk.upload((phantoms / "phantom_0003_ap.dcm").read_bytes())
    page = desk.work()
    assert "AP film of 1 January 2000" in page
    assert "<dt>Cobb T" in page


def test_an_ap_film_with_its_landmarks_is_measured_and_shown_with_its_red_lines(
    desk: Desk, phantoms: Path
) -> None:
    path = phantoms / "phantom_0003_ap.dcm"
    desk.upload(path.read_bytes(), landmarks=path.with_suffix(".landmarks.json").read_bytes())
    page = desk.work()
    assert "AP film of 1 January 2000" in page
    assert "<dt>Cobb T" in page
    assert "names PHANTOM SPINE" in page


def test_the_landmark_file_of_another_film_is_refused(desk: Desk, phantoms: Path) -> None:
    path = phantoms / "phantom_0003_ap.dcm"
    marks = json.loads(path.with_suffix(".landmarks.json").read_text())
    desk.upload(path.read_bytes(), landmarks=json.dumps({**marks, "sha256": 64 * "0"}).encode())
    page = desk.work()
    assert "names the pixels of another film" in page
    assert "<dt>Cobb T" not in page


def test_a_lateral_film_says_that_it_needs_landmarks_and_is_measured_with_them(
    desk: Desk, phantoms: Path
) -> None:
    path = phantoms / "phantom_0003_lateral.dcm"
    desk.upload(path.read_bytes())
    page = desk.work()
    assert "This is a lateral film." in page
    assert "mark its vertebrae by hand. Or give a landmark file for this film below" in page
    assert "--landmarks" not in page
    with reading(desk.films._engine) as connection:
        (film,) = films_of(connection, desk.patient.id)
    points = path.with_suffix(".landmarks.json").read_bytes()
    desk.client.post(
        f"/films/{film.id}/landmarks",
        data={"csrf": desk.client.csrf()},
        files={"landmarks": ("p.json", points)},
    )
    page = desk.work()
    assert "Refused" not in page
    assert "PI" in page


def test_landmarks_that_cannot_be_are_refused_at_once_with_the_place(desk: Desk, phantoms: Path) -> None:
    broken = json.dumps({"view": "LATERAL", "landmarks": [{"level": "Q9", "corners_px": None}]}).encode()
    said = desk.upload((phantoms / "phantom_0003_lateral.dcm").read_bytes(), landmarks=broken)
    assert "no vertebra named" in said
    assert "No film yet" in desk.work()


def test_the_same_file_twice_is_one_film(desk: Desk, phantoms: Path) -> None:
    content = (phantoms / "phantom_0003_ap.dcm").read_bytes()
    desk.upload(content)
    assert "in this chart already" in desk.upload(content, name="copy.dcm")


def test_a_film_in_another_transfer_syntax_is_the_same_film(
    desk: Desk, measured: Callable[..., Film], phantoms: Path
) -> None:
    measured("phantom_0003_ap")
    path = phantoms / "phantom_0003_ap.dcm"
    again, out = dcmread(path), io.BytesIO()
    again.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    again.save_as(out, implicit_vr=True, little_endian=True, enforce_file_format=True)
    points = path.with_suffix(".landmarks.json").read_bytes()
    assert desk.upload(out.getvalue(), landmarks=points) == "303"
    page = desk.work()
    assert "This film is here already." in page and "same SOP Instance UID came on 2 March 2026" in page
    with reading(desk.films._engine) as connection:
        states = [one.state for one in films_of(connection, desk.patient.id)]
    assert sorted(states) == [FilmState.MEASURED, FilmState.REFUSED]


def test_the_same_film_is_found_by_an_index_also_one_that_was_read_before_there_was_one(
    measured: Callable[..., Film], services: Services
) -> None:
    film = measured("phantom_0003_ap")
    assert film.facts is not None
    uid = film.facts["sop_uid"]
    with writing(services.engine) as connection:
        connection.execute(films_table.update().values(sop_uid_sha256=None))
        assert same_picture(connection, "another", uid) is None
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0009_overlaps_in_index'"))
    upgrade(services.engine)
    with reading(services.engine) as connection:
        asked = list[Any]()
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
        assert same_picture(connection, "another", uid) == film
        assert same_picture(connection, film.id, uid) is None
        assert same_picture(connection, "another", f"{uid}.1") is None
        [sql, values] = asked[0]
        plans = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert any("ix_films_same_picture" in one for one in plans), plans


def test_a_film_of_the_wrong_patient_is_moved_until_it_is_accepted(
    desk: Desk, measured: Callable[..., Film], services: Services, phantoms: Path, browser: Open
) -> None:
    with writing(services.engine) as connection:
        details = PersonDetails(given_name="Spine", family_name="Phantom")
        right = add_person(connection, details, actor="test")
    film, content = measured("phantom_0003_ap"), (phantoms / "phantom_0003_ap.dcm").read_bytes()
    form = f"/films/{film.id}/patient"
    assert f'href="{form}"' in desk.client.get(desk.address).text
    seen = browser(Role.CLINICIAN).get(f"{desk.address}/{film.id}").text
    assert f'href="{form}"' in seen
    elsewhere = Desk(desk.client, desk.films, right).upload(content)
    assert f"Neil-Ruiz, record {desk.patient.record_number}, already" in elsewhere
    assert f'href="{form}"' in elsewhere and "add the first film" not in elsewhere
    page = desk.client.get(form).text
    assert f'name="was" value="{desk.patient.id}"' in page
    assert page.index(f'value="{right.id}"') > page.index("The header may mean")
    assert desk.client.submit(form, patient_id=right.id, was=desk.patient.id).status_code == 303
    with reading(services.engine) as connection:
        assert [one.id for one in films_of(connection, right.id)] == [film.id]


def test_where_a_known_file_lies_is_not_told_of_a_restricted_chart(
    desk: Desk, services: Services, staff: dict[Role, Account], phantoms: Path
) -> None:
    with writing(services.engine) as connection:
        other = add_person(connection, PersonDetails(given_name="Otto", family_name="Other"), actor="test")
        restrict(connection, desk.patient.id, account_ids=[staff[Role.CLINICIAN].id], actor="test")
    content = (phantoms / "phantom_0003_ap.dcm").read_bytes()
    take_in(services.engine, desk.films.store, content, origin_of(desk.patient))
    said = Desk(desk.client, desk.films, other).upload(content)
    assert "in a restricted chart already" in said and desk.patient.details.family_name not in said


def test_of_several_files_each_is_taken_or_named(desk: Desk, services: Services, phantoms: Path) -> None:
    names = [path.name for path in sorted(phantoms.glob("*.dcm"))]
    desk.upload((phantoms / names[1]).read_bytes(), name="first.dcm")
    files = [("film", (name, (phantoms / name).read_bytes())) for name in names]
    files.append(("film", ("empty.dcm", b"")))
    sent = desk.client.post(desk.address, data={"csrf": desk.client.csrf()}, files=files)
    assert sent.status_code == 422
    assert f"{names[1]}: This very file is in this chart already" in sent.text
    assert "empty.dcm is empty" in sent.text and "3 films are stored" in sent.text
    with reading(services.engine) as connection:
        assert len(films_of(connection, desk.patient.id)) == 4


def test_a_refused_film_that_is_sent_again_is_read_again(
    desk: Desk, services: Services, phantoms: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = phantoms / "phantom_0003_lateral.dcm"
    points = path.with_suffix(".landmarks.json").read_bytes()

    def dies(*_given: Any) -> Found:
        raise TimeoutError

    with monkeypatch.context() as patched:
        patched.setattr(desk.films.worker, "_read", dies)
        desk.upload(path.read_bytes())
        assert "Send the film again" in desk.work()
    assert desk.upload(path.read_bytes(), landmarks=points) == "303"
    assert "Refused" not in desk.work()
    assert "in this chart already" in desk.upload(path.read_bytes())
    with reading(services.engine) as connection:
        (film,) = films_of(connection, desk.patient.id)
        assert film.state is FilmState.MEASURED and entries(connection, action="read film again")


def test_hostile_files_are_refused_and_the_next_film_is_read(
    desk: Desk, phantoms: Path, tmp_path: Path
) -> None:
    hostile = hostile_films(tmp_path)
    del hostile["JP2 box of length 0"]  # twenty seconds until it is stopped: the nightly test below
    for name, content in hostile.items():
        assert desk.upload(content, name=f"../../../{name}.dcm") == "303"
    page = desk.work()
    assert page.count("<strong>Refused") == len(hostile)
    desk.upload((phantoms / "phantom_0003_lateral.dcm").read_bytes())
    assert "This is a lateral film." in desk.work()
    assert not Path("/tmp/spondyl-was-here").exists()
    outside = [path for path in desk.films.store.folder.parent.rglob("*") if path.is_file()]
    assert all(desk.films.store.folder in path.parents for path in outside)


@pytest.mark.nightly
def test_a_film_that_loops_for_ever_is_stopped(desk: Desk, tmp_path: Path) -> None:
    desk.upload(hostile_films(tmp_path)["JP2 box of length 0"])
    assert "took longer than 20 seconds" in desk.work()


def test_a_watched_folder_gives_its_films_once_they_stay_the_same(
    desk: Desk, services: Services, phantoms: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "a.dcm").write_bytes((phantoms / "phantom_0003_ap.dcm").read_bytes())
    (folder / "empty.dcm").write_bytes(b"")
    (folder / "link.dcm").symlink_to(phantoms / "phantom_0004_ap.dcm")
    seen: dict[Path, tuple[int, int]] = {}
    assert take_folder(services.engine, desk.films.store, folder, seen) == 0
    assert take_folder(services.engine, desk.films.store, folder, seen) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["link.dcm", REFUSED_FOLDER]
    assert "is empty" in (folder / REFUSED_FOLDER / "empty.dcm.txt").read_text()


def test_a_name_that_is_no_text_keeps_no_film_waiting(desk: Desk, services: Services, tmp_path: Path) -> None:
    """An old scanner's disc: Latin-1 names, and one film that is refused."""
    folder, seen = tmp_path / "incoming", dict[Path, tuple[int, int]]()
    folder.mkdir()
    for name, content in ((b"Andr\xe9.dcm", b"a"), (b"Ren\xe9.dcm", b""), (b"zz.dcm", b"z")):
        (folder / os.fsdecode(name)).write_bytes(content)
    taken = [take_folder(services.engine, desk.films.store, folder, seen) for _ in range(2)]
    assert taken == [0, 2]
    assert [path.name for path in folder.iterdir()] == [REFUSED_FOLDER]
    with reading(services.engine) as connection:
        assert {film.source_name for film in films_of(connection, None)} == {r"Andr\udce9.dcm", "zz.dcm"}


def test_films_wait_in_the_watched_folder_while_the_disk_is_full(
    desk: Desk, services: Services, phantoms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, seen = tmp_path / "incoming", dict[Path, tuple[int, int]]()
    films = {folder / who / "IM0001.dcm": number for number, who in enumerate(("ANA", "BO"), start=3)}
    for path, number in films.items():
        path.parent.mkdir(parents=True)
        path.write_bytes((phantoms / f"phantom_000{number}_ap.dcm").read_bytes())

    def full(store: FilmStore, content: bytes) -> str:
        raise OSError(errno.ENOSPC, f"No space left for {len(content)} bytes in {store.folder}")

    with monkeypatch.context() as patched:
        patched.setattr(FilmStore, "put", full)
        for _ in range(3):
            assert take_folder(services.engine, desk.films.store, folder, seen) == 0
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == sorted(films)
    assert take_folder(services.engine, desk.films.store, folder, seen) >= 1
    take_folder(services.engine, desk.films.store, folder, seen)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    with reading(services.engine) as connection:
        assert len(films_of(connection, None)) == 2


def test_a_film_set_aside_never_takes_the_place_of_another(
    desk: Desk, services: Services, tmp_path: Path
) -> None:
    folder, seen = tmp_path / "incoming", dict[Path, tuple[int, int]]()
    long = "L" * 120
    names = ("IM0001.dcm", "ANA/IM0001.dcm", "BO/IM0001.dcm", f"{long}/{long}/1.dcm", f"{long}/{long}/2.dcm")
    for turn in range(2):
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:  # sparse: larger than any film that is taken in
                file.truncate(MAX_FILM_BYTES + 1 + turn)
        for _ in range(2):
            take_folder(services.engine, desk.films.store, folder, seen)
    aside = {path.name for path in (folder / REFUSED_FOLDER).iterdir()}
    assert len(aside) == 2 * 2 * len(names)
    assert {"IM0001.dcm", "IM0001 (2).dcm", "ANA IM0001.dcm", "BO IM0001.dcm", "BO IM0001.dcm.txt"} < aside
    said = (folder / REFUSED_FOLDER / "BO IM0001 (2).dcm.txt").read_text()
    assert str(MAX_FILM_BYTES + 2) in said


def test_a_film_from_the_network_finds_its_patient_only_by_number_and_name(
    desk: Desk, services: Services, phantoms: Path
) -> None:
    for number, name in enumerate(("O'NEIL-RUIZ^ANA", "SOMEBODY^ELSE")):
        header = {"PatientName": name, "PatientID": str(desk.patient.record_number)}
        film_arrives(desk.films, phantoms / "phantom_0003_lateral.dcm", **header)
        assert take_arrivals(services.engine, desk.films.store) == 1
        assert not list(waiting_arrivals(desk.films.store.folder)), number
    desk.work()
    with reading(services.engine) as connection:
        assert [film.state for film in films_of(connection, desk.patient.id)] == [FilmState.REFUSED]
        (stranger,) = films_of(connection, None)
        assert entries(connection, action="name film's patient", actor="film reader")
    assert "Lateral film" in desk.client.get("/films").text
    desk.client.submit(f"/films/{stranger.id}/patient", patient_id=desk.patient.id)
    with reading(services.engine) as connection:
        assert len(films_of(connection, desk.patient.id)) == 2


def test_a_film_that_has_its_patient_is_not_moved_nor_given_to_a_chart_that_is_shut(
    desk: Desk, services: Services, staff: dict[Role, Account], phantoms: Path
) -> None:
    film_arrives(desk.films, phantoms / "phantom_0003_lateral.dcm", PatientName="SOMEBODY^ELSE", PatientID="")
    take_arrivals(services.engine, desk.films.store)
    with writing(services.engine) as connection:
        (stranger,) = films_of(connection, None)
        other = add_person(connection, PersonDetails(given_name="Bo", family_name="Lee"), actor="test")
        restrict(connection, other.id, account_ids=[staff[Role.CLINICIAN].id], actor="test")
    page = f"/films/{stranger.id}/patient"
    assert desk.client.submit(page, patient_id=other.id).status_code == 403
    with writing(services.engine) as connection:
        restrict(connection, other.id, account_ids=[], actor="test")
    assert desk.client.submit(page, patient_id=desk.patient.id).status_code == 303
    # A second desk, whose page still lists the film.
    moved = desk.client.submit(page, patient_id=other.id)
    assert moved.status_code == 409 and "not moved" in moved.text
    assert desk.client.submit(page, patient_id=desk.patient.id).status_code == 303, "pressed twice"
    with reading(services.engine) as connection:
        assert [one.id for one in films_of(connection, desk.patient.id)] == [stranger.id]
        assert len(entries(connection, action="name film's patient")) == 1


def test_two_who_enter_one_arrival_at_once_make_one_film(postgres_engine: sa.Engine, tmp_path: Path) -> None:
    store, errors = FilmStore(folder=tmp_path / "films", key=b"k" * 32), list[Exception]()

    def enter(begin: threading.Barrier) -> None:
        begin.wait(30)
        try:
            take_arrivals(postgres_engine, store)
        except Exception as error:
            errors.append(error)

    for number in range(8):
        note_arrival(store.folder, Arrival(sha256=f"{number:064x}", size=5, sender="XRAY1"))
        begin = threading.Barrier(2)
        threads = [threading.Thread(target=enter, args=(begin,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert errors == []
    with reading(postgres_engine) as connection:
        assert len(films_of(connection, None)) == 8
