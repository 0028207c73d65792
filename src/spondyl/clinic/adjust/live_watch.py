"""Tells a page what a session does: the session's watcher, writing into a feed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from spondyl.clinic.adjust.feed import Feed
from spondyl.clinic.adjust.tracer import Tracer
from spondyl.instrument import Instrument, cap_n
from spondyl.treatment.adjustment import (
    Command,
    Decision,
    Delivered,
    Done,
    Fire,
    Fired,
    InContact,
    MapRow,
    Note,
    Open,
    Place,
    Plan,
    Reading,
    Rest,
    Show,
    delivered_of,
    to_json,
)

PURPOSES = {"probe": "Reading", "calibrate": "Small pulse", "treat": "Pulse"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What was read, delivered and decided so far, and the last pulse: what pages show beside the traces."""

    rows: tuple[MapRow, ...] = ()
    delivered: tuple[Delivered, ...] = ()
    decisions: tuple[Decision, ...] = ()
    last: tuple[Fire, Fired] | None = None
    is_unaccepted: bool = False
    """Nobody has accepted the dose proposed last."""

    @property
    def size(self) -> tuple[int, int, int, bool]:
        """Of another size: something has come."""
        return len(self.rows), len(self.delivered), len(self.decisions), self.is_unaccepted


class LiveWatch:
    """``passed`` is called after every piece of waiting: it holds virtual time to the clock.

    Keeps what was read, delivered and decided so far, and the last pulse, for pages to show.
    """

    def __init__(self, plan: Plan, feed: Feed, passed: Callable[[], None]) -> None:
        self._plan = plan
        self._feed = feed
        self._tracer = Tracer(feed)
        self._passed = passed
        self.rows: list[MapRow] = []
        self.delivered: list[Delivered] = []
        self.decisions: list[Decision] = []
        self.last: tuple[Fire, Fired] | None = None
        self.is_unaccepted = False
        self._spent_ns: dict[str, float] = {}

    @property
    def watched(self) -> Watched:
        """As it stands now."""
        return Watched(
            rows=tuple(self.rows),
            delivered=tuple(self.delivered),
            decisions=tuple(self.decisions),
            last=self.last,
            is_unaccepted=self.is_unaccepted,
        )

    def asked(self, command: Command, /) -> None:
        """Say what is about to happen."""
        match command:
            case Open():
                self._feed.event("doing", text="Connecting to the instrument")
            case Place():
                self._place(command)
            case Fire():
                what = PURPOSES.get(command.purpose, command.purpose)
                self._doing(f"{what} at {command.segment}: {command.commanded_n:g} N", command.segment)
            case Rest():
                self._feed.event("doing", text="Tip off")
            case Note():
                self.decisions.append(command.decision)
                self.is_unaccepted |= bool(command.decision.commanded_n)
                self._feed.event("decision", **to_json(command.decision))
            case Show():
                self.rows.append(command.row)
                self._feed.event("row", **to_json(command.row))
            case _:
                pass

    def answered(self, command: Command, reading: Reading, /) -> None:
        """Say what came of it."""
        if isinstance(command, Fire) and isinstance(reading, Fired):
            self._fired(command, reading)
        elif isinstance(reading, InContact):
            self._tracer.level = replace(self._tracer.level, preload_n=reading.preload_n)
        elif isinstance(command, Note) and isinstance(reading, Done) and command.decision.commanded_n:
            self.is_unaccepted = False
            self._feed.event("taken")

    def force(self, _force_n: float, /) -> None:
        """A piece of waiting is over; the measurements come by :meth:`take`."""
        self._passed()

    @property
    def missing_ms(self) -> int:
        """Milliseconds so far of which the traces have no measurement."""
        return self._tracer.missing_ms

    def take(self, instrument: Instrument, /) -> None:
        """What the instrument measured since the last time."""
        self._tracer.take(instrument)

    def _place(self, place: Place) -> None:
        self._doing(f"Going to {place.segment}", place.segment)
        cap = cap_n(place.segment, self._plan.limits)
        spent_ns = self._spent_ns.get(place.segment, 0.0)
        self._tracer.level = replace(self._tracer.level, cap_n=cap, segment_impulse_ns=spent_ns)

    def _doing(self, text: str, segment: str) -> None:
        self._feed.event("doing", text=text, segment=segment)

    def _fired(self, fire: Fire, fired: Fired) -> None:
        waveform = fired.waveform
        self._spent_ns[fire.segment] = self._spent_ns.get(fire.segment, 0.0) + fired.charged_ns
        done = delivered_of(fire, fired)
        self.delivered.append(done)
        self._tracer.pulse(waveform, fire.commanded_n)
        self._tracer.level = replace(
            self._tracer.level,
            segment_impulse_ns=self._spent_ns[fire.segment],
            impulse_ns=sum(self._spent_ns.values()),
            pulses=len(self.delivered),
        )
        self.last = (fire, fired)
        self._feed.event("pulse", **to_json(done))
