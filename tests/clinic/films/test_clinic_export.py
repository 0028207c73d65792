"""Claims: the clinic's export holds every film byte for byte and needs no more memory for more films; a manifest finds
one flipped byte; what was broken off never looks whole; the audit log knows who took it, why, and whether it ended."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audit_rows import entries
from clinic_apps import Browser
from clinic_charts import SECRET
from spondyl.clinic.chart.engine import embedded_url, open_engine
from spondyl.clinic.chart.films import Film, FilmSource, NewFilm, add_film
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.desk import Signer, sent_as_kept
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.films.store import FilmStore, FilmStoreError
from spondyl.clinic.records.export_check import check_export
from spondyl.clinic.records.export_run import Export, Reason, begin_export
from spondyl.clinic.web.services import Services

DOCTOR = Signer(actor="dr", name="Dr Test")
MIB = 1 << 20
EXPORTING = r"""
import re, sys
from pathlib import Path
from spondyl.clinic.chart.engine import open_engine, embedded_url
from spondyl.clinic.films.store import FilmStore
from spondyl.clinic.records.export_run import begin_export
empty, chart, films, out = map(Path, sys.argv[1:5])
def export_of(chart):
    engine = open_engine(embedded_url(chart), key=bytes(range(32)), survives_power_loss=False)
    return begin_export(engine, FilmStore(folder=films, key=bytes(32)), data_dir=films.parent, actor="test")
def peak_kib():  # of this program alone; ru_maxrss would begin at what the test's own process has
    return int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1])
def told(written_bytes):
    print(written_bytes, flush=True)
if len(sys.argv) > 5:
    export_of(chart).write(out, watch=told)
else:
    export_of(empty).write(out.with_name("first.zip"))
    before_kib = peak_kib()
    for one in (out, out.with_suffix(".zip")):
        export_of(chart).write(one)
        print(peak_kib() - before_kib)
"""


@pytest.fixture
def made(services: Services, films: FilmService, measured: Callable[..., Film]) -> Export:
    """An export about to be written, of a signed film, another one, and one that nobody has been named for."""
    film = measured("phantom_0003_ap")
    films.desk.accept(film.id, sent_as_kept(films.desk.open(film.id)), DOCTOR)
    films.desk.sign(film.id, version=1, signer=DOCTOR)
    measured("phantom_0003_lateral")
    measured("phantom_0004_ap", person_id=None)
    return begin_export(
        services.engine, films.store, data_dir=services.data_dir, actor="admin", detail={"reason": "test"}
    )


def chart_of_films(tmp_path: Path, *, count: int, film_bytes: int) -> tuple[Path, FilmStore]:
    chart, store = tmp_path / "chart.db", FilmStore(folder=tmp_path / "films", key=bytes(32))
    engine = open_engine(embedded_url(chart), key=SECRET, survives_power_loss=False)
    for number in range(count):
        digest = store.put(number.to_bytes(4, "big") + os.urandom(film_bytes))
        with writing(engine) as connection:
            new = NewFilm(
                content_sha256=digest, size_bytes=film_bytes + 4, source=FilmSource.UPLOAD, source_name="x"
            )
            add_film(connection, new, actor="test")
    engine.dispose()
    return chart, store


def test_every_film_is_in_it_byte_for_byte_with_its_report_and_its_line(
    made: Export, patient: Person, phantoms: Path, tmp_path: Path
) -> None:
    out = tmp_path / "clinic.zip"
    made.write(out)
    report = check_export(out)
    assert report.whole and report.problems == ()
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    assert report.files == len(files) - 1
    told = list(csv.DictReader(io.StringIO(files["films.csv"].decode())))
    assert [one["record_number"] for one in told] == [str(patient.record_number)] * 2 + [""]
    held = {files[f"{one['folder']}/film.dcm"] for one in told}
    stems = ("phantom_0003_ap", "phantom_0003_lateral", "phantom_0004_ap")
    assert held == {(phantoms / f"{stem}.dcm").read_bytes() for stem in stems}
    assert [one["folder"].split("/")[1] for one in told] == [str(patient.record_number)] * 2 + [
        "nobody-named"
    ]
    reports = [name for name in files if name.endswith("/report.pdf")]
    assert len(reports) == 1 and files[reports[0]].startswith(b"%PDF")
    assert json.loads(files["fhir/Patient.ndjson"])["resourceType"] == "Patient"


def test_one_flipped_byte_of_any_film_is_found_in_folder_and_zip_file(
    made: Export, services: Services, films: FilmService, tmp_path: Path
) -> None:
    folder, packed = tmp_path / "folder", tmp_path / "clinic.zip"
    made.write(folder)
    begin_export(services.engine, films.store, data_dir=services.data_dir, actor="admin").write(packed)
    film = next(folder.glob("films/*/*/film.dcm"))
    content, whole = film.read_bytes(), packed.read_bytes()
    film.write_bytes(flipped(content, len(content) // 2))
    assert [one.split(" ", 1) for one in check_export(folder).problems] == [
        [film.relative_to(folder).as_posix(), "was changed: its SHA-256 is not the manifest's."]
    ]
    film.write_bytes(content[:-1])
    assert "bytes; the manifest says" in check_export(folder).problems[0]
    film.write_bytes(content)
    (folder / "added.txt").write_text("?")
    assert check_export(folder).problems == ("added.txt is not in the manifest.",)
    packed.write_bytes(flipped(whole, whole.index(content) + len(content) // 2))
    (problem,) = check_export(packed).problems
    assert film.relative_to(folder).as_posix() in problem


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def test_a_changed_manifest_does_not_fit_its_own_counts_or_the_audit_log(
    made: Export, services: Services, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    made.write(out)
    with reading(services.engine) as connection:
        (finished,) = entries(connection, action="finish export")
    assert finished.detail["manifest_sha256"] == check_export(out).manifest_sha256
    assert (finished.subject, finished.detail["export"]) == ("clinic", made.id)
    manifest = json.loads((out / "manifest.json").read_text())
    for name in ("sha256", "size_bytes"):
        del manifest[name]["patients.csv"]
    (out / "manifest.json").write_text(json.dumps(manifest))
    assert "its counts do not fit its list" in check_export(out).problems[0]


def test_what_the_film_store_lost_is_named_and_the_export_is_not_whole(
    made: Export, films: FilmService, tmp_path: Path
) -> None:
    (lost, changed) = sorted(films.store.folder.glob("*/*.film"))[:2]
    lost.unlink()
    changed.write_bytes(flipped(changed.read_bytes(), changed.stat().st_size - 1))
    assert made.write(tmp_path / "out") == 2
    problems = check_export(tmp_path / "out").problems
    assert len(problems) == 2 and all("was not exported" in one for one in problems)
    assert {"is missing" in one for one in problems} == {True, False}


def test_no_byte_of_a_damaged_film_is_given_out(films: FilmService) -> None:
    content = os.urandom(3 * MIB + 5)
    digest = films.store.put(content)
    pieces = list(films.store.pieces(digest))
    assert b"".join(pieces) == content and max(map(len, pieces)) == MIB
    path = films.store.path_of(digest)
    path.write_bytes(flipped(path.read_bytes(), path.stat().st_size - 1))
    with pytest.raises(FilmStoreError, match="was changed"):
        next(films.store.pieces(digest))
    path.write_bytes(b"SPYFILM1")
    with pytest.raises(FilmStoreError, match="was changed"):
        next(films.store.pieces(digest))
    path.unlink()
    path.mkdir()  # cannot be read, as a file on a failing disk
    with pytest.raises(FilmStoreError, match="cannot be read"):
        next(films.store.pieces(digest))


def test_memory_does_not_grow_with_the_films(empty_chart: Path, tmp_path: Path) -> None:
    """Two films of 32 MiB, as a folder and as a zip file: a process that exported an empty clinic before may grow by
    16 MiB, half of one film."""
    for copy in ("chart.db", "empty.db"):
        (tmp_path / copy).write_bytes(empty_chart.read_bytes())
    chart, store = chart_of_films(tmp_path, count=2, film_bytes=32 * MIB)
    out = tmp_path / "out"
    arguments = [str(tmp_path / "empty.db"), str(chart), str(store.folder), str(out)]
    ran = subprocess.run(
        [sys.executable, "-c", EXPORTING, *arguments], capture_output=True, text=True, check=True
    )
    assert all(int(grown_kib) < 16 * 1024 for grown_kib in ran.stdout.split()), ran.stdout
    assert check_export(out).whole and check_export(out.with_suffix(".zip")).whole


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_a_killed_export_leaves_nothing_that_looks_whole(
    empty_chart: Path, tmp_path: Path, name: str
) -> None:
    for copy in ("chart.db", "empty.db"):
        (tmp_path / copy).write_bytes(empty_chart.read_bytes())
    chart, store = chart_of_films(tmp_path, count=4, film_bytes=4 * MIB)
    arguments = [str(tmp_path / "empty.db"), str(chart), str(store.folder), str(tmp_path / name), "told"]
    with subprocess.Popen([sys.executable, "-c", EXPORTING, *arguments], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        written_bytes = 0
        while written_bytes < 6 * MIB:
            written_bytes += int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
    out = tmp_path / name
    assert not (out if out.suffix else out / "manifest.json").exists()
    assert not check_export(out).whole
    begun = list(tmp_path.glob(".out.zip.*.part"))
    assert all(not check_export(path).whole for path in begun)
    engine = open_engine(embedded_url(chart), key=SECRET, survives_power_loss=False)
    with reading(engine) as connection:
        assert entries(connection)[0].action == "export clinic"
    engine.dispose()


@pytest.mark.usefixtures("made")
def test_only_the_administrator_gets_it_says_why_and_sees_that_it_ended(
    browser: Callable[[Role], Browser], services: Services, films: FilmService, tmp_path: Path
) -> None:
    assert browser(Role.CLINICIAN).submit("/admin/export", reason="x").status_code == 403
    admin = browser(Role.ADMINISTRATOR)
    refused = admin.submit("/admin/export", reason="")
    assert refused.status_code == 422 and "Say why" in refused.text
    named = admin.submit("/admin/export", reason="For Ana Ruiz")
    assert named.status_code == 422, "the audit log keeps no words that may name a patient"
    page = admin.get("/admin/export").text
    assert page.count("not finished") == 1 and "spondyl export FILE.zip" in page
    by_command = begin_export(
        services.engine,
        films.store,
        data_dir=services.data_dir,
        actor="command line",
        detail={"to": "everything.zip"},
    )
    by_command.write(tmp_path / "everything.zip")
    assert "command line</td><td>to everything.zip" in admin.get("/admin/export").text
    sent = admin.submit("/admin/export", reason=Reason.MOVE.value)
    assert sent.headers["content-disposition"] == 'attachment; filename="clinic-2026-03-02-1600.zip"'
    (tmp_path / "sent.zip").write_bytes(sent.content)
    report = check_export(tmp_path / "sent.zip")
    assert report.whole
    page = admin.get("/admin/export").text
    assert report.manifest_sha256 in page and f"<td>{Reason.MOVE.value}</td>" in page
    assert page.count("not finished") == 1


def test_a_download_that_is_broken_off_is_no_zip_file_and_not_finished_in_the_log(
    made: Export, services: Services, tmp_path: Path
) -> None:
    pieces: Iterator[bytes] = made.zip_pieces()
    out = tmp_path / "half.zip"
    out.write_bytes(next(pieces))
    pieces.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert "its end is missing" in check_export(out).problems[0]
    with reading(services.engine) as connection:
        assert entries(connection, action="finish export") == []


def test_nothing_readable_of_the_chart_lies_on_the_disk_meanwhile(
    made: Export, patient: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    opened: list[object] = []
    usual = tempfile.TemporaryFile

    def seen(**options: object) -> object:
        opened.append(usual(**options))  # pyright: ignore[reportCallIssue, reportArgumentType]
        return opened[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", seen)
    entries_of = iter(made._entries())  # pyright: ignore[reportPrivateUsage]
    next(entries_of), next(entries_of)
    held = b"".join(os.pread(file.fileno(), MIB, 0) for file in opened)  # pyright: ignore
    assert len(opened) >= 7 and len(held) > 1000
    assert patient.details.family_name.encode() not in held and b"resourceType" not in held
