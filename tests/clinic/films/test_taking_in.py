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

import numpy as np
import pytest
import sqlalchemy as sa
from pydicom import dcmread

from audit_rows import entries
from clinic_apps import Browser
from clinic_films import film_arrives
from hostile_films import hostile_films
from spondyl.clinic.chart.films import FilmState, films_of
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.films.network.arrivals import Arrival, note_arrival, waiting_arrivals
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.films.store import MAX_FILM_BYTES, FilmStore
from spondyl.clinic.films.take_in import REFUSED_FOLDER, take_arrivals, take_folder
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
    assert "in the chart already" in desk.upload(content, name="copy.dcm")


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
