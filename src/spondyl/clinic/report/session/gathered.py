"""What a record holds, gathered from its steps, so that a session without an end is reported like any other."""

from collections.abc import Sequence
from dataclasses import dataclass

from spondyl.instrument import Waveform
from spondyl.treatment.adjustment import (
    Decision,
    Fired,
    MapRow,
    RecordedStep,
    RecordError,
    SessionRecord,
    Told,
)
from spondyl.treatment.adjustment.json_codec import from_json


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pulse:
    """One pulse that took place; ``charged_ns`` counts against the budget, ``cap_n`` is total force."""

    segment: str
    purpose: str
    commanded_n: float
    cap_n: float
    charged_ns: float
    waveform: Waveform


@dataclass(frozen=True, slots=True, kw_only=True)
class PainSaid:
    """What the patient said of the pain, 0 to 10, and in words when: a record keeps the order, not the time of day."""

    pain: int
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Pulses, decisions and map rows in the order in which they came."""

    pulses: tuple[Pulse, ...]
    decisions: tuple[Decision, ...]
    unaccepted: frozenset[int]
    """Which of the decisions, counted from 0, proposed a dose that nobody accepted."""
    rows: tuple[MapRow, ...]
    pains: tuple[PainSaid, ...]

    @property
    def treated(self) -> tuple[Pulse, ...]:
        """The pulses that were meant to treat."""
        return tuple(pulse for pulse in self.pulses if pulse.purpose == "treat")


def gathered(record: SessionRecord) -> Gathered:
    """Everything that the report shows; raises RecordError where a command is none, as in a forged record."""
    try:
        return _gathered(record)
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError(f"a command in it is none: {error}.") from error


def _gathered(record: SessionRecord) -> Gathered:
    commands = [step.command for step in record.steps]
    notes = [step for step in record.steps if step.command["command"] == "Note"]
    return Gathered(
        pulses=tuple(
            Pulse(
                segment=step.fire.segment,
                purpose=step.fire.purpose,
                commanded_n=step.fire.commanded_n,
                cap_n=step.reading.cap_n,
                charged_ns=step.reading.charged_ns,
                waveform=step.reading.waveform,
            )
            for step in record.steps
            if isinstance(step.reading, Fired)
        ),
        decisions=tuple(from_json(Decision, step.command["decision"]) for step in notes),
        unaccepted=frozenset(number for number, step in enumerate(notes) if step.is_unaccepted_dose),
        rows=tuple(from_json(MapRow, one["row"]) for one in commands if one["command"] == "Show"),
        pains=pains_of(record.steps),
    )


def pains_of(steps: Sequence[RecordedStep]) -> tuple[PainSaid, ...]:
    """What the session heard of the pain, each word once, in its order; one that stands unchanged is not said again.

    Raises KeyError, TypeError or ValueError where a command is none.
    """
    found: list[PainSaid] = []
    pulses, last, dose = 0, "", ""
    for step in steps:
        if step.command["command"] == "Note" and step.command["decision"].get("commanded_n"):
            dose = f"while the dose at {step.command['decision']['segment']} waited, "
        if isinstance(step.reading, Fired):
            pulses, last, dose = pulses + 1, step.fire.segment, ""
        if isinstance(step.reading, Told) and (not found or found[-1].pain != step.reading.pain):
            when = f"after pulse {pulses}, at {last}" if pulses else "before the first pulse"
            found.append(PainSaid(pain=step.reading.pain, when=f"{dose}{when}"))
    return tuple(found)
