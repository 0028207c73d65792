"""The pages about the instrument, made from its code by docs/generate.py."""

from collections.abc import Iterable

from spondyl.instrument.caps import SEGMENTS
from spondyl.instrument.hazards import HAZARDS
from spondyl.instrument.protocol import SPOKEN, VERSION, Code, Field, Kind
from spondyl.instrument.status import Cause, State
from spondyl.instrument.timeouts import TIMEOUTS

MADE = "<!-- Made by docs/generate.py from the code: do not edit. -->\n"

_INTRO = f"""\
For makers of instruments: a driver or a firmware can be written from this page alone. Version {VERSION}. No real device
speaks it yet; the simulator does (`python -m spondyl.instrument.simulator --port 7707`).

Run the contract suite on your own instrument, on a bench and never on a person:
[how](../how-to/check-an-instrument.md).

## Link

A byte stream: TCP, or a serial line at 921600 baud, 8N1, raw. One host commands: the first connection that says HELLO
while there is no other. Further TCP connections can only stop; a STOP frame of theirs is answered, too. A link that
closes means SAFE at once. A host that was silent for longer than the link watchdog no longer commands: the next HELLO
is heard and the old connection is let go.

## Frame

`COBS(header, payload, CRC) 0x00`. All numbers are little-endian; `d` is an IEEE 754 double.

| part | bytes |
| --- | --- |
| version | u8, {VERSION} |
| kind | u8, see Messages |
| epoch | u16, from IDENTITY; 0 in HELLO; a reply carries its request's, IDENTITY the new one |
| number | u32, counts up from 1 in each epoch; a reply carries its request's |
| payload | fields in order, then repeated rows to the end |
| CRC | u32, CRC-32 of IEEE 802.3 (zlib) over all before it |

COBS (consistent overhead byte stuffing) removes zeros, so that a zero ends a frame. Bytes that are not a frame are
dropped without an answer. IDENTITY names the highest version of the messages: {SPOKEN} added SAMPLES_AFTER and left the
rest as it was. A host asks a device of version 1 for the newest 32 measurements instead, and says what it missed.

Example: REACH SAFE in epoch 1 as number 2 is `{{example}}`.

## Stop

**Eight zero bytes in a row stop the instrument**, in any state, before anything else in the stream, without frame,
number or CRC. The frame STOP does the same and is answered. The stop latches; CLEAR_STOP leads to SAFE.

A CLEAR_STOP that was sent before a stop never releases it, however the two were delayed: it is refused with STOPPED
until a STATUS of this epoch has told the host of the newest stop, from whomever that came (a key, another connection,
a second stop while the latch was pressed), and it is late, as any frame is, after a STOP with a higher number.

## Rules

1. A command names a state to reach. The same number again gets the same answer and changes nothing; it is no sign of
   life either, for a line that hangs may repeat a frame for ever.
2. A frame with a lower number than one obeyed, or of another epoch, is refused with STALE_NUMBER and changes nothing.
3. HELLO leads to SAFE (STOPPED stays), closes the session, sets the maximum to zero, and starts a new epoch at
   number 1. Counters of the last session are kept, also without power; the same session number goes on with them.
4. After power-on: SAFE, or STOPPED when the stop was pressed. Nothing arms by itself, ever.
5. The instrument shapes the half-sine, clamps total force by region (neck 50 N, elsewhere 150 N) and by session, keeps
   watchdogs and counters. It trusts no host. The clamp holds for what the patient feels: a tip on a springy contact
   goes on after the command has peaked, so the instrument lowers the command by what this contact did before, and ends
   a pulse (FAULT, OVER_FORCE) before its force would pass the clamp; and a pulse whose sensors miss a reading, repeat
   one or give what is no number (FAULT, MEASUREMENT_LOST), for what is felt meanwhile is not known. A sensor that does
   not read about nothing (1 N) with the tip off is not armed with (SENSOR): what its zero has moved by is hidden from
   the clamp.
6. A pulse is spent when it begins. It lasts at most 5 ms; force and acceleration are recorded for 40 ms.
7. The force in STATUS is NaN (not known) until the first valid measurement after power-on, contact or a pulse, and
   whenever the last valid one is older than the measurement watchdog. Never 0 for a force that is not measured: a host
   takes NaN for not proved safe.
8. Measurements outlast the contact they were taken at and every change of state, so that a host which was away for a
   disk asks for them afterwards. SAMPLES_ASK gives only those of the present contact: what a pulse is decided on.
"""


def protocol_page() -> str:
    """The wire protocol."""
    example = _example()
    parts = [MADE, "# Instrument protocol\n", _INTRO.replace("{example}", example)]
    parts += ["## States\n", _table(["number", "state", "meaning"], _states())]
    parts += ["## Causes\n", _table(["number", "cause"], ([str(one.value), one.name] for one in Cause))]
    parts += ["## Times\n", _table(["name", "ms", "kept by", "meaning"], _times())]
    parts += [
        "## Refusals\n",
        _table(["code", "name", "meaning"], ([str(one.number), one.name, one.meaning] for one in Code)),
    ]
    parts += ["## Segments\n", ", ".join(f"{at} {name}" for at, name in enumerate(SEGMENTS, 1)) + ".\n"]
    parts.append("## Messages\n")
    for kind in Kind:
        parts += [f"### {kind.name} `{kind.number:#04x}`, from the {kind.sender}\n", kind.meaning + "\n"]
        if kind.fields:
            parts.append(_fields(kind.fields))
        if kind.repeated:
            parts += ["Repeated to the end:\n", _fields(kind.repeated)]
    return "\n".join(parts)


_HAZARDS_INTRO = """\
Research software, not a medical device; no conformity with a standard is claimed. The table follows the manner of
ISO 14971: hazard, control, proof. The safety kernel is kept as IEC 62304 would have class C software kept: small,
independent, each change noticed by a test (`python benchmarks/mutate_kernel.py`).
IEC 60601-1-10 is the standard for closed loops.

All caps are engineering placeholders, unverified, and no clinical advice: no source gives a safe force. Each test is in
`tests/instrument/`.
"""


def hazards_page() -> str:
    """Hazards, controls and proofs."""
    rows = ([one.name, one.control, one.where, f"`{one.test}`"] for one in HAZARDS)
    return "\n".join(
        [MADE, "# Hazards\n", _HAZARDS_INTRO, _table(["hazard", "control", "where", "proof"], rows)]
    )


def _example() -> str:
    from spondyl.instrument.protocol import Frame, encode

    return encode(Frame(kind=Kind.REACH, epoch=1, number=2, values={"state": 1})).hex(" ")


def _states() -> Iterable[list[str]]:
    return ([str(one.value), one.name, one.meaning] for one in State)


def _times() -> Iterable[list[str]]:
    return ([one.name, f"{one.limit_us / 1000:g}", one.kept_by, one.meaning] for one in TIMEOUTS)


def _fields(fields: tuple[Field, ...]) -> str:
    types = {"B": "u8", "H": "u16", "I": "u32", "Q": "u64", "d": "d", "16s": "16 bytes", "32s": "32 bytes"}
    return _table(
        ["field", "type", "meaning"], ([f"`{one.name}`", types[one.code], one.meaning] for one in fields)
    )


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
