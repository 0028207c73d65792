"""What a record holds, gathered from its steps, so that a session without an end is reported like any other."""

from dataclasses import dataclass

from spondyl.instrument import Waveform
from spondyl.treatment.adjustment import Decision, Fired, MapRow, RecordError, SessionRecord
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
class Gathered:
    """Pulses, decisions and map rows in the order in which they came."""

    pulses: tuple[Pulse, ...]
    decisions: tuple[Decision, ...]
    unaccepted: frozenset[int]
    """Which of the decisions, counted from 0, proposed a dose that nobody accepted."""
    rows: tuple[MapRow, ...]

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
    )
