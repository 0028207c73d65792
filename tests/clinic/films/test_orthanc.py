"""Claims: a film that Orthanc sends is the film that Orthanc had, element by element and pixel by pixel; the signed
structured report that goes back is in Orthanc what was sent, and dciodvfy finds no error in either."""

import io
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from audit_rows import entries
from clinic_apps import Browser
from dicom_peers import Orthanc, orthanc, storescu
from spondyl.clinic.chart.films import Film, reports_of
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.films.desk import SentPoints, Signer
from spondyl.clinic.films.network.arrivals import waiting_arrivals
from spondyl.clinic.films.network.peers import DicomSettings, Peer
from spondyl.clinic.films.network.send import send_report
from spondyl.clinic.films.network.storage_process import StorageProcess
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.web.services import Services
from spondyl.radiograph.read import read_film

HERE = "127.0.0.1"
DOCTOR = Signer(actor="clinician", name="Dr Test")


@pytest.fixture(scope="module")
def pacs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    with orthanc(tmp_path_factory.mktemp("orthanc")) as running:
        yield running


def errors_of(content: bytes, folder: Path) -> list[str]:
    """What dciodvfy calls an error."""
    program = shutil.which("dciodvfy")
    assert program, "dicom3tools is missing: apt-get install dicom3tools"
    path = folder / "checked.dcm"
    path.write_bytes(content)
    done = subprocess.run([program, "-new", str(path)], capture_output=True, text=True, check=False)
    return re.findall(r"^Error.*", done.stderr + done.stdout, re.MULTILINE)


def signed(films: FilmService, film: Film) -> Film:
    """The film accepted as it is and signed."""
    desk = films.desk.open(film.id)
    corners = {
        level.value: [None if np.isnan(c).any() else (float(c[0]), float(c[1])) for c in points]
        for level, points in zip(desk.reading.points.levels, desk.reading.points.corners_px, strict=True)
    }
    heads = [(float(x), float(y)) for x, y, _ in desk.reading.points.femoral_heads_px]
    films.desk.accept(film.id, SentPoints(corners_px=corners, heads_px=heads, version=0), DOCTOR)
    return films.desk.sign(film.id, version=1, signer=DOCTOR).film


def report_of(services: Services, films: FilmService, film: Film) -> bytes:
    with reading(services.engine) as connection:
        return films.store.get(reports_of(connection, film.id)["sr"])


def test_a_film_sent_by_orthanc_is_the_film_it_had(
    pacs: Orthanc, films: FilmService, phantoms: Path, tmp_path: Path
) -> None:
    peers = (Peer(ae_title="PACS", address=HERE),)
    source = phantoms / "phantom_0003_ap.dcm"
    receiver = StorageProcess(DicomSettings(address=HERE, port=0, peers=peers), films.store, lambda: None)
    try:
        assert storescu(source, port=pacs.dicom, calling="SPONDYL", called="PACS")[0] == "0"
        (instance,) = pacs.ask("/tools/lookup", str(dcmread(source).SOPInstanceUID))
        pacs.ask("/modalities/here", ["SPONDYL", HERE, receiver.port], method="PUT")
        pacs.ask("/modalities/here/store", [instance["ID"]])
    finally:
        receiver.stop()
    (arrival,) = waiting_arrivals(films.store.folder)
    assert arrival.sender == "PACS"
    with films.store.opened(arrival.sha256) as path:
        assert dcmread(path) == dcmread(source)
        assert np.array_equal(read_film(path).pixels, read_film(source).pixels)
    assert errors_of(source.read_bytes(), tmp_path) == []


def test_the_signed_report_reaches_orthanc_unchanged_and_is_valid(
    pacs: Orthanc,
    services: Services,
    films: FilmService,
    measured: Callable[..., Film],
    phantoms: Path,
    tmp_path: Path,
) -> None:
    film = signed(films, measured("phantom_0004_ap"))
    report = report_of(services, films, film)
    assert errors_of(report, tmp_path) == []
    peer = Peer(ae_title="PACS", address=HERE, port=pacs.dicom)
    sent = send_report(report, peer, ae_title="SPONDYL")
    assert sent.is_kept, sent.words
    document = dcmread(io.BytesIO(report))
    (instance,) = pacs.ask("/tools/lookup", str(document.SOPInstanceUID))
    kept = pacs.ask(f"/instances/{instance['ID']}/file")
    assert dcmread(io.BytesIO(kept)) == document
    source = dcmread(phantoms / "phantom_0004_ap.dcm", stop_before_pixels=True)
    for keyword in ("StudyInstanceUID", "PatientID", "PatientName", "StudyDate", "StudyTime", "StudyID"):
        assert document[keyword].value == source[keyword].value, keyword
    assert document.VerificationFlag == "VERIFIED"


def test_a_pacs_that_is_away_or_refuses_is_said_in_words(
    pacs: Orthanc, services: Services, films: FilmService, measured: Callable[..., Film]
) -> None:
    report = report_of(services, films, signed(films, measured("phantom_0004_ap")))
    away = send_report(report, Peer(ae_title="PACS", address=HERE, port=1), ae_title="SPONDYL")
    assert (away.is_kept, "does not answer" in away.words) == (False, True)
    wrong = send_report(report, Peer(ae_title="OTHER", address=HERE, port=pacs.dicom), ae_title="SPONDYL")
    assert (wrong.is_kept, "refused the connection" in wrong.words) == (False, True)


def test_the_button_sends_and_the_audit_log_keeps_the_answer(
    pacs: Orthanc,
    services: Services,
    browser: Callable[[Role], Browser],
    measured: Callable[..., Film],
    films: FilmService,
) -> None:
    film = signed(films, measured("phantom_0003_ap"))
    client = browser(Role.CLINICIAN)
    peers = (Peer(ae_title="PACS", address=HERE, port=pacs.dicom),)
    client.app.state.films.dicom = DicomSettings(peers=peers, reports_to="PACS")  # type: ignore[attr-defined]
    assert "Send to PACS" in client.get(f"/patients/{film.person_id}/films").text
    client.submit(f"/films/{film.id}/send")
    with reading(services.engine) as connection:
        (entry,) = entries(connection, action="send report")
    assert (entry.detail["kept"], entry.detail["peer"]) == (True, "PACS")
