"""Claims: with a disk that takes 60 ms for every sync, longer than the 32 measurements that a host is usually shown,
every millisecond with the tip on is in the traces; what an instrument does not have any more is counted for the page
and in the record, which still replays. While the session computes with the tip off the measurements are taken; with the
tip on a session that hangs falls silent, and the instrument's link watchdog takes the tip off.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest

from live_sessions import Kept, events, plan_of
from served_instrument import simulator
from spondyl.clinic.adjust import record_file
from spondyl.clinic.adjust.feed import BLOCK, Feed
from spondyl.clinic.adjust.live_session import Finished, Keeper, LiveSession, Setup
from spondyl.clinic.adjust.patient import draw_patient
from spondyl.clinic.adjust.tracer import FORCE
from spondyl.clinic.care.adjustment_record import FOLDER, StoredAdjustment
from spondyl.clinic.report.session.content import session_content
from spondyl.clinic.web.adjust.stream import unpacked
from spondyl.clinic.web.adjust.views import shown_stored
from spondyl.instrument.drivers import wire_instrument
from spondyl.treatment.adjustment import Replay, StopBecause, Verdict, read_record, to_json

pytestmark = pytest.mark.alone  # the instrument measures in real time and keeps a second of it
SYNC_S = 0.06
PATIENCE_S = 120.0
TIP_ON_N = 5.0
"""The preload is 10 N and more; without a contact the sensor reads noise of 0.05 N."""


@pytest.fixture(autouse=True)
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def slow(file: int) -> None:
        time.sleep(SYNC_S)
        sync(file)

    monkeypatch.setattr(record_file.os, "fsync", slow)


def delay(monkeypatch: pytest.MonkeyPatch, name: str, *, by_s: float) -> None:
    """The first time that the session computes this, it takes so much longer."""
    place = import_module("spondyl.treatment.adjustment.session")
    quick: Callable[..., Any] = getattr(place, name)
    delays_s = [by_s]

    def slow(*words: Any) -> Any:
        while delays_s:
            time.sleep(delays_s.pop())
        return quick(*words)

    monkeypatch.setattr(place, name, slow)


def run(folder: Path) -> tuple[LiveSession, Kept]:
    """A whole session on a simulator in real time, its dose accepted."""
    kept = Kept()

    def checked(check: Replay) -> None:
        kept.check = check
        kept.is_checked.set()

    def finished(end: Finished) -> None:
        kept.finished = end

    with simulator("--port", "0") as address:
        plan = plan_of()
        setup = Setup(
            plan=plan,
            patient=draw_patient(1, plan.segments),
            address=address,
            record=folder / FOLDER / "record.tar",
        )
        live = LiveSession(setup, Keeper(finished=finished, checked=checked))
        live.answers.say_pain(3)
        attended(live)
        assert kept.is_checked.wait(PATIENCE_S), events(live.feed)[-3:]
    return live, kept


def attended(live: LiveSession) -> None:
    """A page that beats and accepts."""
    is_over = Event()

    def beat() -> None:
        while not is_over.wait(0.1):
            live.beat()

    live.beat()
    Thread(target=beat, daemon=True).start()
    end_s, accepted = time.monotonic() + PATIENCE_S, set[int]()
    while not live.has_ended.wait(0.02) and time.monotonic() < end_s:
        for one in events(live.feed):
            if one["kind"] == "proposal" and one["number"] not in accepted:
                accepted.add(one["number"])
                live.answers.answer(one["number"], accepts=True)
    is_over.set()
    assert live.has_ended.is_set()


def stored(live: LiveSession) -> StoredAdjustment:
    """As the chart would give it, without an end."""
    return StoredAdjustment(
        run="r",
        version=1,
        person_id="p",
        plan=to_json(live.setup.plan),
        source="a test",
        record=live.setup.record.name,
        by="a",
        at=datetime(2026, 11, 28, tzinfo=UTC),
        outcome=None,
        problem="",
        stopped_by="",
        check=None,
    )


def forces(feed: Feed) -> tuple[np.ndarray, np.ndarray]:
    """Times in ms and total forces in N of all that was traced."""
    times_ms, forces_n = list[int](), list[float]()
    for kind, first, data in unpacked(feed.after(0)[2]):
        if kind == BLOCK:
            block = np.frombuffer(data, "<f4").reshape(8, -1)
            times_ms += range(int(first), int(first) + block.shape[1])
            forces_n += block[FORCE].tolist()
    return np.array(times_ms), np.array(forces_n)


def lost_ms(times_ms: np.ndarray, forces_n: np.ndarray) -> int:
    """Milliseconds missing beside one at which the tip was on."""
    missing = np.diff(times_ms) - 1
    beside_on = np.maximum(forces_n[:-1], forces_n[1:]) > TIP_ON_N
    return int(missing[beside_on].sum())


def test_no_sample_is_lost_while_the_disk_is_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A fit, with the tip off, that takes longer than the instrument keeps measurements.
    delay(monkeypatch, "read_probe", by_s=2.0)
    live, kept = run(tmp_path)
    times_ms, forces_n = forces(live.feed)
    assert np.all(np.diff(times_ms) >= 1), "each once, in order"
    assert not np.isnan(forces_n).any()
    assert np.count_nonzero(forces_n > TIP_ON_N) > 1000
    assert lost_ms(times_ms, forces_n) == 0
    assert live.watch.missing_ms == int((np.diff(times_ms) - 1).sum()) == 0
    assert kept.check is not None and kept.check.verdict is Verdict.IDENTICAL, kept.check
    pulses = [one for one in events(live.feed) if one["kind"] == "pulse"]
    peaks_n = sorted((float(one["peak_n"]) for one in pulses), reverse=True)
    assert forces_n.max() == pytest.approx(peaks_n[0], abs=0.01)


def test_what_is_lost_is_counted_on_the_page_and_in_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As with an instrument that speaks version 1 and keeps 32 measurements.
    monkeypatch.setattr(wire_instrument, "SAMPLES_AFTER_SINCE", 99)
    live, kept = run(tmp_path)
    times_ms, forces_n = forces(live.feed)
    missing_ms = int((np.diff(times_ms) - 1).sum())
    assert lost_ms(times_ms, forces_n) > 50, "the disk is slower than the instrument remembers"
    assert live.watch.missing_ms == missing_ms, "what the page counts between blocks"
    assert kept.check is not None and kept.check.verdict is Verdict.IDENTICAL, kept.check
    record = read_record(live.setup.record.read_bytes())
    assert record.missing_ms == missing_ms
    said = dict(session_content(record, kept.check).facts)["Live traces"]
    assert said.startswith(f"{missing_ms} ms without a measurement")
    assert shown_stored(stored(live), tmp_path).missing_ms == missing_ms, (
        "the page of the session that has ended"
    )


def test_a_session_that_hangs_with_the_tip_on_falls_silent_and_the_tip_comes_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The dose is computed at the contact; for longer than the 500 ms of the link watchdog.
    delay(monkeypatch, "share_of", by_s=1.0)
    live, kept = run(tmp_path)
    assert kept.finished is not None and kept.finished.outcome is not None
    outcome = kept.finished.outcome
    assert not any(one.purpose == "treat" for one in outcome.delivered)
    assert outcome.stopped_because in (StopBecause.REFUSED, StopBecause.INSTRUMENT_FAILED), outcome.text
    times_ms, forces_n = forces(live.feed)
    on_ms = times_ms[forces_n > TIP_ON_N]
    last_contact = on_ms[np.flatnonzero(np.diff(on_ms) > 50)[-1] + 1 :]
    # Every millisecond of the silence is there too, from the instrument's memory.
    assert np.all(np.diff(last_contact) == 1)
