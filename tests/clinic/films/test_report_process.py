"""Claims: a report made beside the server is the same to the last byte; a process that dies signs nothing, and the next
attempt succeeds."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from threading import Thread

import pytest

from spondyl.clinic.chart.documents import DocumentChangedError
from spondyl.clinic.chart.films import Film, reports_of
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.films.desk import FilmNotReadyError, Signer, Status, sent_as_kept
from spondyl.clinic.films.modest_process import ModestProcess
from spondyl.clinic.films.report_files import report_files
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.films.unsigned_files import delete_unsigned
from spondyl.clinic.result import ChartPatient
from spondyl.clinic.web.services import Services
from spondyl.provenance import Confirmation

DOCTOR = Signer(actor="dr", name="Dr Test")


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_reports_made_beside_the_server_are_the_same_and_a_death_signs_nothing(
    films: FilmService, services: Services, measured: Callable[..., Film], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = films.desk
    film = measured("phantom_0003_ap")
    desk.accept(film.id, sent_as_kept(desk.open(film.id)), DOCTOR)
    opened = desk.open(film.id)
    by = Confirmation(person=DOCTOR.name, at=datetime(2026, 1, 2, tzinfo=UTC))
    chart = ChartPatient(name="Ana Ruiz", birth_date=None, doubt=None)
    told = opened.reading, desk.assess(opened), desk.picture(film), opened.facts, by, chart
    beside = ModestProcess()
    try:
        assert beside.ask(report_files, *told, patience_s=120.0) == report_files(*told)
        assert beside.ask(os.getpid, patience_s=60.0) != os.getpid()
        with pytest.raises(BrokenProcessPool):
            beside.ask(die, patience_s=60.0)
        assert beside.ask(os.getpid, patience_s=60.0) != os.getpid(), "a new one"
    finally:
        beside.end()

    desk.open_reports()
    with monkeypatch.context() as dying:
        dying.setattr("spondyl.clinic.films.desk.report_files", die)
        with pytest.raises(FilmNotReadyError, match="Nothing is signed; sign once more"):
            desk.sign(film.id, version=1, signer=DOCTOR)
    assert desk.open(film.id).status is Status.ACCEPTED
    with reading(services.engine) as connection:
        assert reports_of(connection, film.id) == {}
    assert desk.sign(film.id, version=1, signer=DOCTOR).status is Status.SIGNED


def test_who_waits_behind_something_stuck_is_told_that_the_process_ended_and_the_next_one_stays() -> None:
    beside, told = ModestProcess(), list[BaseException | None]()

    def ask(job: Callable[..., object], *arguments: object, patience_s: float) -> None:
        try:
            beside.ask(job, *arguments, patience_s=patience_s)
            told.append(None)
        except Exception as error:
            told.append(error)

    stuck = Thread(target=ask, args=(time.sleep, 60.0), kwargs={"patience_s": 2.0})
    behind = [Thread(target=ask, args=(os.getpid,), kwargs={"patience_s": 60.0}) for _ in range(4)]
    try:
        stuck.start()
        time.sleep(0.5)
        for one in behind:
            one.start()
        for one in (stuck, *behind):
            one.join()
        assert sorted(type(one).__name__ for one in told) == [*["BrokenProcessPool"] * 4, "TimeoutError"]
        first = beside.ask(os.getpid, patience_s=60.0)
        assert beside.ask(os.getpid, patience_s=60.0) == first
    finally:
        beside.end()


def stored_files(films: FilmService) -> set[str]:
    return {path.stem for path in films.store.folder.glob("*/*.film")}


def test_report_files_of_a_signature_that_never_counted_are_deleted(
    films: FilmService, services: Services, measured: Callable[..., Film], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row named them, so the erasure of the patient left them there."""
    desk, film = films.desk, measured("phantom_0003_ap")
    desk.accept(film.id, sent_as_kept(desk.open(film.id)), DOCTOR)
    before = stored_files(films)

    def changed(*_: object, **__: object) -> None:
        raise DocumentChangedError("The reading was changed meanwhile.")

    with monkeypatch.context() as patched, pytest.raises(DocumentChangedError):
        patched.setattr("spondyl.clinic.films.desk.sign", changed)
        desk.sign(film.id, version=1, signer=DOCTOR)
    assert stored_files(films) == before

    with monkeypatch.context() as patched:  # killed after the files and before the signature
        patched.setattr("spondyl.clinic.films.unsigned_files._settle", lambda *_: None)
        patched.setattr("spondyl.clinic.films.desk.sign", changed)
        with pytest.raises(DocumentChangedError):
            desk.sign(film.id, version=1, signer=DOCTOR)
    assert len(stored_files(films) - before) >= 4
    delete_unsigned(services.engine, films.store)
    assert stored_files(films) == before

    def another_server_starts(*_: object, **__: object) -> None:
        assert len(stored_files(films) - before) >= 4
        delete_unsigned(services.engine, films.store)
        assert len(stored_files(films) - before) >= 4
        changed()

    with monkeypatch.context() as patched, pytest.raises(DocumentChangedError):
        patched.setattr("spondyl.clinic.films.desk.sign", another_server_starts)
        desk.sign(film.id, version=1, signer=DOCTOR)
    assert stored_files(films) == before

    with monkeypatch.context() as patched:  # killed after the signature
        patched.setattr("spondyl.clinic.films.unsigned_files._settle", lambda *_: None)
        desk.sign(film.id, version=1, signer=DOCTOR)
    signed = stored_files(films)
    delete_unsigned(services.engine, films.store)
    assert stored_files(films) == signed != before
    assert list((films.store.folder / "unsigned").iterdir()) == []


def test_of_two_who_sign_one_film_the_second_is_told_who_signed_it(
    films: FilmService, measured: Callable[..., Film], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, film = films.desk, measured("phantom_0003_ap")
    desk.accept(film.id, sent_as_kept(desk.open(film.id)), DOCTOR)
    version, other = desk.open(film.id).film.draft_version, Signer(actor="dr2", name="Dr Second")
    files, signs = {"text": b"A report."}, [DOCTOR]

    def made(*_: object) -> dict[str, bytes]:
        while signs:  # the colleague signs while this one's report is made
            desk.sign(film.id, version=version, signer=signs.pop())
        return files

    monkeypatch.setattr(desk, "_report_files", made)
    for _ in range(2):  # meanwhile, and before
        with pytest.raises(DocumentChangedError, match="signed by dr meanwhile"):
            desk.sign(film.id, version=version, signer=other)
    assert [one.signed_by for one in desk.open(film.id).document.signatures] == ["dr"]
