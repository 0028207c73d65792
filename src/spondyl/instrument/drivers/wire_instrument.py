"""The driver: the wire protocol as an :class:`Instrument`, over any link."""

from dataclasses import fields
from itertools import count
from random import Random, SystemRandom
from typing import final

import numpy as np

from spondyl.instrument.caps import SEGMENTS
from spondyl.instrument.drivers.link import Link
from spondyl.instrument.instrument import (
    BadWaveformError,
    Instrument,
    InstrumentError,
    InstrumentRefusedError,
    NoReplyError,
    NotSafeError,
    Waveform,
)
from spondyl.instrument.limits import Limits, PulseToken
from spondyl.instrument.protocol import (
    CODE_OF,
    KEPT_MEASUREMENTS,
    MOST_SAMPLES,
    STOP_BYTES,
    VERSION,
    Code,
    Frame,
    FrameReader,
    Kind,
    Value,
    Values,
    encode,
)
from spondyl.instrument.status import Cause, Contact, Identity, Sample, State, Status
from spondyl.instrument.timeouts import REPLY, SAFE_STATE, SETTLE

TRIES = 3
SAMPLES_AFTER_SINCE = 2
SAFE_FORCE_N = 1.0
"""At rest the tip must read less than this."""


@final
class WireInstrument(Instrument):
    """Frames out, frames in; every wait is bounded, every command may be repeated without harm.

    ``nonces`` lets a simulated session repeat itself bit for bit; an instrument gets the system's own.
    """

    def __init__(self, link: Link, *, nonces: Random | None = None) -> None:
        self._link = link
        self._nonces = nonces or SystemRandom()
        self._reader = FrameReader()
        self._epoch = 0
        self._spoken = VERSION
        self._numbers = count(1)
        # The instrument's clock is at least this, at the host's moment beside it.
        self._sync: tuple[int, int] = (0, 0)

    def identify(self) -> Identity:
        """Say HELLO: a new epoch, SAFE."""
        self._link.reopen()
        self._reader = FrameReader()
        self._numbers = count(1)
        nonce = self._nonces.getrandbits(32)
        reply = self._ask(Kind.HELLO, {"nonce": nonce}, Kind.IDENTITY)
        if int(reply.values["protocol"]) < VERSION:
            raise InstrumentError(
                f"The instrument does not speak version {VERSION} of the protocol. Update one of the two."
            )
        self._spoken = int(reply.values["protocol"])
        self._epoch = int(reply.values["epoch"])
        return Identity(
            name=_text(reply.values["name"]),
            protocol=int(reply.values["protocol"]),
            boot=int(reply.values["boot"]),
            simulated=bool(reply.values["simulated"]),
        )

    def open_session(self, session: int, limits: Limits) -> Status:
        """Send session and limits, and read the clamp back."""
        values: Values = {one.name: getattr(limits, one.name) for one in fields(limits)}
        status = self._command(Kind.OPEN_SESSION, {"session": session, **values})
        if (status.session, status.maximum_n) != (session, limits.maximum_n):
            raise InstrumentError(
                "The instrument did not take over the limits. Do not use it; connect again."
            )
        return status

    def place(self, contact: Contact) -> Status:
        """Send the contact."""
        numbers: Values = {one.name: getattr(contact, one.name) for one in fields(contact)}
        return self._command(Kind.PLACE, {**numbers, "segment": _segment_number(contact.segment)})

    def reach(self, state: State) -> Status:
        """Go to a state and read it back."""
        self._command(Kind.REACH, {"state": state.value})
        status = self.status()
        if status.state is not state:
            raise InstrumentError(
                f"The instrument was to reach {state.name} and reports {status.state.name} ({status.cause.name}). "
                "Look at the contact, then go on from the safe state."
            )
        return status

    def safe_state(self) -> Status:
        """Ask for SAFE until state and force are read back, over a new link when the old one is silent."""
        end_us, pause_us = self._link.clock_us() + SAFE_STATE.limit_us, 2_000
        while self._link.clock_us() < end_us:
            status = self._try_safe()
            if status is not None and is_safe(status):
                return status
            # The tip is off in 2 ms; what takes longer is not mended by asking 500 times a second.
            self._link.wait(pause_us)
            pause_us = min(2 * pause_us, 50_000)
        raise NotSafeError(
            "The safe state could not be read back in time. Press the stop on the instrument and take the tip off."
        )

    def status(self) -> Status:
        """Ask for the status."""
        return self._command(Kind.STATUS_ASK, {})

    def samples(self) -> tuple[Sample, ...]:
        """Ask for the newest measurements."""
        return _samples(self._ask(Kind.SAMPLES_ASK, {}, Kind.SAMPLES))

    def samples_after(self, after_us: int) -> tuple[Sample, ...]:
        """Ask until all are here; an instrument of version 1 has only the newest 32."""
        if self._spoken < SAMPLES_AFTER_SINCE:
            return tuple(one for one in self.samples() if one.time_us > after_us)
        found: list[Sample] = []
        # As often as its whole memory takes: what is measured meanwhile can wait.
        for _ in range(KEPT_MEASUREMENTS // MOST_SAMPLES + 1):
            part = _samples(self._ask(Kind.SAMPLES_AFTER, {"after_us": after_us}, Kind.SAMPLES))
            found += part
            if len(part) < MOST_SAMPLES:
                break
            after_us = part[-1].time_us
        return tuple(found)

    def now_us(self) -> int:
        """The newest reported moment and the host's time since it was asked for: never behind the true clock."""
        reported_us, asked_us = self._sync
        return reported_us + self._link.clock_us() - asked_us

    def pulse(self, token: PulseToken) -> Waveform:
        """Spend a token and collect the waveform."""
        status = self._command(
            Kind.PULSE,
            {
                "sequence": token.sequence,
                "session": token.session,
                "segment": _segment_number(token.segment),
                "contact_id": token.contact_id,
                "peak_n": token.shape.peak_n,
                "duration_us": token.shape.duration_us,
                "impulse_ns": token.shape.impulse_ns,
                "expires_us": token.expires_us,
            },
        )
        self._link.wait(45_000)
        return self._waveform(token, status.time_us)

    def stop(self) -> Status:
        """Eight zeros first, on their own; then the stop as a frame, to have it answered."""
        try:
            self._link.send(STOP_BYTES)
            return self._command(Kind.STOP, {})
        except NoReplyError:
            self._link.reopen()
            self._link.send(STOP_BYTES)
            return self._command(Kind.STOP, {})

    def clear_stop(self, person: str) -> Status:
        """Send the person's name, once the instrument has told of its stop: no other is cleared."""
        self.status()
        # What is cut off is whole letters: half of one is no UTF-8, which the instrument may refuse.
        name = person.strip().encode()[:32].decode(errors="ignore").encode().ljust(32, b"\0")
        return self._command(Kind.CLEAR_STOP, {"person": name})

    def wait(self, duration_us: int) -> None:
        """Let time pass on the link's clock."""
        self._link.wait(duration_us)

    def close(self) -> None:
        """To SAFE if it can be reached, then close."""
        try:
            self.safe_state()
        finally:
            self._link.close()

    def _try_safe(self) -> Status | None:
        try:
            return self._command(Kind.REACH, {"state": State.SAFE.value})
        except InstrumentRefusedError as error:
            return self._status_of_refuser(error)
        except NoReplyError:
            return self._connect_again()

    def _status_of_refuser(self, error: InstrumentRefusedError) -> Status | None:
        """An instrument that is STOPPED stays so; one that heard another host is connected to again."""
        if error.code == Code.STALE_NUMBER.name:
            return self._connect_again()
        try:
            return self.status()
        except (InstrumentRefusedError, NoReplyError):
            return None

    def _connect_again(self) -> None:
        """The instrument is SAFE then; the next try reads it back."""
        try:
            self.identify()
        except (InstrumentRefusedError, NoReplyError):
            return

    def _waveform(self, token: PulseToken, start_us: int) -> Waveform:
        rows: list[tuple[Value, ...]] = []
        while True:
            part = self._waveform_part(token.sequence, len(rows))
            rows += part.rows
            if len(rows) >= int(part.values["total"]):
                break
        points = np.array(rows, dtype=np.float64).reshape(-1, 2)
        told = (int(part.values["sequence"]), int(part.values["duration_us"]), int(part.values["total"]))
        try:
            if told != (token.sequence, token.shape.duration_us, len(rows)):
                raise ValueError("it is another pulse's, or not whole")
            return Waveform(
                sequence=token.sequence,
                interval_us=int(part.values["interval_us"]),
                duration_us=token.shape.duration_us,
                preload_n=float(part.values["preload_n"]),
                completed=bool(part.values["completed"]),
                simulated=token.simulated,
                force_n=points[:, 0],
                acceleration_m_s2=points[:, 1],
                start_us=start_us,
            )
        except ValueError as error:
            text = f"What the instrument measured of pulse {token.sequence} cannot be used: {error}. Check its sensors."
            raise BadWaveformError(text) from error

    def _waveform_part(self, sequence: int, first: int) -> Frame:
        end_us = self._link.clock_us() + SETTLE.limit_us + REPLY.limit_us
        while True:
            try:
                part = self._ask(Kind.WAVEFORM_ASK, {"sequence": sequence, "first": first}, Kind.WAVEFORM)
            except InstrumentRefusedError as error:
                if error.code != Code.NOT_YET.name or self._link.clock_us() > end_us:
                    raise
                self._link.wait(5_000)
                continue
            if not part.rows and first < int(part.values["total"]):
                raise NoReplyError("The instrument sent an empty part of a waveform. Connect again.")
            return part

    def _command(self, kind: Kind, values: Values) -> Status:
        asked_us = self._link.clock_us()
        status = _status(self._ask(kind, values, Kind.STATUS).values)
        self._sync = (status.time_us, asked_us)
        return status

    def _ask(self, kind: Kind, values: Values, expected: Kind) -> Frame:
        epoch = 0 if kind is Kind.HELLO else self._epoch
        asked = Frame(kind=kind, epoch=epoch, number=next(self._numbers), values=values)
        data = encode(asked)
        for _ in range(TRIES):
            self._link.send(data)
            reply = self._await(asked, expected)
            if reply is not None:
                return _accepted(reply)
        raise NoReplyError(
            f"{kind.name} had no answer in {TRIES} tries of {REPLY.limit_us // 1000} ms. "
            "The instrument goes to SAFE by itself; check the link and connect again."
        )

    def _await(self, asked: Frame, expected: Kind) -> Frame | None:
        end_us = self._link.clock_us() + REPLY.limit_us
        is_over = False
        while not is_over:
            rest_us = end_us - self._link.clock_us()
            # Looked at once more when the time is over: a host that was held up finds the answer that came meanwhile.
            is_over = rest_us <= 0
            _, frames = self._reader.feed(self._link.receive(max(0, rest_us)))
            for frame in frames:
                if frame.kind in (expected, Kind.REFUSED) and _is_answer(frame, asked):
                    return frame
        return None


def is_safe(status: Status) -> bool:
    """State and force both say that the tip does nothing; a force that is not known (not a number) says nothing."""
    return status.state in (State.SAFE, State.STOPPED) and abs(status.force_n) < SAFE_FORCE_N


def _is_answer(reply: Frame, asked: Frame) -> bool:
    """Numbers begin anew with each connection: an answer from before, come late, has the number but not the rest."""
    if reply.number != asked.number:
        return False
    return (
        reply.values["nonce"] == asked.values["nonce"]
        if reply.kind is Kind.IDENTITY
        else reply.epoch == asked.epoch
    )


def _accepted(reply: Frame) -> Frame:
    if reply.kind is Kind.REFUSED:
        code = CODE_OF.get(int(reply.values["code"]), Code.UNKNOWN)
        raise InstrumentRefusedError(code.name, code.meaning)
    return reply


def _samples(reply: Frame) -> tuple[Sample, ...]:
    return tuple(Sample(time_us=int(row[0]), force_n=float(row[1])) for row in reply.rows)


def _status(values: Values) -> Status:
    try:
        state, cause = State(values["state"]), Cause(values["cause"])
    except ValueError as error:
        raise NoReplyError(
            f"The instrument reports a state that is not in the protocol ({error})."
        ) from error
    segment = int(values["segment"])
    return Status(
        time_us=int(values["time_us"]),
        state=state,
        cause=cause,
        boot=int(values["boot"]),
        simulated=bool(values["simulated"]),
        session=int(values["session"]),
        segment=SEGMENTS[segment - 1] if 1 <= segment <= len(SEGMENTS) else None,
        contact_id=int(values["contact_id"]),
        force_n=float(values["force_n"]),
        maximum_n=float(values["maximum_n"]),
        pulse_count=int(values["pulse_count"]),
        impulse_ns=float(values["impulse_ns"]),
        last_sequence=int(values["last_sequence"]),
    )


def _segment_number(segment: str) -> int:
    return SEGMENTS.index(segment) + 1 if segment in SEGMENTS else 0


def _text(value: Value) -> str:
    return value.rstrip(b"\0").decode(errors="replace") if isinstance(value, bytes) else ""
