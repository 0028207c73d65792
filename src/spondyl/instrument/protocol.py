"""The wire: framed, versioned, checked by CRC-32, numbered. docs/reference/instrument-protocol.md is made from here.

A frame is ``COBS(header, payload, crc) 0x00``, all numbers little-endian. Header: version u8, kind u8, epoch u16,
number u32. COBS: Cheshire & Baker, IEEE/ACM Transactions on Networking 7(2), 1999. CRC-32 as in IEEE 802.3 (zlib).
"""

import struct
import zlib
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from spondyl.instrument.timeouts import LONGEST_TOKEN_US

VERSION = 1
"""Of the frame, in every header."""

SPOKEN = 2
"""The highest version of the messages, told in IDENTITY: 2 added SAMPLES_AFTER and changed nothing of 1."""

KEPT_MEASUREMENTS = 1024
"""An instrument keeps one for each millisecond: twice as long as the link watchdog lets a host be silent with the tip
on, so that none taken then is lost to a host that was away."""

MOST_SAMPLES = 100
"""In one answer to SAMPLES_AFTER: 1.6 kB, 18 ms of a serial line."""

STOP_BYTES = b"\0" * 8
"""Eight zero bytes in a row are the stop: no frame, no CRC, no number. A line held low is a stop as well."""

MOST_FRAME_BYTES = 4096
_BYTE = tuple(bytes([number]) for number in range(256))
_HEADER = struct.Struct("<BBHI")
_CRC = struct.Struct("<I")

Value = int | float | bytes
Values = dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One number of a payload: its struct code (B u8, H u16, I u32, Q u64, d float64, 16s/32s bytes) and meaning."""

    name: str
    code: str
    meaning: str


def _field(name: str, code: str, meaning: str) -> Field:
    return Field(name=name, code=code, meaning=meaning)


_STATUS_FIELDS = (
    _field("time_us", "Q", "the instrument's clock, from power-on"),
    _field("state", "B", "see States"),
    _field("cause", "B", "see Causes"),
    _field("boot", "I", "changes with every start"),
    _field("simulated", "B", "1 for a simulator, 0 for a device"),
    _field("session", "Q", "the session the counters belong to; 0 before any"),
    _field("segment", "B", "1 for C1 … 25 for S1, as placed; 0 for none"),
    _field("contact_id", "I", "0 without contact; another number whenever contact is made"),
    _field("force_n", "d", "newest reading of total force at the tip, N; NaN while none is known, see Rules"),
    _field("maximum_n", "d", "the clamp on total force for this session, N; 0 until set"),
    _field("pulse_count", "I", "pulses of this session; a pulse that began counts"),
    _field("impulse_ns", "d", "impulse commanded in this session, N·s"),
    _field("last_sequence", "I", "sequence of the last token spent; tokens count up from it"),
)
_SAMPLE_FIELDS = (
    _field("time_us", "Q", "when it was measured"),
    _field("force_n", "d", "total force at the tip, N"),
)
_POINT_FIELDS = (
    _field("force_n", "d", "total force at the tip, N"),
    _field("acceleration_m_s2", "d", "acceleration of the tip, m/s²"),
)


class Kind(Enum):
    """A kind of message: number, who sends it, fields, fields that repeat to the end, what it does."""

    HELLO = (
        0x01,
        "host",
        (_field("nonce", "I", "returned in the reply"),),
        (),
        "Connect: SAFE, a new epoch, IDENTITY.",
    )
    STATUS_ASK = (0x02, "host", (), (), "Answered by STATUS.")
    OPEN_SESSION = (
        0x03,
        "host",
        (
            _field("session", "Q", "not 0; another number than before starts the counters at 0"),
            _field("maximum_n", "d", "clamp on total force, N"),
            _field("segment_count", "I", "most pulses on one segment"),
            _field("session_count", "I", "most pulses in the session"),
            _field("segment_impulse_ns", "d", "most impulse on one segment, N·s"),
            _field("session_impulse_ns", "d", "most impulse in the session, N·s"),
        ),
        (),
        "In SAFE only: count for this session, clamp to these limits, and forget the contact. Answered by STATUS.",
    )
    PLACE = (
        0x04,
        "host",
        (
            _field("segment", "B", "1 for C1 … 25 for S1"),
            _field("left_mm", "d", "from the posterior midline point to the patient's left, mm"),
            _field("cranial_mm", "d", "towards the head, mm"),
            _field("left_tilt_deg", "d", "direction of force turned to the left, degrees"),
            _field("cranial_tilt_deg", "d", "direction of force turned towards the head, degrees"),
            _field("preload_n", "d", "steady force at the tip, 10 to 30 N"),
        ),
        (),
        "In SAFE only: where ARMED will make contact, unless the preload is above the clamp. Answered by STATUS.",
    )
    REACH = (
        0x05,
        "host",
        (_field("state", "B", "SAFE, ARMED or PAUSED"),),
        (),
        "Go there. Answered by STATUS.",
    )
    SAMPLES_ASK = (0x06, "host", (), (), "Answered by SAMPLES.")
    PULSE = (
        0x07,
        "host",
        (
            _field("sequence", "I", "last_sequence + 1; the last sequence again is answered, not repeated"),
            _field("session", "Q", "must be the open session"),
            _field("segment", "B", "must be the placed segment"),
            _field("contact_id", "I", "must be the present contact"),
            _field("peak_n", "d", "peak of the half-sine above the preload, N"),
            _field("duration_us", "I", "length of the half-sine"),
            _field("impulse_ns", "d", "2/π · peak · duration within 0.1 %, as a check on both, N·s"),
            _field(
                "expires_us",
                "Q",
                "void after this moment of the instrument's clock; "
                f"at most {LONGEST_TOKEN_US // 1000} ms ahead (token life and fresh), or OUT_OF_RANGE",
            ),
        ),
        (),
        "In ARMED only: spend a token. Answered by STATUS at once; WAVEFORM follows when asked for.",
    )
    WAVEFORM_ASK = (
        0x08,
        "host",
        (_field("sequence", "I", "of the pulse"), _field("first", "I", "index of the first point wanted")),
        (),
        "Answered by WAVEFORM once the pulse has ended.",
    )
    CLEAR_STOP = (
        0x09,
        "host",
        (_field("person", "32s", "who takes responsibility, UTF-8, filled with zeros, not empty"),),
        (),
        "In STOPPED only, when a STATUS of this epoch has told of the newest stop: to SAFE. Answered by STATUS.",
    )
    STOP = (
        0x0A,
        "host",
        (),
        (),
        "The stop as a frame, in any state, any epoch, any number. Answered by STATUS.",
    )
    SAMPLES_AFTER = (
        0x0B,
        "host",
        (_field("after_us", "Q", "the newest moment that the host has already, of the instrument's clock"),),
        (),
        f"Since version 2. Answered by SAMPLES: the first {MOST_SAMPLES} later measurements that are still kept, one "
        f"for each millisecond in every state but PULSING. The newest {KEPT_MEASUREMENTS} are kept. Fewer than "
        f"{MOST_SAMPLES} in the answer: it has all.",
    )
    IDENTITY = (
        0x81,
        "instrument",
        (
            _field("nonce", "I", "of the HELLO"),
            _field("epoch", "H", "to be used in every later frame"),
            _field("protocol", "B", "highest version spoken"),
            _field("boot", "I", "changes with every start"),
            _field("simulated", "B", "1 for a simulator"),
            _field("name", "16s", "UTF-8, filled with zeros"),
        ),
        (),
        "Who answers.",
    )
    STATUS = (0x82, "instrument", _STATUS_FIELDS, (), "What the instrument reports.")
    SAMPLES = (
        0x86,
        "instrument",
        (),
        _SAMPLE_FIELDS,
        "Measurements between pulses, oldest first: the newest 32 of this contact, or what SAMPLES_AFTER asked for.",
    )
    WAVEFORM = (
        0x88,
        "instrument",
        (
            _field("sequence", "I", "of the pulse"),
            _field("interval_us", "I", "between points"),
            _field("duration_us", "I", "of the half-sine"),
            _field("preload_n", "d", "before the pulse, N"),
            _field("completed", "B", "0 for a pulse that ended early"),
            _field("total", "I", "points in all"),
            _field("first", "I", "index of the first point here"),
        ),
        _POINT_FIELDS,
        "Part of a waveform, at most 100 points.",
    )
    REFUSED = (0xFF, "instrument", (_field("code", "B", "see Refusals"),), (), "The state is as it was.")

    def __init__(
        self,
        number: int,
        sender: Literal["host", "instrument"],
        fields: tuple[Field, ...],
        repeated: tuple[Field, ...],
        meaning: str,
    ) -> None:
        self.number = number
        self.sender = sender
        self.fields = fields
        self.repeated = repeated
        self.meaning = meaning
        self.names = tuple(field.name for field in fields)
        self.layout = struct.Struct("<" + "".join(field.code for field in fields))
        self.row_layout = struct.Struct("<" + "".join(field.code for field in repeated))


class Code(Enum):
    """Why an instrument refuses a frame, as a number on the wire."""

    UNKNOWN = (1, "The kind of message is not known, or not one for an instrument.")
    STALE_NUMBER = (2, "The frame is older than one already obeyed, or of another epoch. Say HELLO again.")
    WRONG_STATE = (3, "Not possible in this state.")
    STOPPED = (4, "The stop is latched.")
    SENSOR = (5, "The force measurement is not valid.")
    NO_SESSION = (6, "No session is open since power-on, or it is another.")
    OUT_OF_RANGE = (7, "A value is outside what the instrument accepts.")
    ABOVE_CLAMP = (8, "Total force would exceed the clamp.")
    BUDGET = (9, "Count or impulse is used up.")
    TOO_SOON = (10, "The last pulse is too recent.")
    EXPIRED = (11, "The token is void.")
    CONTACT = (12, "There is no contact, or another one.")
    SEQUENCE = (13, "The token's sequence is not the next one.")
    NOT_YET = (14, "The waveform is not complete, or not stored any more.")

    def __init__(self, number: int, meaning: str) -> None:
        self.number = number
        self.meaning = meaning


KIND_OF = {kind.number: kind for kind in Kind}
CODE_OF = {code.number: code for code in Code}


class FrameError(ValueError):
    """Bytes that are not a frame: dropped and never answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message. ``rows`` are the repeated fields."""

    kind: Kind
    epoch: int
    number: int
    values: Values
    rows: tuple[tuple[Value, ...], ...] = ()


def encode(frame: Frame) -> bytes:
    """The bytes of a frame with its closing zero."""
    kind, values = frame.kind, frame.values
    head = _HEADER.pack(VERSION, kind.number, frame.epoch, frame.number)
    payload = kind.layout.pack(*[values[name] for name in kind.names])
    body = head + payload + b"".join([kind.row_layout.pack(*row) for row in frame.rows])
    return stuff(body + _CRC.pack(zlib.crc32(body))) + b"\0"


def decode(stuffed: bytes) -> Frame:
    """A frame from the bytes between two zeros; raises :class:`FrameError` for anything else."""
    raw = unstuff(stuffed)
    if len(raw) < _HEADER.size + _CRC.size:
        raise FrameError(f"{len(raw)} bytes are too few for a frame; dropped.")
    body, (crc,) = raw[: -_CRC.size], _CRC.unpack(raw[-_CRC.size :])
    if zlib.crc32(body) != crc:
        raise FrameError("The CRC does not match; dropped.")
    version, number_of_kind, epoch, number = _HEADER.unpack_from(body)
    if version != VERSION:
        raise FrameError(f"Version {version} is not spoken here, only {VERSION}; dropped.")
    kind = KIND_OF.get(number_of_kind)
    if kind is None:
        raise FrameError(f"Kind {number_of_kind:#x} is not known; dropped.")
    values, rows = _payload(kind, body[_HEADER.size :])
    return Frame(kind=kind, epoch=epoch, number=number, values=values, rows=rows)


def _payload(kind: Kind, payload: bytes) -> tuple[Values, tuple[tuple[Value, ...], ...]]:
    rest = len(payload) - kind.layout.size
    row_size = kind.row_layout.size
    if rest < 0 or (rest % row_size if row_size else rest):
        raise FrameError(f"{len(payload)} bytes are not a payload of {kind.name}; dropped.")
    fixed = kind.layout.unpack_from(payload)
    values: Values = dict(zip(kind.names, fixed, strict=True))
    rows = tuple(kind.row_layout.iter_unpack(payload[kind.layout.size :])) if row_size else ()
    return values, rows


def stuff(data: bytes) -> bytes:
    """COBS: the same bytes without a zero among them."""
    blocks = data.split(b"\0")
    if len(max(blocks, key=len)) < 254:
        return b"".join([_BYTE[len(block) + 1] + block for block in blocks])
    return b"".join(_stuffed(block, is_last=index == len(blocks) - 1) for index, block in enumerate(blocks))


def _stuffed(block: bytes, *, is_last: bool) -> bytes:
    """One block between zeros, cut after every 254 bytes."""
    out = bytearray()
    rest = block
    while len(rest) >= 254:
        out += b"\xff" + rest[:254]
        rest = rest[254:]
    # After a full block a new one begins without a zero; an empty last one may be left out.
    if rest or len(block) < 254 or not is_last:
        out += _BYTE[len(rest) + 1] + rest
    return bytes(out)


def unstuff(stuffed: bytes) -> bytes:
    """The inverse of :func:`stuff`; raises :class:`FrameError` when the bytes are not COBS."""
    if 0 in stuffed:
        raise FrameError("The bytes are not COBS; dropped.")
    # A length stands where the zero after its block was: put the zeros back, and take out those of full blocks.
    raw, at, end, full = bytearray(stuffed), 0, len(stuffed), list[int]()
    while at < end:
        length, raw[at] = raw[at], 0
        at += length
        if length == 255 and at < end:
            full.append(at)
    if at > end:
        raise FrameError("The bytes are not COBS; dropped.")
    for index in reversed(full):
        del raw[index]
    return bytes(raw[1:])


class FrameReader:
    """Cuts a stream of bytes into frames, and sees the stop among them before anything else."""

    def __init__(self) -> None:
        self._rest = b""
        self._zeros = 0
        self.dropped = 0

    def feed(self, data: bytes) -> tuple[bool, list[Frame]]:
        """Whether the stop was among these bytes, and the whole frames, in order. Bad ones are dropped."""
        has_stop = self._has_stop(data)
        *chunks, self._rest = (self._rest + data).split(b"\0")
        if len(self._rest) > MOST_FRAME_BYTES:
            self._rest = b""
            self.dropped += 1
        return has_stop, [frame for chunk in chunks if chunk for frame in self._frames(chunk)]

    def _has_stop(self, data: bytes) -> bool:
        joined = b"\0" * self._zeros + data
        self._zeros = min(len(joined) - len(joined.rstrip(b"\0")), len(STOP_BYTES) - 1)
        return STOP_BYTES in joined

    def _frames(self, chunk: bytes) -> list[Frame]:
        try:
            return [decode(chunk)]
        except FrameError:
            self.dropped += 1
            return []
