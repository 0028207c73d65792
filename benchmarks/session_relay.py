"""Between the server and a simulated instrument: hands every byte on and notes when it came."""

import selectors
import socket
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from spondyl.instrument import State
from spondyl.instrument.protocol import Frame, FrameReader, Kind

HERE = "127.0.0.1"
TICK_S = 0.02
LONG_S = 0.1
RECORD_MS = 40
ARMED = (State.ARMED, State.PAUSED, State.PULSING)


@dataclass(kw_only=True)
class Seen:
    """What passed. Times: the machine's monotonic clock, s; silences and lateness: s; samples: of 1 ms.

    ``silences``: from one word of the host to its next while the tip is on. ``away_on``, ``away_off``: from one
    asking for all that was measured to the next, with the tip on meanwhile and off all the while. ``lateness``: of this
    process itself, which does almost nothing: what the machine, not the server, is late by.
    """

    silences: list[float] = field(default_factory=list)
    longest: list[str] = field(default_factory=list)
    away_on: list[float] = field(default_factory=list)
    away_off: list[float] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    stopped: list[float] = field(default_factory=list)
    armed: list[float] = field(default_factory=list)
    samples: int = 0
    """Milliseconds with the tip on and no pulse recorded."""
    lost_samples: int = 0
    """Those of them whose measurement never reached the host."""
    cut_links: int = 0


@dataclass(kw_only=True)
class Contact:
    """From the tip's coming to its going, by the instrument's clock, and what passed of its measurements."""

    from_us: int = 0
    until_us: int = 0
    pulses_us: list[int] = field(default_factory=list)
    seen_ms: set[int] = field(default_factory=set)

    def due_ms(self) -> set[int]:
        """Every whole millisecond but those that a pulse's own recording holds."""
        due = set(range(self.from_us // 1000 + 1, self.until_us // 1000))
        for pulse_us in self.pulses_us:
            due -= set(range(pulse_us // 1000 + 1, pulse_us // 1000 + 1 + RECORD_MS))
        return due


class Relay:
    """One link to the server, perhaps a second one that only stops, and one to the instrument for each."""

    def __init__(self, instrument: tuple[str, int]) -> None:
        self.seen = Seen()
        self._instrument = instrument
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server((HERE, 0))
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._peers: dict[socket.socket, socket.socket] = {}
        self._readers: dict[socket.socket, FrameReader] = {}
        self._state = State.SAFE
        self._host_s = 0.0
        self._kind = ""
        self._contact = Contact()
        self._asked_s = 0.0
        self._was_on = False
        self._due_s = time.monotonic()

    @property
    def port(self) -> int:
        """Where the server is to find the instrument."""
        return int(self._listener.getsockname()[1])

    def run(self, ask: Connection) -> None:
        """Until the other end is closed; whatever is asked is answered with what was seen since."""
        self._selector.register(ask, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select(max(0.0, self._due_s - time.monotonic())):
                if key.fileobj is ask:
                    try:
                        ask.recv()
                    except EOFError:
                        return
                    if self._state not in ARMED:
                        self._count()
                    ask.send(self.seen)
                    self.seen = Seen()
                elif key.fileobj is self._listener:
                    self._accept()
                else:
                    self._pass(key.fileobj)
            self._tick()

    def _tick(self) -> None:
        now_s = time.monotonic()
        if now_s >= self._due_s:
            self.seen.lateness.append(now_s - self._due_s)
            self._due_s = now_s + TICK_S

    def _accept(self) -> None:
        host, _ = self._listener.accept()
        instrument = socket.create_connection(self._instrument)
        for one, other in ((host, instrument), (instrument, host)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._peers[one], self._readers[one] = other, FrameReader()
            self._selector.register(one, selectors.EVENT_READ, data=one is host)

    def _pass(self, one: Any) -> None:
        try:
            data = one.recv(65536)
            now_s = time.monotonic()
            other = self._peers[one]
            if data:
                other.sendall(data)
        except OSError:
            data, now_s, other = b"", time.monotonic(), self._peers[one]
        if not data:
            self._drop(one, other)
            return
        is_host = bool(self._selector.get_key(one).data)
        has_stop, frames = self._readers[one].feed(data)
        if is_host:
            self._heard_host(now_s, has_stop, frames)
        else:
            self._heard_instrument(now_s, frames)

    def _drop(self, *ends: socket.socket) -> None:
        for one in ends:
            if one in self._peers:
                self._selector.unregister(one)
                one.close()
                del self._peers[one], self._readers[one]

    def _heard_host(self, now_s: float, has_stop: bool, frames: list[Frame]) -> None:
        if has_stop or any(frame.kind is Kind.STOP for frame in frames):
            self.seen.stops.append(now_s)
        if self._state in ARMED and self._host_s:
            self.seen.silences.append(now_s - self._host_s)
            if now_s - self._host_s > LONG_S:
                between = f"{self._kind} and {_kinds(frames)}"
                self.seen.longest.append(
                    f"{now_s - self._host_s:.3f} s between {between}, {self._state.name}"
                )
        self._kind = _kinds(frames)
        if any(frame.kind is Kind.SAMPLES_AFTER for frame in frames):
            self._asked(now_s)
        self._host_s = now_s

    def _asked(self, now_s: float) -> None:
        if self._asked_s:
            away = self.seen.away_on if self._was_on else self.seen.away_off
            away.append(now_s - self._asked_s)
        self._asked_s, self._was_on = now_s, self._state in ARMED

    def _heard_instrument(self, now_s: float, frames: list[Frame]) -> None:
        for frame in frames:
            if frame.kind is Kind.STATUS:
                self._status(now_s, State(frame.values["state"]), int(frame.values["time_us"]))
            elif frame.kind is Kind.SAMPLES:
                self._contact.seen_ms.update(int(row[0]) // 1000 for row in frame.rows)

    def _status(self, now_s: float, state: State, time_us: int) -> None:
        if state is self._state:
            return
        if state is State.STOPPED:
            self.seen.stopped.append(now_s)
        if state is State.ARMED and self._state is State.SAFE:
            self.seen.armed.append(now_s)
        if state in ARMED and self._state not in ARMED:
            self._count()
            self._contact = Contact(from_us=time_us, until_us=time_us)
            self._was_on = True
        if state is State.PULSING:
            self._contact.pulses_us.append(time_us)
        if state not in ARMED and self._state in ARMED:
            self._contact.until_us = time_us
        if state is State.SAFE and self._state in ARMED:
            self._host_s = 0.0
        self._state = state

    def _count(self) -> None:
        """The contact before is over, and whatever the host still asked of it has passed."""
        due_ms = self._contact.due_ms()
        self.seen.samples += len(due_ms)
        self.seen.lost_samples += len(due_ms - self._contact.seen_ms)
        self._contact = Contact()


def _kinds(frames: list[Frame]) -> str:
    return ", ".join(frame.kind.name for frame in frames)


def run_relay(instrument: tuple[str, int], ask: Connection) -> None:
    """In a process of its own; first tells its port."""
    relay = Relay(instrument)
    ask.send(relay.port)
    relay.run(ask)
