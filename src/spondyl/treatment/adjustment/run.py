"""A session under way: its machine, what it has gathered, and the commands it is made of."""

from collections.abc import Generator
from typing import TypeAlias, TypeVar

from spondyl.treatment.adjustment.commands import Ask, Command, Fire, Hear, Note, Place, Rest, Show, Wait
from spondyl.treatment.adjustment.decision import Action, Decision, StopBecause
from spondyl.treatment.adjustment.delivered import delivered_of
from spondyl.treatment.adjustment.machine import Machine, Step
from spondyl.treatment.adjustment.outcome import Delivered, MapRow, Outcome
from spondyl.treatment.adjustment.plan import Plan
from spondyl.treatment.adjustment.probing import Scatter, Stiffness
from spondyl.treatment.adjustment.readings import (
    Denied,
    Failed,
    Fired,
    Halted,
    InContact,
    Reading,
    Rested,
    Told,
)
from spondyl.treatment.adjustment.stopping import judge_pain

R = TypeVar("R")
Part: TypeAlias = Generator[Command, Reading, R]

SETTLE_US = 120_000
"""From contact to a pulse, and from one pulse to the next: ringing has died away and the samples are new."""

LIFTED_US = 40_000
TRIES = 3

PASSING = frozenset({"DATA_MISSING", "DATA_STALE", "DATA_NOISY", "RATE", "TOO_SOON", "EXPIRED"})
"""Refusals that time may heal; the pulse is asked for again."""

SPENT = frozenset({"COUNT_SEGMENT", "COUNT_SESSION", "IMPULSE_SEGMENT", "IMPULSE_SESSION", "BUDGET"})


class SessionEndError(Exception):
    """The session ends here; carried to :func:`session`, never further."""

    def __init__(self, because: StopBecause, text: str, step: Step, *, is_safe: bool = True) -> None:
        super().__init__(text)
        self.because = because
        self.text = text
        self.step = step
        self.is_safe = is_safe


class Run:
    """Grows while the session goes on."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.machine = Machine()
        self.target = ""
        self.charged_ns: dict[str, float] = {}
        self._least_pain: int | None = None
        self._decisions: list[Decision] = []
        self._delivered: list[Delivered] = []
        self._rows: list[MapRow] = []

    def take(self, step: Step) -> None:
        """Go to the next stage."""
        self.machine = self.machine.after(step)

    def outcome(self, because: StopBecause, text: str, *, is_safe: bool) -> Outcome:
        """What has come of it."""
        return Outcome(
            decisions=tuple(self._decisions),
            delivered=tuple(self._delivered),
            stiffness=tuple(self._rows),
            target=self.target,
            stopped_because=because,
            text=text,
            is_safe=is_safe,
        )

    def rest_ns(self, segment: str) -> float:
        """Impulse that the budgets still hold for a segment."""
        limits = self.plan.limits
        spent_ns = self.charged_ns.get(segment, 0.0)
        return min(
            limits.segment_impulse_ns - spent_ns, limits.session_impulse_ns - sum(self.charged_ns.values())
        )

    def decide(self, decision: Decision) -> Part[None]:
        """Keep a decision."""
        self._decisions.append(decision)
        yield from ask(Note(decision=decision))

    def show(self, reading: Stiffness, when: str, scatter: Scatter) -> Part[None]:
        """Keep a row of the stiffness map."""
        low, high = reading.interval_n_mm(scatter) if reading.logs else (None, None)
        row = MapRow(
            segment=reading.segment,
            when=when,
            stiffness_n_mm=round(reading.n_mm, 3) if reading.logs else None,
            low_n_mm=None if low is None else round(low, 3),
            high_n_mm=None if high is None else round(high, 3),
            text=" ".join(dict.fromkeys(reading.abstentions)),
        )
        self._rows.append(row)
        yield from ask(Show(row=row))

    def place(self, place: Place) -> Part[InContact]:
        """Tip on, armed, settled."""
        reading = yield from ask(place)
        self.take(Step.PLACED)
        yield from ask(Wait(duration_us=SETTLE_US))
        return expect(reading, InContact)

    def settle(self) -> Part[None]:
        """Let the ringing die away."""
        yield from ask(Wait(duration_us=SETTLE_US))

    def lift(self, step: Step) -> Part[None]:
        """Tip off, proved."""
        expect((yield from ask(Rest())), Rested)
        self.take(step)
        yield from ask(Wait(duration_us=LIFTED_US))

    def fire(self, fire: Fire) -> Part[Fired]:
        """One pulse, unless the patient has said that it hurts more; a refusal that time may heal is tried again, any
        other ends the session."""
        reading: Reading = Denied(reason="", text="")
        for _ in range(TRIES):
            yield from self._hear(fire.segment)
            reading = yield from ask(fire)
            if isinstance(reading, Fired):
                self._keep(fire, reading)
                if not reading.waveform.completed:
                    yield from self._ended_early(fire, reading)
                return reading
            if expect(reading, Denied).reason not in PASSING:
                break
            yield from ask(Wait(duration_us=2 * SETTLE_US))
        denied = expect(reading, Denied)
        because = StopBecause.BUDGET if denied.reason in SPENT else StopBecause.REFUSED
        yield from self.decide(Decision(segment=fire.segment, action=Action.STOP, reason=denied.text))
        raise SessionEndError(
            because, denied.text, Step.ENOUGH if because is StopBecause.BUDGET else Step.FAULT
        )

    def _ended_early(self, fire: Fire, fired: Fired) -> Part[None]:
        """A pulse that was cut short: nothing is read from it, and nothing follows it."""
        wave = fired.waveform
        lasted_ms = len(wave.force_n) * wave.interval_us * 1e-3
        text = f"The pulse at {fire.segment} was cut short after {lasted_ms:.1f} ms: a stop, a lost contact or a fault."
        yield from self.decide(Decision(segment=fire.segment, action=Action.STOP, reason=text))
        expect((yield from ask(Rest())), Rested)
        raise SessionEndError(StopBecause.INSTRUMENT_FAILED, text, Step.FAULT)

    def told(self, segment: str) -> Part[None]:
        """Ask for the patient's word."""
        yield from self._heed(expect((yield from ask(Ask())), Told), segment)

    def _hear(self, segment: str) -> Part[None]:
        """The patient's word, where there is one."""
        reading = yield from ask(Hear())
        if isinstance(reading, Told):
            yield from self._heed(reading, segment)

    def _heed(self, told: Told, segment: str) -> Part[None]:
        """More pain than the least that was said before ends the session, whatever it is doing."""
        before = told.pain if self._least_pain is None else self._least_pain
        self._least_pain = min(before, told.pain)
        verdict = judge_pain(before, told.pain, wants_stop=told.wants_stop)
        if verdict.stop is not None:
            yield from self.decide(Decision(segment=segment, action=Action.STOP, reason=verdict.text))
            raise SessionEndError(verdict.stop, verdict.text, Step.ENOUGH)

    def _keep(self, fire: Fire, fired: Fired) -> None:
        self.charged_ns[fire.segment] = self.charged_ns.get(fire.segment, 0.0) + fired.charged_ns
        self._delivered.append(delivered_of(fire, fired))


def ask(command: Command) -> Part[Reading]:
    """Yield a command; a stop or a failure in answer ends the session."""
    reading = yield command
    if isinstance(reading, Halted):
        text = f"The stop was pressed ({reading.by})."
        raise SessionEndError(StopBecause.STOP_PRESSED, text, Step.STOP, is_safe=reading.is_safe)
    if isinstance(reading, Failed):
        raise SessionEndError(
            StopBecause.INSTRUMENT_FAILED, reading.text, Step.FAULT, is_safe=reading.is_safe
        )
    return reading


def expect(reading: Reading, kind: type[R]) -> R:
    """The reading, if it is of the kind that its command is answered with; else whoever drives the session is wrong."""
    if not isinstance(reading, kind):
        raise TypeError(
            f"A session was answered with {type(reading).__name__} instead of {kind.__name__}: a bug."
        )
    return reading
