"""A session in a process of its own, as the server sees it: nothing that the server does makes the session wait."""

import logging
import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread

from spondyl.clinic.adjust.answers import AnswerRefused, Proposal
from spondyl.clinic.adjust.feed import Feed
from spondyl.clinic.adjust.heartbeat import LOOK_S
from spondyl.clinic.adjust.live_session import Finished, Keeper, Patience, Setup, tell_end
from spondyl.clinic.adjust.live_watch import Watched
from spondyl.clinic.adjust.session_child import run_child
from spondyl.clinic.adjust.session_talk import (
    ALIVE,
    BEAT,
    MOST_LANE_BYTES,
    STOP,
    Dose,
    Frames,
    Kept,
    News,
    Pain,
    Ready,
    Said,
    Stopped,
)
from spondyl.clinic.adjust.stop_lane import send_stop
from spondyl.clinic.adjust.stop_switch import StopSwitch
from spondyl.clinic.child_processes import child_context
from spondyl.treatment.adjustment import Replay

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unkept:
    """An end that the chart did not take, and why."""

    finished: Finished
    problem: str


ANSWER_S = 5.0
"""A session that does not answer for so long cannot take an answer; the page says so, and STOP goes another way."""

START_S = 30.0
"""How long its process may take to start: what is said meanwhile is handed on then."""


class SessionProcess:
    """Begins with the first heartbeat of its page. ``token`` is the secret of that page: it beats and stops with it."""

    def __init__(self, setup: Setup, keeper: Keeper, patience: Patience | None = None) -> None:
        self.setup = setup
        self.token = secrets.token_urlsafe(24)
        self.stop = StopSwitch()
        self.feed = Feed()
        self.watched = Watched()
        self.has_ended = Event()
        self.unkept: Unkept | None = None
        self._keeper = keeper
        self._claim = Lock()
        self._asking = Lock()
        self._numbers = count(1)
        self._said = SimpleQueue[Said]()
        self._is_ready = Event()
        self._start(patience or Patience())

    def claim(self) -> bool:
        """Whether the caller may be the page of this session: only the first is; one that comes back never is."""
        return not self.stop.is_set() and self._claim.acquire(blocking=False)

    def beat(self) -> bool:
        """The page is there. False once the session has stopped or ended: then no heartbeat brings it back."""
        self._by_lane(BEAT)
        return self.runs

    @property
    def runs(self) -> bool:
        """Ready or under way: neither stopped nor ended."""
        return not (self.stop.is_set() or self.has_ended.is_set())

    @property
    def is_open(self) -> bool:
        """Whether its end is still to come, or to be kept; not once the chart did not take it."""
        return not (self.feed.has_told_end or self.feed.is_over)

    def press_stop(self, by: str) -> None:
        """Stop, in any state; waits for nothing. To the instrument it goes from here too, past the session."""
        if self.has_ended.is_set():
            return
        self.stop.press(by)
        self._by_lane(STOP + by.encode()[: MOST_LANE_BYTES - 1])
        send_stop(self.setup.address)

    def say_pain(self, pain: int) -> None:
        """Pain now, 0 to 10; raises AnswerRefused."""
        self._ask(Pain(number=next(self._numbers), pain=pain))

    def waiting(self, number: int) -> Proposal:
        """The dose with this number, which waits for an answer; raises AnswerRefused."""
        return self._dose(number, accepts=None)

    def answer(self, number: int, *, accepts: bool) -> Proposal:
        """Accept or decline the dose with this number, which was read on the page; raises AnswerRefused."""
        return self._dose(number, accepts=accepts)

    def _dose(self, number: int, *, accepts: bool | None) -> Proposal:
        said = self._ask(Dose(number=next(self._numbers), proposal=number, accepts=accepts))
        assert said.proposal is not None
        return said.proposal

    def keep_again(self) -> None:
        """Give the end to the chart once more; raises what stands in the way."""
        unkept = self.unkept
        if unkept is None:
            return
        self._keeper.finished(unkept.finished)
        self.unkept = None

    @property
    def pid(self) -> int | None:
        """The process."""
        return self._process.pid

    def _start(self, patience: Patience) -> None:
        context = child_context()
        lane, self._lane = context.Pipe(duplex=False)
        commands, self._commands = context.Pipe(duplex=False)
        news, theirs = context.Pipe(duplex=False)
        os.set_blocking(self._lane.fileno(), False)
        self._process = context.Process(
            target=run_child,
            args=(self.setup, patience, lane, commands, theirs),
            daemon=True,
            name="adjustment session",
        )
        self._process.start()
        for end in (lane, commands, theirs):
            end.close()
        Thread(target=self._listen, args=(news,), daemon=True, name="adjustment news").start()
        Thread(target=self._live, daemon=True, name="adjustment server lives").start()

    def _by_lane(self, said: bytes) -> None:
        try:
            self._lane.send_bytes(said)
        except OSError:
            # The process is gone, which its news will say, or does not read, and will stop for want of beats.
            return

    def _live(self) -> None:
        while not self.has_ended.wait(LOOK_S):
            self._by_lane(ALIVE)

    def _ask(self, command: Pain | Dose) -> Said:
        self._is_ready.wait(START_S)
        with self._asking:
            end_s = time.monotonic() + ANSWER_S
            try:
                self._commands.send(command)
                while (
                    said := self._said.get(timeout=max(0.0, end_s - time.monotonic()))
                ).number != command.number:
                    pass
            except (OSError, Empty):
                raise AnswerRefused(
                    "The session does not answer. Press STOP and look at the instrument."
                ) from None
        if said.refused:
            raise AnswerRefused(said.refused)
        return said

    def _listen(self, news: Connection) -> None:
        try:
            while (told := _next(news)) is not None:
                self._hear(told)
            self._process.join()
        except Exception:
            # What could not be kept is not told either.
            _LOG.exception("the news of a session could not be kept")
            self.press_stop("the server, which met a fault")
        finally:
            self._is_ready.set()
            news.close()
        try:
            if not self.has_ended.is_set():
                self._died()
        finally:
            self.feed.close()

    def _hear(self, news: News) -> None:
        match news:
            case Frames():
                self.feed.take(news.frames)
            case Watched():
                self.watched = news
            case Stopped():
                self.stop.press(news.by)
            case Ready():
                self._is_ready.set()
            case Said():
                self._said.put(news)
            case Finished():
                self.has_ended.set()
                self._kept(news)
            case Replay():
                self._keeper.checked(news)

    def _kept(self, finished: Finished) -> None:
        try:
            self._keeper.finished(finished)
        except Exception as error:
            self.unkept = Unkept(finished=finished, problem=str(error))
            self.feed.event("unkept", text=str(error))
            raise
        finally:
            # A process that is gone by now waits for nothing.
            with suppress(OSError):
                self._commands.send(Kept())

    def _died(self) -> None:
        """The process ended without a word: the instrument is told to stop, and the page what is known."""
        send_stop(self.setup.address)
        known = self.watched.delivered
        pulses = len(known)
        problem = (
            f"The session's own process ended unexpectedly (code {self._process.exitcode}) after at least {pulses} "
            f"pulse{'' if pulses == 1 else 's'}. The instrument was told to stop and goes to its safe state by itself: "
            "look at it, and take the tip off. What was delivered is in the record."
        )
        _LOG.error("%s", problem)
        self.has_ended.set()
        by = self.stop.by
        finished = Finished(outcome=None, digest="", stopped_by=by, problem=problem, known=known)
        self._kept(finished)
        tell_end(self.feed, finished)


def _next(news: Connection) -> News | None:
    """None when the process has ended."""
    try:
        return news.recv()
    except (EOFError, OSError):
        return None
