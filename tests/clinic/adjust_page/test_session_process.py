"""Claims: a session in its own process asks, gives and is kept like one beside the caller; it stops, with its record
closed, when its server dies or falls silent; a server that does not read holds up neither session nor stop; a session
whose process dies is told and kept as that, and its instrument is stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from live_sessions import Kept, events, plan_of
from running import is_running
from served_instrument import simulator
from spondyl.clinic.adjust import session_process
from spondyl.clinic.adjust.answers import AnswerRefused
from spondyl.clinic.adjust.feed import BLOCK, SIGN_OF_LIFE
from spondyl.clinic.adjust.heartbeat import LOOK_S, MOST_CREDIT_S, Heartbeat
from spondyl.clinic.adjust.live_session import Finished, Keeper, Patience, Setup
from spondyl.clinic.adjust.patient import draw_patient
from spondyl.clinic.adjust.session_child import run_child
from spondyl.clinic.adjust.session_process import SessionProcess
from spondyl.clinic.adjust.session_talk import ALIVE, BEAT, STOP
from spondyl.clinic.child_processes import child_context
from spondyl.clinic.web.adjust.stream import unpacked
from spondyl.instrument import State
from spondyl.instrument.drivers import TcpLink, WireInstrument
from spondyl.treatment.adjustment import Replay, StopBecause, Verdict, read_record, replay

pytestmark = pytest.mark.alone  # heartbeats and the link's watchdog run in real time
HERE = Path(__file__).parent
PATIENCE_S = 60.0
"""Of these tests: the machine may be busy."""


def setup_of(folder: Path, address: str | None = None, **changes: Any) -> Setup:
    plan = plan_of(**changes)
    patient = draw_patient(1, plan.segments)
    return Setup(plan=plan, patient=patient, address=address, record=folder / "record.tar")


def started(setup: Setup) -> tuple[SessionProcess, Kept]:
    kept = Kept()

    def finished(end: Finished) -> None:
        kept.finished, kept.told_before = end, live.feed.has_told_end

    def checked(check: Replay) -> None:
        kept.check = check
        kept.is_checked.set()

    live = SessionProcess(setup, Keeper(finished=finished, checked=checked))
    return live, kept


@contextmanager
def page(live: SessionProcess) -> Iterator[None]:
    gone = Event()

    def beat() -> None:
        while not gone.wait(0.1):
            live.beat()

    beating = Thread(target=beat, daemon=True)
    beating.start()
    yield
    gone.set()
    beating.join()


def until(true: Callable[[], Any], what: str) -> Any:
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        if found := true():
            return found
        time.sleep(0.02)
    raise AssertionError(f"It never came: {what}")


def event(live: SessionProcess, kind: str) -> dict[str, Any]:
    return until(lambda: next((one for one in events(live.feed) if one["kind"] == kind), None), kind)


def state_of(address: str) -> State:
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    instrument = WireInstrument(TcpLink(host, int(port)))
    instrument.identify()
    state = instrument.status().state
    instrument.close()
    return state


def test_a_session_in_its_own_process_asks_gives_and_is_kept_before_it_is_told(tmp_path: Path) -> None:
    live, kept = started(setup_of(tmp_path))
    assert live.pid not in (None, os.getpid())
    assert live.claim() and not live.claim(), "one page holds it"
    with page(live):
        event(live, "question")
        with pytest.raises(AnswerRefused, match="lies between 0 and 10"):
            live.say_pain(11)
        live.say_pain(3)
        dose = event(live, "proposal")
        with pytest.raises(AnswerRefused, match="not waiting"):
            live.answer(dose["number"] + 1, accepts=True)
        assert live.waiting(dose["number"]).decision.segment == "L4"
        assert live.answer(dose["number"], accepts=True).decision.segment == "L4"
        assert kept.is_checked.wait(PATIENCE_S)
        until(lambda: live.feed.is_over, "the end of the feed")
    assert kept.check is not None and kept.check.verdict is Verdict.IDENTICAL, kept.check.text
    assert replay(live.setup.record.read_bytes()).verdict is Verdict.IDENTICAL
    assert kept.finished is not None and kept.finished.outcome is not None and not kept.told_before
    assert live.watched.delivered == kept.finished.outcome.delivered
    assert live.watched.rows == kept.finished.outcome.stiffness
    assert live.watched.last is not None and live.watched.last[0].segment == "L4"
    assert [one["kind"] for one in events(live.feed)][-2:] == ["end", "checked"]
    assert any(kind == BLOCK for kind, _, _ in unpacked(live.feed.after(0)[2]))
    until(lambda: not is_running(live.pid or 0), "the end of the process")


def test_a_session_in_which_nothing_happens_gives_signs_of_life(tmp_path: Path) -> None:
    """A fit on a busy machine takes seconds: the page must not take that for a feed that hangs."""
    live, _ = started(setup_of(tmp_path))
    until(lambda: live.feed.after(0)[0] >= 2, "a second sign of life before the first heartbeat")
    assert live.feed.after(0)[2].startswith(SIGN_OF_LIFE * 2)
    live.press_stop("the STOP button")
    event(live, "end")


def begins_late(*arguments: Any) -> None:
    time.sleep(3.0)
    run_child(*arguments)


def test_what_is_said_while_the_process_still_starts_is_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy machine takes longer to start it than an answer may take."""
    monkeypatch.setattr(session_process, "ANSWER_S", 2.0)
    monkeypatch.setattr(session_process, "run_child", begins_late)
    live, _ = started(setup_of(tmp_path))
    with page(live):
        live.say_pain(3)
        assert event(live, "pain")["pain"] == 3
        live.press_stop("the STOP button")
        event(live, "end")


def test_a_stop_ends_it_and_names_who_pressed(tmp_path: Path) -> None:
    live, kept = started(setup_of(tmp_path, probes=6))
    with page(live):
        until(lambda: live.watched.delivered, "a pulse")
        before = len(live.watched.delivered)
        live.press_stop("the STOP button")
        assert live.beat() is False
        event(live, "end")
    outcome = kept.finished and kept.finished.outcome
    assert outcome is not None and outcome.stopped_because is StopBecause.STOP_PRESSED
    assert "the STOP button" in outcome.text and outcome.is_safe
    assert len(outcome.delivered) <= before + 1, "at most the pulse in flight"


def test_a_session_whose_process_is_killed_is_told_kept_and_its_instrument_stopped(tmp_path: Path) -> None:
    with simulator() as address:
        live, kept = started(setup_of(tmp_path, address, probes=6))
        with page(live):
            until(lambda: live.watched.delivered, "a pulse")
            assert live.pid is not None
            os.kill(live.pid, signal.SIGKILL)
            end = event(live, "end")
            until(lambda: live.feed.is_over, "the end of the feed")
            assert live.beat() is False
            with pytest.raises(AnswerRefused, match="does not answer"):
                live.say_pain(3)
        until(lambda: state_of(address) is State.STOPPED, "the instrument's stop")
    assert kept.finished is not None and kept.finished.outcome is None
    assert "ended unexpectedly (code -9)" in kept.finished.problem == end["text"]
    assert end["because"] == "broke off" and end["is_safe"] is None
    assert end["pulses"] == len(kept.finished.delivered) >= 1
    assert replay(live.setup.record.read_bytes()).verdict is Verdict.UNFINISHED


@pytest.mark.parametrize(
    ("number", "by"),
    [(signal.SIGKILL, "the server, which ended"), (signal.SIGSTOP, "the server, which fell silent")],
    ids=["killed", "hung"],
)
def test_a_session_whose_server_dies_or_hangs_stops_and_closes_its_record(
    tmp_path: Path, number: signal.Signals, by: str
) -> None:
    record = tmp_path / "record.tar"
    with simulator() as address:
        command = [sys.executable, str(HERE / "served_session.py"), str(record), address]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            pid = int(server.stdout.readline())
            assert server.stdout.readline() == "pulse\n"
            server.send_signal(number)
            until(lambda: record.read_bytes().count(b"outcome"), "the end of the record")
            until(lambda: state_of(address) is State.STOPPED, "the instrument's stop")
            server.kill()
            until(lambda: not is_running(pid), "the end of the session's process")
    check = replay(record.read_bytes())
    assert check.verdict is Verdict.IDENTICAL, check.text
    outcome = read_record(record.read_bytes()).outcome
    assert outcome is not None and outcome.stopped_because is StopBecause.STOP_PRESSED
    assert by in outcome.text and outcome.is_safe


def test_an_end_that_cannot_be_kept_is_not_told_and_stands_in_the_servers_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: Finished) -> None:
        raise OSError("the disk is full")

    live = SessionProcess(setup_of(tmp_path), Keeper(finished=full, checked=lambda _: None))
    live.press_stop("the STOP button")
    until(lambda: live.feed.is_over, "the end of the feed")
    assert live.has_ended.is_set() and not live.feed.has_told_end
    assert "could not be kept" in caplog.text and "the disk is full" in caplog.text


def test_a_server_that_reads_nothing_holds_up_neither_session_nor_stop(tmp_path: Path) -> None:
    context = child_context()
    lane, by_lane = context.Pipe(duplex=False)
    commands, _by_commands = context.Pipe(duplex=False)
    unread, news = context.Pipe(duplex=False)
    setup = setup_of(tmp_path, segments=("L2", "L3", "L4", "L5"), probes=6)
    process = context.Process(target=run_child, args=(setup, Patience(), lane, commands, news), daemon=True)
    process.start()
    for end in (lane, commands, news):
        end.close()

    def size() -> int:
        return setup.record.stat().st_size if setup.record.exists() else 0

    def beats(for_s: float) -> None:
        for _ in range(int(for_s / LOOK_S)):
            by_lane.send_bytes(ALIVE)
            by_lane.send_bytes(BEAT)
            time.sleep(LOOK_S)

    # Waveforms and blocks fill the pipe of news in about three seconds; from then on nobody can write to it.
    while size() < 400_000:
        beats(1.0)
    full = size()
    beats(1.5)
    assert size() > full, "the session goes on"
    by_lane.send_bytes(STOP + b"the STOP button")
    until(lambda: b"outcome" in setup.record.read_bytes()[-20_000:], "the end of the record")
    unread.close()
    process.join(PATIENCE_S)
    assert process.exitcode == 0
    outcome = read_record(setup.record.read_bytes()).outcome
    assert outcome is not None and "the STOP button" in outcome.text


def test_what_the_server_slept_through_is_not_held_against_the_page_and_has_a_limit() -> None:
    def lost_after(served_until_s: float) -> float:
        heartbeat = Heartbeat(0.0)
        heartbeat.heard(0.0)
        for number in range(1, 400):
            now_s = number * LOOK_S
            if now_s <= served_until_s:
                heartbeat.served(now_s)
            if heartbeat.is_lost(now_s):
                return now_s
        raise AssertionError("never lost")

    assert lost_after(100.0) == pytest.approx(2.0, abs=2 * LOOK_S), "the server is there, the page is not"
    assert lost_after(1.0) == pytest.approx(2.0 + MOST_CREDIT_S, abs=4 * LOOK_S), "neither is"
