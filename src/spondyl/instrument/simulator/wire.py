"""The simulated firmware's side of the wire: bytes in, bytes out."""

from collections.abc import Callable

from spondyl.instrument.caps import SEGMENTS, PulseShape
from spondyl.instrument.limits import Limits
from spondyl.instrument.protocol import SPOKEN, Code, Frame, FrameReader, Kind, Value, Values, encode
from spondyl.instrument.simulator.clamps import Token
from spondyl.instrument.simulator.firmware import Firmware
from spondyl.instrument.simulator.plant import STEP_US
from spondyl.instrument.status import Contact, State, Status

NAME = b"simulator"
CHUNK = 100
_STATES = {state.value: state for state in State}


class Wire:
    """Answers frames. Frames of another epoch, or older than one already obeyed, change nothing."""

    def __init__(self, firmware: Firmware) -> None:
        self.firmware = firmware
        self._reader = FrameReader()
        self._epoch = 0
        self._newest = 0
        self._last_reply: tuple[int, bytes] = (-1, b"")
        self._told_stops = 0
        """The host of this epoch was last told that the instrument is STOPPED when there had been so many stops."""

    def connected(self, reader: FrameReader | None = None) -> None:
        """A new link: nothing of the old one is left. ``reader`` has what came over the new one already."""
        self._reader = reader or FrameReader()

    def lost(self) -> None:
        """The link is gone for certain."""
        self.firmware.lost_link()

    def receive(self, data: bytes) -> bytes:
        """Bytes from the host; the bytes to answer with. A stop among them goes before everything else."""
        if not self.firmware.is_on:
            return b""
        has_stop, frames = self._reader.feed(data)
        return self.obey(frames, has_stop=has_stop)

    def obey(self, frames: list[Frame], *, has_stop: bool) -> bytes:
        """Frames from the host and whether eight zeros were among them; the bytes to answer with."""
        if has_stop or any(frame.kind is Kind.STOP for frame in frames):
            self.firmware.stop()
        return b"".join([self._answer(frame) for frame in frames])

    def stopped_by_another(self, frames: list[Frame]) -> bytes:
        """A stop from who does not command, and the answer to its STOP frames; the host itself is told nothing."""
        self.firmware.stop()
        return b"".join([self._reported(frame) for frame in frames if frame.kind is Kind.STOP])

    def _answer(self, frame: Frame) -> bytes:
        if frame.kind is Kind.HELLO:
            return self._hello(frame)
        if frame.kind is Kind.STOP:
            if frame.epoch == self._epoch:
                # A frame that was sent before the stop and comes after it is late.
                self._newest = max(self._newest, frame.number)
            return self._status(frame)
        if frame.kind.sender != "host":
            return self._refuse(frame, Code.UNKNOWN)
        if frame.epoch != self._epoch or self._epoch == 0 or frame.number < self._newest:
            return self._refuse(frame, Code.STALE_NUMBER)
        if frame.number == self._last_reply[0]:
            # Whoever only repeats may be a line that hangs: that is no sign of life.
            return self._last_reply[1]
        self.firmware.heard()
        self._newest = frame.number
        reply = self._obey(frame)
        self._last_reply = (frame.number, reply)
        return reply

    def _hello(self, frame: Frame) -> bytes:
        self.firmware.hello()
        self._epoch = self._epoch % 0xFFFF + 1
        self._newest = 0
        self._last_reply = (-1, b"")
        self._told_stops = 0
        values: Values = {
            "nonce": frame.values["nonce"],
            "epoch": self._epoch,
            "protocol": SPOKEN,
            "boot": self.firmware.status().boot,
            "simulated": 1,
            "name": NAME,
        }
        return encode(Frame(kind=Kind.IDENTITY, epoch=self._epoch, number=frame.number, values=values))

    def _obey(self, frame: Frame) -> bytes:
        if frame.kind is Kind.SAMPLES_ASK:
            rows = tuple((one.time_us, one.force_n) for one in self.firmware.samples())
            return encode(
                Frame(kind=Kind.SAMPLES, epoch=frame.epoch, number=frame.number, values={}, rows=rows)
            )
        if frame.kind is Kind.SAMPLES_AFTER:
            rows = tuple(self.firmware.samples_after(int(frame.values["after_us"])))
            return encode(
                Frame(kind=Kind.SAMPLES, epoch=frame.epoch, number=frame.number, values={}, rows=rows)
            )
        if frame.kind is Kind.WAVEFORM_ASK:
            return self._waveform(frame)
        if frame.kind is Kind.CLEAR_STOP and self._told_stops < self.firmware.stops:
            # Sent before the newest stop was known: it was meant for an earlier one.
            return self._refuse(frame, Code.STOPPED)
        code = _COMMANDS[frame.kind](self.firmware, frame.values)
        return self._status(frame) if code is None else self._refuse(frame, code)

    def _waveform(self, frame: Frame) -> bytes:
        recording, first = self.firmware.recording, int(frame.values["first"])
        if (
            recording is None
            or not recording.has_ended
            or recording.token.sequence != frame.values["sequence"]
        ):
            return self._refuse(frame, Code.NOT_YET)
        values: Values = {
            "sequence": recording.token.sequence,
            "interval_us": STEP_US,
            "duration_us": recording.token.shape.duration_us,
            "preload_n": recording.preload_n,
            "completed": int(recording.completed),
            "total": len(recording.points),
            "first": first,
        }
        rows = tuple(recording.points[first : first + CHUNK])
        return encode(
            Frame(kind=Kind.WAVEFORM, epoch=frame.epoch, number=frame.number, values=values, rows=rows)
        )

    def _status(self, frame: Frame) -> bytes:
        if frame.epoch == self._epoch:
            self._told_stops = self.firmware.stops
        return self._reported(frame)

    def _reported(self, frame: Frame) -> bytes:
        values = status_values(self.firmware.status())
        return encode(Frame(kind=Kind.STATUS, epoch=frame.epoch, number=frame.number, values=values))

    def _refuse(self, frame: Frame, code: Code) -> bytes:
        values: Values = {"code": code.number}
        return encode(Frame(kind=Kind.REFUSED, epoch=frame.epoch, number=frame.number, values=values))


def status_values(status: Status) -> Values:
    """A status as numbers for the wire."""
    return {
        "time_us": status.time_us,
        "state": status.state.value,
        "cause": status.cause.value,
        "boot": status.boot,
        "simulated": int(status.simulated),
        "session": status.session,
        "segment": SEGMENTS.index(status.segment) + 1 if status.segment else 0,
        "contact_id": status.contact_id,
        "force_n": status.force_n,
        "maximum_n": status.maximum_n,
        "pulse_count": status.pulse_count,
        "impulse_ns": status.impulse_ns,
        "last_sequence": status.last_sequence,
    }


def _segment(number: Value) -> str:
    return SEGMENTS[int(number) - 1] if 1 <= int(number) <= len(SEGMENTS) else ""


def _report(_firmware: Firmware, _values: Values) -> Code | None:
    return None


def _open_session(firmware: Firmware, values: Values) -> Code | None:
    try:
        limits = Limits(
            maximum_n=float(values["maximum_n"]),
            segment_count=int(values["segment_count"]),
            session_count=int(values["session_count"]),
            segment_impulse_ns=float(values["segment_impulse_ns"]),
            session_impulse_ns=float(values["session_impulse_ns"]),
        )
    except ValueError:
        return Code.OUT_OF_RANGE
    return firmware.open_session(int(values["session"]), limits)


def _place(firmware: Firmware, values: Values) -> Code | None:
    return firmware.place(
        Contact(
            segment=_segment(values["segment"]),
            left_mm=float(values["left_mm"]),
            cranial_mm=float(values["cranial_mm"]),
            left_tilt_deg=float(values["left_tilt_deg"]),
            cranial_tilt_deg=float(values["cranial_tilt_deg"]),
            preload_n=float(values["preload_n"]),
        )
    )


def _reach(firmware: Firmware, values: Values) -> Code | None:
    state = _STATES.get(int(values["state"]))
    return Code.OUT_OF_RANGE if state is None else firmware.reach(state)


def _pulse(firmware: Firmware, values: Values) -> Code | None:
    shape = PulseShape(peak_n=float(values["peak_n"]), duration_us=int(values["duration_us"]))
    return firmware.pulse(
        Token(
            sequence=int(values["sequence"]),
            session=int(values["session"]),
            segment=_segment(values["segment"]),
            contact_id=int(values["contact_id"]),
            shape=shape,
            impulse_ns=float(values["impulse_ns"]),
            expires_us=int(values["expires_us"]),
        )
    )


def _clear_stop(firmware: Firmware, values: Values) -> Code | None:
    person = values["person"]
    is_named = isinstance(person, bytes) and bool(person.strip(b"\0 "))
    return firmware.clear_stop() if is_named else Code.OUT_OF_RANGE


_COMMANDS: dict[Kind, Callable[[Firmware, Values], Code | None]] = {
    Kind.STATUS_ASK: _report,
    Kind.OPEN_SESSION: _open_session,
    Kind.PLACE: _place,
    Kind.REACH: _reach,
    Kind.PULSE: _pulse,
    Kind.CLEAR_STOP: _clear_stop,
}
