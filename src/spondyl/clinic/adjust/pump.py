"""Drives a session: obeys its commands through the interlock, writes each down first, and answers with what came."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import isfinite
from threading import Event, Thread
from typing import Protocol

from spondyl.clinic.adjust.stop_switch import StopSwitch, by_of
from spondyl.instrument import (
    Contact,
    Instrument,
    InstrumentError,
    InstrumentRefusedError,
    Interlock,
    Ledger,
    PulseShape,
    Refusal,
    State,
    Status,
)
from spondyl.treatment.adjustment import (
    Ask,
    Command,
    Decision,
    Denied,
    Done,
    Failed,
    Fire,
    Fired,
    Halted,
    Head,
    Hear,
    InContact,
    Note,
    Open,
    Opened,
    Outcome,
    Place,
    Reading,
    RecordWriter,
    Rest,
    Rested,
    Show,
    Told,
    Wait,
    session,
)

ALIVE_US = 100_000
"""A wait is cut into pieces of this length; the status asked for between them keeps the link alive."""

DRAIN_S = 0.1
"""While the session computes, measurements are taken this often."""

COUNTED = "The instrument counted one more pulse than is listed: its result was not read."
UNKNOWN = "One more pulse than is listed was asked for: nobody knows whether it was given."
MISCOUNTED = (
    "The instrument counted {counted} pulses, {listed} are listed. Take it out of use and have it checked."
)

Store = Callable[[bytes], None]


class Watcher(Protocol):
    """Who looks on: told of every command and of what came of it."""

    def asked(self, command: Command, /) -> None:
        """A command is about to be obeyed."""
        ...

    def answered(self, command: Command, reading: Reading, /) -> None:
        """It was answered."""
        ...

    def force(self, force_n: float, /) -> None:
        """The newest force at the tip."""
        ...


class Trace(Protocol):
    """Where the measurements go."""

    @property
    def missing_ms(self) -> int:
        """Milliseconds so far whose measurement the instrument did not have any more when it was asked."""
        ...

    def take(self, instrument: Instrument, /) -> None:
        """Everything that was measured since the last time."""
        ...


class Untraced:
    """The measurements go nowhere."""

    missing_ms = 0

    def take(self, instrument: Instrument, /) -> None:
        """Nothing."""


class Silent:
    """Nobody looks on."""

    def asked(self, command: Command, /) -> None:
        """Nothing."""

    def answered(self, command: Command, reading: Reading, /) -> None:
        """Nothing."""

    def force(self, force_n: float, /) -> None:
        """Nothing."""


def at_once(_decision: Decision) -> bool:
    """Nobody is asked: the doses of the plan are accepted."""
    return True


def unsaid() -> None:
    """Nobody speaks unless asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """What a session runs on. ``ask`` puts the pain question, ``hear`` gives what was said by now without one; ``stop``
    is set by whoever presses the stop.

    ``ask`` gives None until the patient has answered, ``accept`` until the clinician has; the instrument is kept alive
    meanwhile. ``trace`` takes the measurements every ``every_us`` of waiting and whenever the tip has come off; with an
    instrument that keeps time by itself (``is_real_time``) also while the session computes with the tip off.
    """

    instrument: Instrument
    interlock: Interlock
    ask: Callable[[], Told | None]
    stop: Event
    watcher: Watcher
    hear: Callable[[], Told | None] = unsaid
    accept: Callable[[Decision], bool | None] = at_once
    trace: Trace = field(default_factory=Untraced)
    is_real_time: bool = False
    every_us: int = ALIVE_US


def run_session(head: Head, rig: Rig, store: Store) -> tuple[Outcome, str]:
    """Run the session to its end; the outcome and the SHA-256 of the record."""
    writer, play = RecordWriter(), session(head.plan)
    store(writer.begin(head))
    command, told_ms = next(play), 0
    while True:
        store(writer.asked(command))
        rig.watcher.asked(command)
        reading = _obey(command, rig)
        # Told first: a pulse that took place is known also when it cannot be written.
        rig.watcher.answered(command, reading)
        missing_ms = rig.trace.missing_ms
        store(writer.answered(reading, missing_ms=missing_ms - told_ms))
        told_ms = missing_ms
        try:
            with _drained(rig):
                command = play.send(reading)
        except StopIteration as end:
            store(writer.end(end.value))
            return end.value, writer.digest


@contextmanager
def _drained(rig: Rig) -> Generator[None]:
    """A fit takes longer than the instrument keeps measurements: they are taken meanwhile, but only with the tip off.

    With the tip on a session that hangs must fall silent, or the link watchdog would never take the tip off.
    """
    if not rig.is_real_time or rig.interlock.intended is not State.SAFE:
        yield
        return
    is_done = Event()
    thread = Thread(target=_drain, args=(rig, is_done), daemon=True, name="adjustment samples")
    thread.start()
    try:
        yield
    finally:
        is_done.set()
        thread.join()


def _drain(rig: Rig, is_done: Event) -> None:
    while not is_done.wait(DRAIN_S):
        try:
            rig.trace.take(rig.instrument)
        except InstrumentError:
            # Whoever speaks to the instrument next meets it too.
            return


def _obey(command: Command, rig: Rig) -> Reading:
    """Do it; a stop goes before it, and every failure is followed by the way to the safe state."""
    if rig.stop.is_set():
        return _halt(rig)
    try:
        reading = _do(command, rig)
    except InstrumentError as error:
        if rig.stop.is_set():
            # The stop's own way was quicker than this command, which then found the instrument stopped.
            return _halt(rig)
        is_safe = _is_safe(rig)
        return Failed(text=" ".join((str(error), *_unread(rig))), is_safe=is_safe)
    if not rig.stop.is_set():
        return reading
    halted = _halt_with_word(rig) if isinstance(command, Note) else _halt(rig)
    # A pulse that took place is told, whatever came meanwhile; the next command is answered with the stop.
    return reading if isinstance(reading, Fired) else halted


def _halt(rig: Rig) -> Halted:
    by = by_of(rig.stop)
    try:
        rig.interlock.stop()
        rig.interlock.rest()
    except InstrumentError as error:
        # Out of reach: its own link watchdog takes the force away, but nobody has seen that it did.
        said = (f"{by}; the instrument did not confirm: {error}", *_unread(rig))
        return Halted(by=" ".join(said), is_safe=False)
    _last_trace(rig)
    return Halted(by=" ".join((f"{by}; the instrument confirmed", *_unread(rig))))


def _halt_with_word(rig: Rig) -> Halted:
    """Made safe first; then what the patient said last, for the session hears it before a pulse only."""
    halted, told = _halt(rig), rig.hear()
    return halted if told is None else replace(halted, by=f"{halted.by}; pain said last: {told.pain} of 10")


def _unread(rig: Rig) -> tuple[str, ...]:
    """What is known of pulses that are not listed: a sentence, or none where every pulse is."""
    ledger = rig.interlock.ledger
    try:
        status = rig.instrument.status()
    except InstrumentError:
        return (UNKNOWN,) if ledger.is_open else ()
    beyond = ledger.beyond(status)
    if ledger.is_open and beyond in (None, 1):
        return (UNKNOWN if beyond is None else COUNTED,)
    return _miscounted(ledger, status)


def _miscounted(ledger: Ledger, status: Status) -> tuple[str, ...]:
    """A sentence where the instrument's counter differs from the ledger by more than a pulse without a result."""
    beyond = ledger.beyond(status)
    if beyond in (None, 0) or (ledger.is_open and beyond == 1):
        return ()
    listed = ledger.count() - ledger.is_open
    return (MISCOUNTED.format(counted=status.pulse_count, listed=listed),)


def _rest(rig: Rig) -> Rested | Failed:
    """The safe state; no pulse may have been given since the last look that is not listed."""
    status = rig.interlock.rest()
    _last_trace(rig)
    wrong = _miscounted(rig.interlock.ledger, status)
    return Failed(text=" ".join(wrong), is_safe=True) if wrong else Rested(force_n=status.force_n)


def _is_safe(rig: Rig) -> bool:
    try:
        rig.interlock.rest()
    except InstrumentError:
        return False
    _last_trace(rig)
    return True


def _do(command: Command, rig: Rig) -> Reading:
    reading: Reading = Done()
    match command:
        case Open():
            reading = _open(rig)
        case Place():
            reading = _place(command, rig)
        case Fire():
            reading = _fire(command, rig)
        case Rest():
            reading = _rest(rig)
        case Wait():
            _wait(command.duration_us, rig)
        case Ask() | Hear():
            reading = _ask(rig) if isinstance(command, Ask) else _hear(rig)
        case Note():
            reading = _propose(command.decision, rig)
        case Show():
            pass
    return reading


def _ask(rig: Rig) -> Reading:
    """Wait for the patient's word; nobody's silence counts as an answer."""
    while (told := rig.ask()) is None:
        if rig.stop.is_set():
            return _halt(rig)
        _wait(rig.every_us, rig)
    return told


def _hear(rig: Rig) -> Reading:
    """What was said by now. It stands between contact and pulse, so the link is kept alive."""
    rig.instrument.status()
    return rig.hear() or Done()


def _propose(decision: Decision, rig: Rig) -> Reading:
    """A dose waits until it is accepted; one that is declined ends the session as a stop does."""
    if not decision.commanded_n:
        return Done()
    while (is_accepted := rig.accept(decision)) is None:
        if rig.stop.is_set():
            return _halt(rig)
        _wait(rig.every_us, rig)
    if is_accepted:
        return Done()
    if isinstance(rig.stop, StopSwitch):
        rig.stop.press("the clinician, who declined the dose")
    return _halt(rig)


def _open(rig: Rig) -> Opened:
    status = rig.interlock.open()
    return Opened(name="simulator" if status.simulated else "instrument", simulated=status.simulated)


def _place(command: Place, rig: Rig) -> InContact | Failed:
    rig.interlock.arm(
        Contact(
            segment=command.segment,
            left_mm=command.left_mm,
            cranial_mm=command.cranial_mm,
            cranial_tilt_deg=command.cranial_tilt_deg,
            left_tilt_deg=command.left_tilt_deg,
            preload_n=command.preload_n,
        )
    )
    _wait(ALIVE_US // 2, rig)
    samples = rig.instrument.samples()
    if not samples or not all(isfinite(sample.force_n) for sample in samples):
        # Also when a stop came first; the stop is then what the session learns.
        text = f"No force was measured after the tip came to {command.segment}."
        return Failed(text=text, is_safe=_is_safe(rig))
    return InContact(preload_n=max(sample.force_n for sample in samples))


def _fire(command: Fire, rig: Rig) -> Fired | Denied:
    shape = PulseShape(peak_n=command.commanded_n, duration_us=command.duration_us)
    try:
        delivery = rig.interlock.deliver(command.segment, shape)
    except InstrumentRefusedError as error:
        return Denied(reason=error.code, text=" ".join((str(error), *_unread(rig))))
    if isinstance(delivery, Refusal):
        return Denied(reason=delivery.reason.name, text=str(delivery))
    charged_ns = rig.interlock.ledger.charges[-1].impulse_ns
    return Fired(cap_n=delivery.token.cap_n, charged_ns=charged_ns, waveform=delivery.waveform)


def _wait(duration_us: int, rig: Rig) -> None:
    # Events were just written to the disk, and what was measured meanwhile is not on the page yet.
    rig.trace.take(rig.instrument)
    while duration_us > 0 and not rig.stop.is_set():
        piece_us = min(rig.every_us, duration_us)
        rig.instrument.wait(piece_us)
        rig.watcher.force(rig.instrument.status().force_n)
        rig.trace.take(rig.instrument)
        duration_us -= piece_us


def _last_trace(rig: Rig) -> None:
    """What was measured until the tip came off; it is off, so no answer breaks nothing."""
    try:
        rig.trace.take(rig.instrument)
    except InstrumentError:
        return
