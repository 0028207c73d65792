"""Claims: a session that breaks off is told and logged with the pulses that it gave, the one whose writing failed among
them; that nobody saw the safe state is not passed over."""

import os
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from audit_rows import entries
from live_sessions import Kept, events, plan_of
from spondyl.clinic.adjust import record_file
from spondyl.clinic.adjust.live_session import Finished, Keeper, LiveSession, Setup
from spondyl.clinic.adjust.patient import draw_patient
from spondyl.clinic.care.adjustment_record import keep_begun, keep_finished
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services

PATIENCE_S = 60.0
"""Of these tests: the machine may be busy."""


def broken_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[LiveSession, Finished]:
    """A session whose disk is full as its second pulse is to be written."""
    write, waves = os.write, list[bytes]()

    def full(file: int, data: bytes) -> int:
        waves.extend([data] if b"-waveform.parquet" in data[:100] else [])
        if len(waves) == 2:
            raise OSError(28, "No space left on device")
        return write(file, data)

    monkeypatch.setattr(record_file.os, "write", full)
    kept, plan = Kept(), plan_of()
    setup = Setup(
        plan=plan, patient=draw_patient(1, plan.segments), address=None, record=folder / "record.tar"
    )
    keeper = Keeper(finished=lambda end: setattr(kept, "finished", end), checked=lambda _: None)
    live, is_over = LiveSession(setup, keeper), Event()

    def beat() -> None:
        while not is_over.wait(0.1):
            live.beat()

    live.beat()
    Thread(target=beat, daemon=True).start()
    end_s = time.monotonic() + PATIENCE_S
    while not live.feed.is_over and time.monotonic() < end_s:
        time.sleep(0.02)
    is_over.set()
    assert kept.finished is not None
    return live, kept.finished


def test_the_pulses_of_a_session_that_broke_off_are_told_and_logged(
    services: Services, patient: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, finished = broken_off(tmp_path, monkeypatch)
    assert finished.outcome is None and "No space left" in finished.problem
    assert "Pulses given before: 2." in finished.problem
    end = events(live.feed)[-1]
    assert (end["kind"], end["because"], end["pulses"]) == ("end", "broke off", 2)
    assert end["is_safe"] is None
    run = new_id()
    with writing(services.engine) as connection:
        keep_begun(connection, patient.id, run, live.setup.plan, source="a test", actor="lind")
        keep_finished(connection, run, live.setup.plan, finished, actor="lind")
    with reading(services.engine) as connection:
        (row,) = entries(connection, action="end adjustment")
    assert (row.detail["stopped_because"], row.detail["pulses"]) == ("broke off", 2)
    assert 20.0 < row.detail["highest_n"] <= 60.0
