"""A session that a page watches: it runs in a thread of its own and stops when nobody watches any more."""

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock, Thread

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
from spondyl.treatment.adjustment import Head, Outcome, Plan, Replay, replay

_LOG = logging.getLogger(__name__)

TRACE_US = 20_000
"""The instrument keeps 32 ms of measurements: asked for this often, none is missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What was decided before: ``address`` None is the simulator in this process, of ``patient``."""

    plan: Plan
    patient: SimulatedPatient
    address: str | None
    record: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """``outcome`` is None when the session could not run; ``problem`` then says why. ``stopped_by``: in words."""

    outcome: Outcome | None
    digest: str
    stopped_by: str
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Where the end of a session goes, before anybody is told of it; and the check of its record afterwards."""

    finished: Callable[[Finished], None]
    checked: Callable[[Replay], None]


class LiveSession:
    """Begins with the first heartbeat of its page. ``token`` is the secret of that page: it beats and stops with it."""

    def __init__(
        self,
        setup: Setup,
        keeper: Keeper,
        *,
        lost_after_s: float = LOST_AFTER_S,
        first_beat_s: float = FIRST_BEAT_S,
    ) -> None:
        self.setup = setup
        self.token = secrets.token_urlsafe(24)
        self.stop = StopSwitch()
        self.feed = Feed()
        self.answers = Answers(self.feed, self.stop)
        self._pace = Pace()
        self.watch = LiveWatch(setup.plan, self.feed, self._passed)
        self.has_ended = Event()
        self._keeper = keeper
        self._heartbeat = Heartbeat(time.monotonic(), lost_after_s=lost_after_s, first_beat_s=first_beat_s)
        self._watched = Event()
        self._claim = Lock()
        Thread(target=self._watch, daemon=True, name="adjustment watch").start()
        Thread(target=self._run, daemon=True, name="adjustment").start()

    def claim(self) -> bool:
        """Whether the caller may be the page of this session: only the first is; one that comes back never is."""
        return not self.stop.is_set() and self._claim.acquire(blocking=False)

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
                self.press_stop("the page was closed, hung or lost its network")

    def _run(self) -> None:
        self._watched.wait()
        try:
            outcome, digest = self._session()
            finished = Finished(outcome=outcome, digest=digest, stopped_by=self.stop.by)
        except (InstrumentError, OSError) as error:
            finished = Finished(outcome=None, digest="", stopped_by=self.stop.by, problem=str(error))
        except Exception as error:
            # The instrument is closed, and so SAFE, by now; whatever went wrong must be kept and told.
            _LOG.exception("a session broke off")
            finished = Finished(
                outcome=None, digest="", stopped_by=self.stop.by, problem=f"Spondyl met a fault: {error}"
            )
        finally:
            self.has_ended.set()
        self._end(finished)

    def _end(self, finished: Finished) -> None:
        try:
            self._keeper.finished(finished)
            outcome = finished.outcome
            self.feed.event(
                "end",
                because=outcome.stopped_because.value if outcome else "could not run",
                text=outcome.text if outcome else finished.problem,
                is_safe=outcome.is_safe if outcome else None,
                pulses=len(outcome.delivered) if outcome else 0,
            )
            if outcome is not None:
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
                stop=self.stop,
                watcher=self.watch,
                accept=self.answers.accept,
                trace=self.watch.trace,
                every_us=TRACE_US,
            )
            return run_session(head, rig, file.append)
