"""Claims: a known device's film arrives whole and is stored before success is said; strangers, huge PDUs and endless
films are refused; the receiver goes on after each, and starts again when it is killed. Peer: dcmtk's storescu."""

import os
import re
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread

from dicom_peers import free_port, send_raw, storescu
from hostile_films import TRAVERSAL, hostile_films, syntax_of
from spondyl.clinic.films.network.arrivals import waiting_arrivals
from spondyl.clinic.films.network.peers import DicomSettings, Peer, parse_peer
from spondyl.clinic.films.network.storage_process import StorageProcess, StorageStartError
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.films.store import FilmStore

SETTINGS = DicomSettings(
    address="127.0.0.1",
    port=0,
    peers=(Peer(ae_title="XRAY1", address="127.0.0.1"), Peer(ae_title="XRAY2", address="10.9.9.9")),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FilmStore:
    return FilmStore(folder=tmp_path_factory.mktemp("data") / "films", key=b"k" * 32)


@pytest.fixture(scope="module")
def receiver(store: FilmStore) -> Iterator[StorageProcess]:
    process = StorageProcess(SETTINGS, store, lambda: None)
    yield process
    process.stop()


def test_the_free_port_that_was_taken_is_told(store: FilmStore, caplog: pytest.LogCaptureFixture) -> None:
    process = StorageProcess(SETTINGS, store, lambda: None)
    process.stop()
    assert f"Films are received by DICOM on port {process.port}." in caplog.text


def until(happened: Callable[[], bool], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def stored(store: FilmStore) -> int:
    return len(list(store.folder.rglob("*.film")))


def test_a_film_arrives_whole_under_its_hash(
    receiver: StorageProcess, store: FilmStore, phantoms: Path
) -> None:
    source = phantoms / "phantom_0003_ap.dcm"
    assert "Received Store Response (Success)" in storescu(source, port=receiver.port)
    (arrival,) = waiting_arrivals(store.folder)
    assert (arrival.sender, store.has(arrival.sha256)) == ("XRAY1", True)
    with store.opened(arrival.sha256) as path:
        assert dcmread(path) == dcmread(source)


@pytest.mark.parametrize(
    ("calling", "called", "words"),
    [
        ("STRANGER", "SPONDYL", "Calling AE Title Not Recognized"),
        ("XRAY1", "OTHER", "Called AE Title Not Recognized"),
        ("XRAY2", "SPONDYL", "Calling AE Title Not Recognized"),
    ],
    ids=["unknown sender", "not for us", "known title at another's address"],
)
def test_strangers_are_refused_by_name(
    receiver: StorageProcess, store: FilmStore, phantoms: Path, calling: str, called: str, words: str
) -> None:
    before = stored(store)
    said = storescu(phantoms / "phantom_0004_ap.dcm", port=receiver.port, calling=calling, called=called)
    assert said[0] != "0"
    assert words in said
    assert stored(store) == before


def test_a_pdu_that_claims_four_gigabytes_is_not_waited_for(receiver: StorageProcess) -> None:
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=10) as line:
        line.sendall(struct.pack(">BBL", 1, 0, 0xFFFFFFF0) + b"x" * 1000)
        assert line.recv(10) == b""


def test_garbage_ends_its_own_connection_only(receiver: StorageProcess, phantoms: Path) -> None:
    for noise in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 4096, b"\x04\x00\x00\x00\x00\x02hi"):
        with socket.create_connection(("127.0.0.1", receiver.port), timeout=10) as line:
            line.sendall(noise)
            line.shutdown(socket.SHUT_WR)
            line.recv(4096)
    assert storescu(phantoms / "phantom_0004_ap.dcm", port=receiver.port)[0] == "0"


def test_hostile_data_sets_are_kept_only_under_their_hash_and_the_receiver_goes_on(
    receiver: StorageProcess, store: FilmStore, phantoms: Path, tmp_path: Path
) -> None:
    hostile = {
        name: content for name, content in hostile_films(tmp_path).items() if content[128:132] == b"DICM"
    }
    for name, content in hostile.items():
        said = send_raw(content, port=receiver.port, syntax=syntax_of(name), sop_uid=TRAVERSAL)
        assert said == 0, name
    assert storescu(phantoms / "phantom_0003_ap.dcm", port=receiver.port)[0] == "0"
    names = {path.name for path in store.folder.rglob("*") if path.is_file()}
    assert all(re.fullmatch(r"[0-9a-f]{64}\.(film|json)", name) for name in names)
    assert not Path("/tmp/spondyl-was-here").exists()


def test_a_killed_receiver_starts_again(receiver: StorageProcess, store: FilmStore, phantoms: Path) -> None:
    killed = receiver.pid
    os.kill(killed, signal.SIGKILL)
    until(
        lambda: (
            receiver.pid != killed
            and storescu(phantoms / "phantom_0004_lateral.dcm", port=receiver.port)[0] == "0"
        )
    )
    assert any(arrival.sender == "XRAY1" for arrival in waiting_arrivals(store.folder))


def test_an_arrival_that_fails_in_the_chart_stops_nothing(
    store: FilmStore, phantoms: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[int] = []

    def arrives() -> None:
        heard.append(len(heard))
        raise RuntimeError("database is locked")

    process = StorageProcess(SETTINGS, store, arrives)
    try:
        for _ in range(2):
            assert storescu(phantoms / "phantom_0003_ap.dcm", port=process.port)[0] == "0"
        until(lambda: len(heard) == 2, seconds=10)
        killed = process.pid
        os.kill(killed, signal.SIGKILL)
        until(lambda: process.pid != killed and process.is_up)
    finally:
        process.stop()
    assert "safe, but could not be announced" in caplog.text


def test_a_receiver_whose_port_is_taken_meanwhile_is_tried_until_it_runs(
    store: FilmStore, phantoms: Path
) -> None:
    port = free_port()
    process = StorageProcess(replace(SETTINGS, port=port), store, lambda: None)
    try:
        with socket.socket() as thief:
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            os.kill(process.pid, signal.SIGKILL)
            until(lambda: thief_holds(thief, port))
            until(lambda: not process.is_up)
            for _ in range(2):  # the first of these is refused, the second shows that it is tried on
                failed = process.pid
                until(lambda failed=failed: process.pid != failed)
        until(lambda: process.is_up)
        assert storescu(phantoms / "phantom_0003_ap.dcm", port=port)[0] == "0"
    finally:
        process.stop()


def thief_holds(thief: socket.socket, port: int) -> bool:
    try:
        thief.bind(("127.0.0.1", port))
        thief.listen()
    except OSError:
        return False
    return True


def test_a_film_that_arrives_is_entered_at_once_and_by_the_watcher(
    films: FilmService, phantoms: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = list[str]()
    monkeypatch.setattr("spondyl.clinic.films.service.LOOK_S", 60.0)
    monkeypatch.setattr(films, "look", lambda: looks.append(threading.current_thread().name))
    monkeypatch.setattr(films, "dicom", SETTINGS)
    films.start()
    assert films.receiver is not None
    try:
        assert storescu(phantoms / "phantom_0003_ap.dcm", port=films.receiver.port)[0] == "0"
        until(lambda: looks == ["film-watcher"])
    finally:
        films.stop()


def test_a_port_in_use_says_so(store: FilmStore) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = DicomSettings(address="127.0.0.1", port=taken.getsockname()[1], peers=SETTINGS.peers)
        with pytest.raises(StorageStartError, match="port may be in use"):
            StorageProcess(settings, store, lambda: None)


@pytest.mark.parametrize(
    "text", ["XRAY", "X@nowhere.example", "toolongtitle-12345@10.0.0.1", "X@10.0.0.1:99999"]
)
def test_a_peer_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write TITLE|IP address|1 to 16|port"):
        parse_peer(text)


def test_an_ipv6_peer_with_a_port_is_read() -> None:
    assert parse_peer("PACS@[fd00::5]:104") == Peer(ae_title="PACS", address="fd00::5", port=104)
