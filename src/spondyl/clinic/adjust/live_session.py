"""A session that a page watches: it runs in a thread of its own and stops when nobody watches any more.

The clinic's server runs it in a process of its own: :mod:`spondyl.clinic.adjust.session_process`.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from spondyl.clinic.adjust.answers import Answers
from spondyl.clinic.adjust.feed import Feed
from spondyl.clinic.adjust.heartbeat import FIRST_BEAT_S, LOOK_S, LOST_AFTER_S, Heartbeat
from spondyl.clinic.adjust.instruments import open_instrument
from spondyl.clinic.adjust.live_watch import LiveWatch
from spondyl.clinic.adjust.pace import Pace
from spondyl.clinic.adjust.patient import SimulatedPatient
from spondyl.clinic.adjust.pump import Rig, run_session
from spondyl.clinic.adjust.record_file import RecordFile
from spondyl.clinic.adjust.stop_lane import send_stop
from spondyl.clinic.adjust.stop_switch import StopSwitch
from spondyl.instrument import InstrumentError, Interlock
from spondyl.treatment.adjustment import Delivered, Head, Outcome, Plan, Replay, replay

_LOG = logging.getLogger(__name__)

LOST_PAGE = "the page was closed, hung or lost its network"
SILENT_SERVER = "the server, which fell silent"
TRACE_US = 20_000
"""New measurements come to the page this often; the instrument keeps them for a second, were the disk so slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What was decided before: ``address`` None is the simulator in this process, of ``patient``."""

    plan: Plan
    patient: SimulatedPatient
    address: str | None
    record: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """``outcome`` is None when the session could not run or broke off; ``problem`` then says why, and ``known`` what it
    is known to have given. ``stopped_by``: in words."""

    outcome: Outcome | None
    digest: str
    stopped_by: str
    problem: str = ""
    known: tuple[Delivered, ...] = ()

    @property
    def delivered(self) -> tuple[Delivered, ...]:
        """Every pulse that is known to have been given, however the session ended."""
        return self.outcome.delivered if self.outcome else self.known

    @property
    def because(self) -> str:
        """Why it ended, in the code's words: a session that gave a pulse did run."""
        if self.outcome is not None:
            return self.outcome.stopped_because.value
        return "broke off" if self.known else "could not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Where the end of a session goes, before anybody is told of it; and the check of its record afterwards."""

    finished: Callable[[Finished], None]
    checked: Callable[[Replay], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """A page that says nothing for so long is lost; and how long the first word may take, s."""

    lost_after_s: float = LOST_AFTER_S
    first_beat_s: float = FIRST_BEAT_S


class LiveSession:
    """Begins with the first heartbeat of its page."""

    def __init__(self, setup: Setup, keeper: Keeper, patience: Patience | None = None) -> None:
        patience = patience or Patience()
        self.setup = setup
        self.stop = StopSwitch()
        self.feed = Feed()
        self.answers = Answers(self.feed, self.stop)
        self._pace = Pace()
        self.watch = LiveWatch(setup.plan, self.feed, self._passed)
        self.has_ended = Event()
        self._keeper = keeper
        self._heartbeat = Heartbeat(
            time.monotonic(), lost_after_s=patience.lost_after_s, first_beat_s=patience.first_beat_s
        )
        self._watched = Event()
        Thread(target=self._watch, daemon=True, name="adjustment watch").start()
        Thread(target=self._run, daemon=True, name="adjustment").start()

    def served(self) -> None:
        """The server, by which the page speaks, is there."""
        self._heartbeat.served(time.monotonic())

    def beat(self) -> bool:
        """The page is there. False once the session has stopped or ended: then no heartbeat brings it back."""
        self._heartbeat.heard(time.monotonic())
        self._watched.set()
        return not (self.stop.is_set() or self.has_ended.is_set())

    def press_stop(self, by: str) -> None:
        """Stop, in any state; waits for nothing."""
        if self.has_ended.is_set():
            return
        self.stop.press(by)
        self._watched.set()
        send_stop(self.setup.address)

    def _passed(self) -> None:
        # An instrument behind an address keeps time by itself.
        if self.setup.address is None:
            self._pace.passed(TRACE_US)

    def _watch(self) -> None:
        while not self.has_ended.wait(LOOK_S):
            if self._heartbeat.is_lost(time.monotonic()) and not self.stop.is_set():
                is_server = self._heartbeat.is_server_silent(time.monotonic())
                self.press_stop(SILENT_SERVER if is_server else LOST_PAGE)

    def _run(self) -> None:
        self._watched.wait()
        try:
            outcome, digest = self._session()
            finished = Finished(outcome=outcome, digest=digest, stopped_by=self.stop.by)
        except (InstrumentError, OSError) as error:
            finished = self._broken_off(str(error))
        except Exception as error:
            # The instrument is closed, and so SAFE, by now; whatever went wrong must be kept and told.
            _LOG.exception("a session broke off")
            finished = self._broken_off(f"Spondyl met a fault: {error}")
        finally:
            self.has_ended.set()
        self._end(finished)

    def _broken_off(self, problem: str) -> Finished:
        known = self.watch.watched.delivered
        given = f" Pulses given before: {len(known)}." if known else ""
        by = self.stop.by
        return Finished(outcome=None, digest="", stopped_by=by, problem=f"{problem}{given}", known=known)

    def _end(self, finished: Finished) -> None:
        try:
            self._keeper.finished(finished)
            tell_end(self.feed, finished)
            if finished.outcome is not None:
                self._keeper.checked(replay(self.setup.record.read_bytes()))
                self.feed.event("checked")
        finally:
            self.feed.close()

    def _session(self) -> tuple[Outcome, str]:
        setup, plan = self.setup, self.setup.plan
        head = Head(
            plan=plan,
            started_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            source=setup.address or "simulator in this process",
        )
        with (
            open_instrument(setup.address, setup.patient) as instrument,
            RecordFile(setup.record) as file,
        ):
            interlock = Interlock(
                instrument,
                session=plan.session,
                gate=plan.gate,
                limits=plan.limits,
                simulated=plan.simulated,
            )
            rig = Rig(
                instrument=instrument,
                interlock=interlock,
                ask=self.answers.told,
                hear=self.answers.heard,
                stop=self.stop,
                watcher=self.watch,
                accept=self.answers.accept,
                trace=self.watch,
                every_us=TRACE_US,
                is_real_time=setup.address is not None,
            )
            return run_session(head, rig, file.append)


def tell_end(feed: Feed, finished: Finished) -> None:
    """The last event but one: why a session ended, and what it gave."""
    outcome = finished.outcome
    feed.event(
        "end",
        because=finished.because,
        text=outcome.text if outcome else finished.problem,
        is_safe=outcome.is_safe if outcome else None,
        pulses=len(finished.delivered),
    )
