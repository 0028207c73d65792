"""The process of a session: runs it, tells the server what happens, and stops when the server falls silent or dies."""

import signal
import time
from dataclasses import replace
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Lock, Thread

from spondyl.clinic.adjust.answers import AnswerRefused
from spondyl.clinic.adjust.feed import SIGN_OF_LIFE
from spondyl.clinic.adjust.live_session import Finished, Keeper, LiveSession, Patience, Setup
from spondyl.clinic.adjust.live_watch import Watched
from spondyl.clinic.adjust.session_talk import (
    BEAT,
    STOP,
    Command,
    Dose,
    Frames,
    Kept,
    News,
    Pain,
    Ready,
    Said,
    Stopped,
)
from spondyl.treatment.adjustment import Replay

TELL_S = 0.02
QUIET_S = 0.5
"""While it only computes nothing happens: then it gives a sign of life this often."""
ENDED = "the server, which ended"


def run_child(
    setup: Setup, patience: Patience, lane: Connection, commands: Connection, news: Connection
) -> None:
    """Until the session has ended and everything is told. ``setup`` and the rest as the server's process has them."""
    # Ctrl-C goes to every process of a terminal; the server stops its sessions itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = _Child(setup, patience, news)
    signal.signal(signal.SIGTERM, child.terminated)
    Thread(target=child.hear_lane, args=(lane,), daemon=True, name="lane").start()
    Thread(target=child.hear_commands, args=(commands,), daemon=True, name="commands").start()
    child.tell()


class _Child:
    """Whoever drives the instrument never writes to a pipe: a server that does not read holds up nothing."""

    def __init__(self, setup: Setup, patience: Patience, news: Connection) -> None:
        self._news = news
        self._lock = Lock()
        self._is_alone = False
        self._kept = SimpleQueue[None]()
        keeper = Keeper(finished=self._finished, checked=self._checked)
        self.live = LiveSession(setup, keeper, patience)

    def terminated(self, _number: int, _frame: object) -> None:
        """The system, or a server that ends, asks the process to end: it stops first."""
        self.live.press_stop("the server, which is being ended")

    def hear_lane(self, lane: Connection) -> None:
        """Beats and the stop."""
        try:
            while True:
                self._heard(lane.recv_bytes())
        except (EOFError, OSError):
            self.live.press_stop(ENDED)

    def hear_commands(self, commands: Connection) -> None:
        """What people beside the table say, and that the end is kept."""
        try:
            while True:
                self._obey(commands.recv())
        except (EOFError, OSError):
            # Nobody will keep the end any more; the record has it.
            self._kept.put(None)

    def tell(self) -> None:
        """Everything that is new, again and again, until nothing more comes."""
        self._send(Ready())
        read, watched, is_stopped, told_s = 0, Watched(), False, time.monotonic()
        while True:
            is_over = self.live.feed.is_over
            if self.live.stop.is_set() and not is_stopped:
                is_stopped = True
                self._send(Stopped(by=self.live.stop.by))
            read, _, frames = self.live.feed.frames_after(read)
            # After the events were read and before they are told: who hears of one finds it in what is shown.
            if self.live.watch.watched.size != watched.size:
                watched = self.live.watch.watched
                self._send(watched)
            if not frames and time.monotonic() - told_s > QUIET_S:
                frames = [SIGN_OF_LIFE]
            if frames:
                self._send(Frames(frames=tuple(frames)))
                told_s = time.monotonic()
            if is_over:
                return
            time.sleep(TELL_S)

    def _heard(self, said: bytes) -> None:
        what, by = said[:1], said[1:].decode(errors="replace")
        if what == STOP:
            self.live.press_stop(by)
        self.live.served()
        if what == BEAT:
            self.live.beat()

    def _obey(self, command: Command) -> None:
        match command:
            case Pain() | Dose():
                self._send(self._answered(command))
            case Kept():
                self._kept.put(None)

    def _answered(self, command: Pain | Dose) -> Said:
        answers = self.live.answers
        try:
            if isinstance(command, Pain):
                answers.say_pain(command.pain)
                return Said(number=command.number)
            proposal = (
                answers.waiting(command.proposal)
                if command.accepts is None
                else answers.answer(command.proposal, accepts=command.accepts)
            )
            return Said(number=command.number, proposal=proposal)
        except AnswerRefused as refused:
            return Said(number=command.number, refused=str(refused))

    def _finished(self, finished: Finished) -> None:
        self._send(finished)
        if not self._is_alone:
            self._kept.get()

    def _checked(self, check: Replay) -> None:
        # The server has the record as a file.
        self._send(replace(check, record=None))

    def _send(self, news: News) -> None:
        if self._is_alone:
            return
        try:
            with self._lock:
                self._news.send(news)
        except OSError:
            self._is_alone = True
