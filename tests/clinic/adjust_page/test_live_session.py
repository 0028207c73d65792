"""Claims: a session that nobody watches stops; a stop holds in every state and delivers nothing after; nothing begins
again by itself; what is told is kept first; every measurement is streamed once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from live_sessions import Kept, events, plan_of
from served_instrument import simulator
from spondyl.clinic.adjust import answers
from spondyl.clinic.adjust.answers import AnswerRefused
from spondyl.clinic.adjust.feed import BLOCK, HEAD, Feed
from spondyl.clinic.adjust.heartbeat import FIRST_BEAT_S, LOOK_S, MOST_CREDIT_S, Heartbeat
from spondyl.clinic.adjust.live_session import Finished, Keeper, LiveSession, Patience, Setup
from spondyl.clinic.adjust.patient import draw_patient
from spondyl.clinic.adjust.session_json import session_json
from spondyl.clinic.adjust.session_process import SessionProcess
from spondyl.clinic.adjust.tracer import ACCELERATION, FORCE, Tracer
from spondyl.clinic.care.adjustment_record import FOLDER, StoredAdjustment
from spondyl.clinic.report.session.content import session_content
from spondyl.clinic.report.session.gathered import pains_of
from spondyl.clinic.web.adjust.stream import unpacked
from spondyl.clinic.web.adjust.views import Shown, shown_live, shown_stored
from spondyl.instrument import Sample, State, Waveform
from spondyl.instrument.drivers import TcpLink, WireInstrument
from spondyl.treatment.adjustment import Plan, Replay, StopBecause, Verdict, read_record, replay, to_json

pytestmark = pytest.mark.alone  # heartbeats run in real time, and how long a stop takes is printed
LOST_AFTER_S = 2.0
PATIENCE_S = 60.0
"""Of these tests: the machine may be busy."""


def started(folder: Path, plan: Plan, *, address: str | None = None) -> tuple[LiveSession, Kept]:
    kept = Kept()

    def finished(end: Finished) -> None:
        kept.finished = end
        kept.told_before = any(one["kind"] == "end" for one in events(live.feed))

    def checked(check: Replay) -> None:
        kept.check = check
        kept.is_checked.set()

    setup = Setup(
        plan=plan, patient=draw_patient(1, plan.segments), address=address, record=folder / "record.tar"
    )
    live = LiveSession(setup, Keeper(finished=finished, checked=checked), Patience(lost_after_s=LOST_AFTER_S))
    return live, kept


@contextmanager
def page(live: LiveSession) -> Iterator[Event]:
    """Beats like a page; set the event and it falls silent."""
    gone = Event()

    def beat() -> None:
        while not gone.wait(0.1):
            live.beat()

    live.beat()
    beating = Thread(target=beat, daemon=True)
    beating.start()
    yield gone
    gone.set()
    beating.join()


def until(live: LiveSession, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first event of a kind."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        for one in events(live.feed):
            if true(one):
                return one
        time.sleep(0.01)
    raise AssertionError(f"It never came; {events(live.feed)[-3:]}")


def of_kind(kind: str) -> Callable[[dict[str, Any]], bool]:
    return lambda one: one["kind"] == kind


def over(live: LiveSession) -> None:
    assert live.has_ended.wait(PATIENCE_S)
    until(live, of_kind("end"))


def shown_now(live: LiveSession) -> Shown:
    """What the page that is open shows."""
    return shown_live(cast(SessionProcess, SimpleNamespace(setup=live.setup, watched=live.watch.watched)))


def commands(live: LiveSession) -> list[str]:
    data = live.setup.record.read_bytes()
    return [str(step.command["command"]) for step in read_record(data).steps]


def test_a_session_asks_proposes_and_is_kept_before_it_is_told(tmp_path: Path) -> None:
    live, kept = started(tmp_path, plan_of())
    time.sleep(0.2)
    assert not live.setup.record.exists(), "nothing begins before the page is there"
    with page(live):
        until(live, of_kind("question"))
        live.answers.say_pain(3)
        dose = until(live, of_kind("proposal"))
        assert dose["segment"] == "L4" and dose["reason"] and 0 < dose["commanded_n"] < 60.0
        time.sleep(0.3)
        given = [one for one in events(live.feed) if one["kind"] == "pulse" and one["purpose"] == "treat"]
        assert given == [], "a dose that waits is not given"
        with pytest.raises(AnswerRefused, match="not waiting"):
            live.answers.answer(dose["number"] + 1, accepts=True)
        assert live.answers.waiting(dose["number"]).decision.reason == dose["reason"]
        live.answers.say_pain(2)
        marked = shown_now(live).unaccepted
        assert marked is not None and marked.reason == dose["reason"], "it is marked as not accepted at once"
        live.answers.answer(dose["number"], accepts=True)
        until(live, of_kind("taken"))
        assert shown_now(live).unaccepted is None
        with pytest.raises(AnswerRefused, match="not waiting"):
            live.answers.waiting(dose["number"])
        over(live)
    treated = [one for one in events(live.feed) if one["kind"] == "pulse" and one["purpose"] == "treat"]
    assert len(treated) == 3
    assert all(one["simulated"] and one["peak_n"] <= one["cap_n"] == 60.0 for one in treated)
    assert kept.finished is not None and kept.finished.outcome is not None
    assert kept.finished.outcome.is_safe and kept.finished.stopped_by == ""
    assert not kept.told_before
    assert kept.is_checked.wait(PATIENCE_S) and kept.check is not None
    assert kept.check.verdict is Verdict.IDENTICAL, kept.check.text
    assert live.feed.after(0)[1] == 0
    pains = [(one.pain, one.when) for one in pains_of(read_record(live.setup.record.read_bytes()).steps)]
    assert [pain for pain, _ in pains] == [3, 2]
    assert pains[1][1].startswith("while the dose at L4 waited, after pulse ")


def test_pain_that_rises_while_the_segments_are_read_ends_the_session(tmp_path: Path) -> None:
    live, kept = started(tmp_path, plan_of(segments=("L3", "L4", "L5"), probes=6))
    live.answers.say_pain(2)
    with page(live):
        until(live, of_kind("pulse"))
        live.answers.say_pain(9)
        over(live)
    outcome = kept.finished and kept.finished.outcome
    assert outcome and outcome.stopped_because is StopBecause.PAIN and outcome.is_safe
    assert outcome.text == "Pain rose from 2 to 9 of 10."
    assert len(outcome.delivered) < 18, "before every segment was read"
    assert not any(one["kind"] == "question" for one in events(live.feed)), "it was said unasked"


def test_pain_that_rises_while_a_dose_waits_stops_at_once(tmp_path: Path) -> None:
    """The tip rests on the patient while the clinician reads; the session itself hears before the next pulse only."""
    live, kept = started(tmp_path, plan_of())
    live.answers.say_pain(2)
    with page(live):
        dose = until(live, of_kind("proposal"))
        live.answers.say_pain(3)
        time.sleep(0.3)
        assert live.answers.waiting(dose["number"]).number == dose["number"], "a rise by one ends nothing"
        live.answers.say_pain(4)
        over(live)
    outcome = kept.finished and kept.finished.outcome
    assert outcome and outcome.stopped_because is StopBecause.STOP_PRESSED and outcome.is_safe
    assert "the patient: pain rose from 2 to 4 of 10" in outcome.text
    assert not any(one.purpose == "treat" for one in outcome.delivered)


def test_declining_a_dose_ends_the_session_and_gives_nothing(tmp_path: Path) -> None:
    live, kept = started(tmp_path, plan_of())
    live.answers.say_pain(2)
    with page(live):
        dose = until(live, of_kind("proposal"))
        live.answers.say_pain(3)
        live.answers.answer(dose["number"], accepts=False)
        over(live)
    outcome = kept.finished and kept.finished.outcome
    assert outcome and outcome.stopped_because is StopBecause.STOP_PRESSED
    assert "the clinician, who declined the dose" in outcome.text
    assert "pain said last: 3 of 10" in outcome.text
    assert not any(one.purpose == "treat" for one in outcome.delivered)
    marked = shown_now(live).unaccepted
    assert marked is not None and marked.commanded_n, "the page that is open says it, not only the next one"
    path, plan = live.setup.record, live.setup.plan
    record = path.read_bytes()
    stored = StoredAdjustment(
        run="r",
        version=2,
        person_id="p",
        plan=to_json(plan),
        source="a test",
        record=path.name,
        by="a",
        at=datetime(2026, 11, 28, tzinfo=UTC),
        outcome=session_json(
            outcome, plan, record=path, digest=kept.finished.digest if kept.finished else ""
        ),
        problem="",
        stopped_by="",
        check=None,
    )
    kept_at = tmp_path / FOLDER / path.name
    kept_at.parent.mkdir(exist_ok=True)
    kept_at.write_bytes(record)
    shown = shown_stored(stored, tmp_path)
    assert [one.pain for one in shown.pains] == [2]
    assert shown.unaccepted is shown.decisions[-1] and shown.decisions[-1].commanded_n
    decisions = session_content(read_record(record), replay(record)).decisions
    assert [one.action for one in decisions if "not accepted" in one.action] == [decisions[-1].action]
    assert decisions[-1].forces.startswith("commanded")


@pytest.mark.parametrize("what", ["question", "proposal"])
def test_a_question_that_nobody_answers_ends_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(answers, "PATIENCE_S", 0.3)
    live, kept = started(tmp_path, plan_of())
    if what == "proposal":
        live.answers.say_pain(2)
    with page(live):
        until(live, of_kind(what))
        over(live)
    assert kept.finished is not None and "nobody" in kept.finished.stopped_by


STATES = {
    "connecting": lambda one: one["kind"] == "doing" and "Connecting" in one["text"],
    "going to a segment": lambda one: one["kind"] == "doing" and "Going" in one["text"],
    "in a pulse": lambda one: one["kind"] == "doing" and "Reading" in one["text"],
    "after a pulse": of_kind("pulse"),
    "taking the tip off": lambda one: one["kind"] == "doing" and "Tip off" in one["text"],
    "reading the map": of_kind("row"),
    "deciding": of_kind("decision"),
    "asking": of_kind("question"),
}


EVERY_TIME = ("connecting", "in a pulse", "taking the tip off", "asking")
"""Before, in and after a pulse, and while somebody is asked. The others are nightly."""


@pytest.mark.parametrize(
    "state",
    [state if state in EVERY_TIME else pytest.param(state, marks=pytest.mark.nightly) for state in STATES],
)
def test_a_stop_holds_in_every_state_and_nothing_is_delivered_after(tmp_path: Path, state: str) -> None:
    live, kept = started(tmp_path, plan_of())
    with page(live):
        until(live, STATES[state])
        before = sum(one["kind"] == "pulse" for one in events(live.feed))
        pressed_s = time.monotonic()
        live.press_stop("the STOP button")
        assert live.has_ended.wait(PATIENCE_S)
        took_s = time.monotonic() - pressed_s
        over(live)
        assert live.beat() is False
    outcome = kept.finished and kept.finished.outcome
    assert outcome is not None and outcome.stopped_because is StopBecause.STOP_PRESSED
    assert "the STOP button" in outcome.text and outcome.is_safe
    assert len(outcome.delivered) <= before + 1, "at most the pulse in flight"
    assert commands(live)[-1] != "Fire" or len(outcome.delivered) <= before + 1
    print(f"{state}: ended after {took_s * 1e3:.0f} ms")


def test_a_stop_before_the_page_is_there_delivers_nothing(tmp_path: Path) -> None:
    live, kept = started(tmp_path, plan_of())
    live.press_stop("the STOP button")
    over(live)
    outcome = kept.finished and kept.finished.outcome
    assert outcome is not None and outcome.delivered == ()


def test_a_page_that_falls_silent_in_a_pulse_stops_the_session_and_no_heartbeat_brings_it_back(
    tmp_path: Path,
) -> None:
    live, kept = started(tmp_path, plan_of(segments=("L3", "L4", "L5"), chosen="L4"))
    with page(live) as gone:
        until(live, STATES["in a pulse"])
        gone.set()
        assert live.has_ended.wait(PATIENCE_S)
    over(live)
    outcome = kept.finished and kept.finished.outcome
    assert kept.finished is not None and outcome is not None
    assert "lost its network" in kept.finished.stopped_by
    pulses = len(outcome.delivered)
    # How long it may take is the last test's claim, on a clock of its own.
    # The page comes back: it sees what was delivered, and nothing is armed again.
    with page(live):
        assert live.beat() is False
        time.sleep(0.5)
    assert sum(one["kind"] == "pulse" for one in events(live.feed)) == pulses


def test_a_page_that_never_comes_ends_the_session_untouched(tmp_path: Path) -> None:
    kept = Kept()
    plan = plan_of()
    setup = Setup(plan=plan, patient=draw_patient(1, plan.segments), address=None, record=tmp_path / "r.tar")
    keeper = Keeper(finished=lambda end: setattr(kept, "finished", end), checked=lambda _: None)
    live = LiveSession(setup, keeper, Patience(first_beat_s=0.2))
    over(live)
    assert kept.finished is not None and kept.finished.outcome is not None
    assert kept.finished.outcome.delivered == ()


def test_a_stop_reaches_an_instrument_behind_an_address_and_latches_there(tmp_path: Path) -> None:
    with simulator("--port", "0") as address:
        live, kept = started(tmp_path, plan_of(), address=address)
        with page(live):
            until(live, of_kind("pulse"))
            live.press_stop("the STOP key")
            over(live)
        host, port = address.removeprefix("tcp://").split(":")
        instrument = WireInstrument(TcpLink(host, int(port)))
        instrument.identify()
        assert instrument.status().state is State.STOPPED, "a new connection does not release the stop"
        instrument.close()
    assert kept.finished is not None and kept.finished.outcome is not None
    assert kept.finished.outcome.stopped_because is StopBecause.STOP_PRESSED


def test_an_instrument_that_is_not_there_is_said_and_kept(tmp_path: Path) -> None:
    live, kept = started(tmp_path, plan_of(), address="tcp://127.0.0.1:1")
    with page(live):
        over(live)
    assert kept.finished is not None and kept.finished.outcome is None
    assert "Is the instrument on" in kept.finished.problem


def test_a_feed_gives_every_frame_once_and_says_what_a_late_reader_lost() -> None:
    feed = Feed(kept=10)
    rng = np.random.default_rng(4)
    read, seen = 0, list[float]()
    for number in range(200):
        feed.block(number, np.full((8, int(rng.integers(1, 9))), number, dtype=np.float32))
        if rng.random() < 0.4 or number % 9 == 8:
            read, lost, data = feed.after(read)
            assert lost == 0
            assert len(data) % 8 == 0
            seen += [first for kind, first, _ in unpacked(data) if kind == BLOCK]
    read, _, data = feed.after(read)
    seen += [first for _, first, _ in unpacked(data)]
    assert seen == [float(number) for number in range(200)]
    assert feed.after(0)[1] == 190
    with pytest.raises(ValueError, match="begins no frame"):
        unpacked(HEAD.pack(BLOCK, 0, 0.0)[:7])


def _wave(force_n: np.ndarray, acceleration_m_s2: np.ndarray, *, start_us: int | None = None) -> Waveform:
    """A pulse of 4 ms on a preload of 20 N."""
    return Waveform(
        sequence=1,
        interval_us=100,
        duration_us=4000,
        preload_n=20.0,
        completed=True,
        simulated=True,
        force_n=force_n,
        acceleration_m_s2=acceleration_m_s2,
        start_us=start_us,
    )


def test_a_tracer_puts_every_measurement_in_once_and_keeps_the_peak_of_a_pulse() -> None:
    feed = Feed()
    tracer = Tracer(feed)
    truth = {ms: 20.0 + 0.01 * ms for ms in range(200)}
    for newest in range(31, 200, 19):
        kept = range(newest - 31, newest + 1)
        tracer.samples(tuple(Sample(time_us=1000 * ms, force_n=truth[ms]) for ms in kept))
    force_n = 20.0 + 30.0 * np.sin(np.linspace(0.0, np.pi, 400))
    acceleration = np.where(np.arange(400) == 57, -150.0, 1.0)
    tracer.pulse(_wave(force_n, acceleration), 30.0)
    blocks = [
        (int(first), np.frombuffer(data, "<f4").reshape(8, -1))
        for _, first, data in unpacked(feed.after(0)[2])
    ]
    idle, pulse = blocks[:-1], blocks[-1]
    found = {first + at: block[FORCE, at] for first, block in idle for at in range(block.shape[1])}
    newest = max(found)
    assert found == pytest.approx({ms: truth[ms] for ms in range(newest + 1)}, abs=1e-4)
    assert pulse[0] == newest + 1 and pulse[1].shape == (8, 40)
    assert pulse[1][FORCE].max() == pytest.approx(force_n.max(), abs=1e-3)
    assert pulse[1][ACCELERATION].min() == -150.0
    assert set(pulse[1][4]) == {30.0}


def test_a_silent_page_is_lost_after_two_seconds_but_not_for_what_the_program_itself_slept_through() -> None:
    def lost_at(looks_s: np.ndarray) -> float | None:
        heartbeat = Heartbeat(10.0)
        heartbeat.heard(10.0)
        for look_s in looks_s:
            if heartbeat.is_lost(float(look_s)):
                return float(look_s) - 10.0
        return None

    regular = np.arange(10.0, 30.0, LOOK_S)
    assert lost_at(regular) == pytest.approx(2.0, abs=0.06)
    # Frozen from 10.5 to 13 s: the watcher looks late, once.
    frozen = regular[(regular < 10.5) | (regular > 13.0)]
    assert lost_at(frozen) == pytest.approx(4.4, abs=0.1)
    # However slow the program is, the page is lost in the end.
    assert lost_at(np.arange(10.0, 60.0, 0.6)) == pytest.approx(5.0, abs=0.7)
    never = Heartbeat(0.0)
    assert not never.is_lost(LOOK_S) and never.is_lost(FIRST_BEAT_S + MOST_CREDIT_S + 1.0)


def test_a_tracer_puts_a_pulse_where_it_was_and_counts_what_is_missing() -> None:
    feed = Feed()
    tracer = Tracer(feed)
    force_n = 20.0 + 30.0 * np.sin(np.linspace(0.0, np.pi, 401))
    wave = _wave(force_n, np.full(401, -3.0), start_us=104_300)
    # Pulsing from 104.3 to 144.3 ms; measured once each millisecond before and after, but for 150 to 156 ms.
    idle_ms = [ms for ms in range(80, 200) if not 105 <= ms <= 144 and not 150 <= ms <= 156]
    samples = tuple(Sample(time_us=1000 * ms + 137, force_n=20.0 + 0.01 * ms) for ms in idle_ms)
    tracer.samples(samples[:10])
    tracer.pulse(wave, 30.0)
    tracer.samples(samples[10:40])
    tracer.samples(samples[40:])
    times_ms = list[int]()
    for _, first, data in unpacked(feed.after(0)[2]):
        block = np.frombuffer(data, "<f4").reshape(8, -1)
        assert not np.isnan(block).any()
        times_ms += range(int(first), int(first) + block.shape[1])
        if block[4].any():
            assert (int(first), block.shape[1]) == (105, 40)
            assert block[FORCE].max() == pytest.approx(force_n.max(), abs=1e-3)
            assert set(block[ACCELERATION]) == {-3.0}
    assert times_ms == [ms for ms in range(80, 200) if not 150 <= ms <= 156]
    assert tracer.missing_ms == 7
