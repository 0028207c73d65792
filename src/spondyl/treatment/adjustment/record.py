"""The record of a session: what it was told, what it asked, what it was answered, and what came of it.

Bytes in and out; files belong to the shell. The format is in docs/reference/session-record.md.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from spondyl import __version__
from spondyl.instrument import Waveform
from spondyl.treatment.adjustment.commands import Command, Fire
from spondyl.treatment.adjustment.json_codec import from_json, to_json
from spondyl.treatment.adjustment.outcome import Outcome
from spondyl.treatment.adjustment.plan import RULES, Plan
from spondyl.treatment.adjustment.readings import (
    Denied,
    Done,
    Failed,
    Fired,
    Halted,
    InContact,
    Opened,
    Reading,
    Rested,
    Told,
)
from spondyl.treatment.adjustment.tar_chain import BLOCK, CLOSING, Chain, Member, RecordError, verify_chain
from spondyl.treatment.adjustment.waveform_table import load_parquet, waveform_columns, waveform_parquet

FORMAT = 1
NOTICE = "Research software, not a medical device."
_WAVE: dict[str, type[Any]] = {
    **dict.fromkeys(("sequence", "interval_us", "duration_us"), int),
    "preload_n": float,
    **dict.fromkeys(("completed", "simulated"), bool),
}
_READINGS = {kind.__name__: kind for kind in (Opened, InContact, Denied, Rested, Told, Done, Halted, Failed)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a record begins with. ``started_at``: ISO 8601; ``source``: where the readings come from, in words;
    ``rules``: version of what the session asked and decided, 1 in records that do not say."""

    plan: Plan
    started_at: str
    source: str
    format: int = FORMAT
    version: str = __version__
    rules: int = RULES
    notice: str = NOTICE


class RecordWriter:
    """Gives the bytes to append, event by event; a command is written before it is obeyed."""

    def __init__(self) -> None:
        self._chain = Chain()
        self._count = 0

    @property
    def digest(self) -> str:
        """SHA-256 of everything so far."""
        return self._chain.digest

    def begin(self, head: Head) -> bytes:
        """The first member; whatever later ones need is loaded by then."""
        load_parquet()
        return self._chain.json("000000-plan.json", to_json(head))

    def asked(self, command: Command) -> bytes:
        """A command about to be obeyed."""
        self._count += 1
        value = {"command": type(command).__name__, **to_json(command)}
        return self._chain.json(f"{self._count:06d}-asked.json", value)

    def answered(self, reading: Reading, parquet: bytes | None = None, *, missing_ms: int = 0) -> bytes:
        """The reading that answered it; ``parquet`` where the waveform's bytes are already known; ``missing_ms`` of
        which no trace has a measurement, written only when there are any."""
        name = f"{self._count:06d}"
        missing = {"missing_ms": missing_ms} if missing_ms else {}
        if not isinstance(reading, Fired):
            value = {"reading": type(reading).__name__, **to_json(reading), **missing}
            return self._chain.json(f"{name}-answered.json", value)
        made = waveform_parquet(reading.waveform) if parquet is None else parquet
        wave = {one: getattr(reading.waveform, one) for one in _WAVE}
        value = {
            "reading": "Fired",
            "cap_n": reading.cap_n,
            "charged_ns": reading.charged_ns,
            "waveform": {"file": f"{name}-waveform.parquet", "sha256": _sha256(made), **wave},
            **missing,
        }
        return self._chain.raw(f"{name}-waveform.parquet", made) + self._chain.json(
            f"{name}-answered.json", value
        )

    def end(self, outcome: Outcome) -> bytes:
        """The last member and the end of the file."""
        return self._chain.json("999999-outcome.json", to_json(outcome)) + self._chain.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedStep:
    """A command as it was written, with its kind under ``command``, and the reading that answered it, None when the
    host ended before one came. ``parquet``: the waveform's own bytes, empty without one. ``missing_ms``: milliseconds
    of which the live traces got no measurement, found missing while the command was obeyed."""

    command: dict[str, Any]
    reading: Reading | None
    parquet: bytes
    missing_ms: int = 0

    @property
    def fire(self) -> Fire:
        """The pulse that it asked for; raises ValueError, KeyError or TypeError where the command is no such thing."""
        return from_json(Fire, {key: value for key, value in self.command.items() if key != "command"})

    @property
    def is_unaccepted_dose(self) -> bool:
        """Whether it proposed a dose that nobody accepted: the session ended with it."""
        is_dose = self.command["command"] == "Note" and bool(self.command["decision"].get("commanded_n"))
        return is_dose and not isinstance(self.reading, Done)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A record whose hash chain holds. ``outcome`` is None when the session, or the file, never came to its end."""

    head: Head
    steps: tuple[RecordedStep, ...]
    outcome: Outcome | None
    digest: str

    @property
    def waveforms(self) -> tuple[Waveform, ...]:
        """Every pulse in order, as long as ``outcome.delivered``."""
        return tuple(step.reading.waveform for step in self.steps if isinstance(step.reading, Fired))

    @property
    def missing_ms(self) -> int:
        """Milliseconds of the whole session of which the live traces got no measurement."""
        return sum(step.missing_ms for step in self.steps)


def read_record(data: bytes) -> SessionRecord:
    """Read a record and check its chain; raises :class:`RecordError` that names the place. Recomputes nothing: see
    :func:`spondyl.treatment.adjustment.replay`."""
    found = verify_chain(data)
    if not found or found[0].name != "000000-plan.json":
        raise RecordError("This is not a session record: it does not begin with 000000-plan.json.")
    return SessionRecord(
        head=_decoded(Head, found[0], rules=1),
        steps=_steps(found[1:]),
        outcome=_outcome(data, found[-1]),
        digest=_sha256(data),
    )


def _outcome(data: bytes, last: Member) -> Outcome | None:
    if last.name != "999999-outcome.json":
        return None
    closing = data[last.end :]
    if not CLOSING.startswith(closing):
        raise RecordError(f"Byte {last.end}: after the outcome a record has {2 * BLOCK} zeros and no more.")
    if closing != CLOSING:
        return None
    return _decoded(Outcome, last)


def _steps(found: tuple[Member, ...]) -> tuple[RecordedStep, ...]:
    by_name = {one.name: one for one in found}
    asked = [one for one in found if one.name.endswith("-asked.json")]
    return tuple(_step(one, by_name) for one in asked)


def _step(asked: Member, by_name: dict[str, Member]) -> RecordedStep:
    command = {key: value for key, value in asked.json().items() if key != "before"}
    number = asked.name.split("-")[0]
    answered, wave = by_name.get(f"{number}-answered.json"), by_name.get(f"{number}-waveform.parquet")
    parquet = wave.content if wave is not None else b""
    if answered is None:
        return RecordedStep(command=command, reading=None, parquet=parquet)
    missing_ms = answered.json().get("missing_ms", 0)
    if type(missing_ms) is not int:
        raise RecordError(
            f"{answered.name} (byte {answered.start}): missing_ms is {missing_ms!r}, no number."
        )
    return RecordedStep(
        command=command, reading=_reading(answered, parquet), parquet=parquet, missing_ms=missing_ms
    )


def _reading(answered: Member, parquet: bytes) -> Reading:
    value = answered.json()
    name = value.pop("reading", "")
    value.pop("before", None)
    value.pop("missing_ms", None)
    try:
        kind = _READINGS.get(name)
        return _fired(value, parquet) if kind is None else from_json(kind, value)
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise RecordError(f"{answered.name} (byte {answered.start}) is no reading: {error}.") from error


def _fired(value: dict[str, Any], parquet: bytes) -> Fired:
    wave = value["waveform"]
    if wave["sha256"] != _sha256(parquet):
        raise ValueError(f"{wave['file']} is not the file that was recorded")
    force_n, acceleration_m_s2 = waveform_columns(parquet)
    named = {one: from_json(kind, wave[one]) for one, kind in _WAVE.items()}
    waveform = Waveform(force_n=force_n, acceleration_m_s2=acceleration_m_s2, **named)
    cap_n, charged_ns = (from_json(float, value[one]) for one in ("cap_n", "charged_ns"))
    return Fired(cap_n=cap_n, charged_ns=charged_ns, waveform=waveform)


def _decoded(kind: type[Any], member: Member, **unsaid: Any) -> Any:
    value = unsaid | member.json()
    value.pop("before", None)
    try:
        return from_json(kind, value)
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError(f"{member.name} (byte {member.start}) cannot be read: {error}.") from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
