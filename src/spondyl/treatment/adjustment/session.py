"""An adjustment session as a pure generator: it yields commands, is sent readings, and returns what came of it.

It knows no device, no clock and no chance, so the same plan and the same readings give the same commands: a record of
both replays bit for bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from spondyl.biomechanics import Abstention, Segment, SegmentEstimate, build_spine_model, modes_of
from spondyl.instrument import cap_n
from spondyl.instrument.gate import check_gate
from spondyl.treatment.adjustment.approach import Approach, best_approach
from spondyl.treatment.adjustment.commands import Fire, Open, Place, Rest, Wait
from spondyl.treatment.adjustment.decision import Action, Decision, StopBecause
from spondyl.treatment.adjustment.dose import (
    Dose,
    Room,
    calibrate_n,
    choose_dose,
    low_bound_n_mm,
    preload_n,
    probe_n,
    share_of,
)
from spondyl.treatment.adjustment.machine import FINAL, Step
from spondyl.treatment.adjustment.outcome import Outcome
from spondyl.treatment.adjustment.plan import Plan
from spondyl.treatment.adjustment.probing import Scatter, Stiffness, read_probe, scatter, stiffness_of
from spondyl.treatment.adjustment.readings import Opened
from spondyl.treatment.adjustment.run import LIFTED_US, Part, Run, SessionEndError, ask, expect
from spondyl.treatment.adjustment.stopping import (
    READINGS,
    Look,
    Verdict,
    judge,
    judge_drift,
    suspects_drift,
)
from spondyl.treatment.adjustment.target import ONLY_PROBED, choose_target

PROBE_US = 2_500
_TIP_MAY_BE_ON = frozenset({StopBecause.BUDGET, StopBecause.REFUSED, StopBecause.PAIN})


def session(plan: Plan) -> Part[Outcome]:
    """Survey, choose, dose, check, and stop for a stated reason."""
    run = Run(plan)
    try:
        because, text = yield from _work(run)
    except SessionEndError as end:
        return (yield from _end(run, end))
    return run.outcome(because, text, is_safe=True)


def _work(run: Run) -> Part[tuple[StopBecause, str]]:
    blocked = yield from _blocked(run)
    if blocked is not None:
        run.take(Step.BLOCKED)
        return blocked
    yield from _open(run)
    readings = yield from _survey(run)
    spread = scatter(readings, run.plan.repositioning_sd)
    for reading in readings:
        yield from run.show(reading, "before", spread)
    run.take(Step.SURVEYED)
    verdict = yield from _treat(run, readings, spread)
    yield from _finish(run)
    return verdict


def _blocked(run: Run) -> Part[tuple[StopBecause, str] | None]:
    """What is known to stand in the way before anything is touched."""
    refusal = check_gate(run.plan.gate)
    if refusal is not None:
        yield from run.decide(Decision(segment="", action=Action.DO_NOTHING, reason=str(refusal)))
        return StopBecause.BLOCKED, str(refusal)
    if run.plan.limits.maximum_n > 0.0:
        return None
    text = StopBecause.NO_MAXIMUM.text
    for segment in run.plan.segments:
        yield from run.decide(Decision(segment=segment, action=Action.DO_NOTHING, reason=text, cap_n=0.0))
    return StopBecause.NO_MAXIMUM, text


def _open(run: Run) -> Part[None]:
    opened = expect((yield from ask(Open())), Opened)
    if opened.simulated is not run.plan.simulated:
        text = (
            f"The plan says simulated={run.plan.simulated}, {opened.name} says simulated={opened.simulated}."
        )
        yield from run.decide(Decision(segment="", action=Action.STOP, reason=text))
        raise SessionEndError(StopBecause.REFUSED, text, Step.FAULT)
    run.take(Step.OPENED)
    # The sensor must first show that it lives.
    yield from ask(Wait(duration_us=LIFTED_US))


def _survey(run: Run) -> Part[tuple[Stiffness, ...]]:
    """Probe every segment in turn, as often as the plan says; the tip is lifted each time, so repositioning counts."""
    segments = yield from _with_room(run)
    found: dict[str, list[SegmentEstimate | Abstention]] = {segment: [] for segment in segments}
    for _ in range(run.plan.probes):
        for segment in segments:
            found[segment].append((yield from _probe(run, segment)))
    return tuple(stiffness_of(segment, answers) for segment, answers in found.items())


def _with_room(run: Run) -> Part[tuple[str, ...]]:
    left: list[str] = []
    for segment in run.plan.segments:
        cap = cap_n(segment, run.plan.limits)
        if probe_n(cap) > 0.0:
            left.append(segment)
            continue
        reason = f"The cap of {cap:g} N leaves no room for a probe above the preload of {preload_n(cap):g} N."
        yield from run.decide(Decision(segment=segment, action=Action.LEAVE_OUT, reason=reason, cap_n=cap))
    return tuple(left)


def _probe(run: Run, segment: str) -> Part[SegmentEstimate | Abstention]:
    cap = cap_n(segment, run.plan.limits)
    yield from run.place(Place(segment=segment, preload_n=preload_n(cap)))
    fired = yield from run.fire(
        Fire(segment=segment, purpose="probe", commanded_n=round(probe_n(cap), 1), duration_us=PROBE_US)
    )
    yield from run.lift(Step.LIFTED)
    # Read with the tip off: a fit takes longer than the link may be silent.
    return read_probe(segment, fired.waveform, run.plan.device)


def _treat(run: Run, readings: Sequence[Stiffness], spread: Scatter) -> Part[tuple[StopBecause, str]]:
    target = ONLY_PROBED if run.plan.only_probe else choose_target(run.plan, readings, spread.sd)
    yield from run.decide(target.decision)
    if not target.segment:
        run.take(Step.FOUND_NOTHING)
        return StopBecause.NOTHING_TO_TREAT, target.decision.reason
    run.target = target.segment
    course = _Course(
        approach=_approach(target.segment),
        before=next(one for one in readings if one.segment == target.segment),
        control=_control(readings, target.segment),
        spread=spread,
    )
    yield from run.told(target.segment)
    run.take(Step.CHOSE)
    return (yield from _courses(run, course))


@cache
def _approach(segment: str) -> Approach:
    """Told by the tables' spine, so the same in every session; working it out takes a third of a session's time."""
    model = build_spine_model()
    return best_approach(model, modes_of(model), segment)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """What does not change from course to course."""

    approach: Approach
    before: Stiffness
    control: Stiffness | None
    spread: Scatter

    @property
    def segment(self) -> str:
        return self.approach.segment


def _control(readings: Sequence[Stiffness], target: str) -> Stiffness | None:
    """The untreated segment furthest away along the spine that was read."""
    at = Segment(target).index
    others = [one for one in readings if one.logs and one.segment != target]
    return max(others, key=lambda one: abs(Segment(one.segment).index - at), default=None)


def _courses(run: Run, course: _Course) -> Part[tuple[StopBecause, str]]:
    after: list[Stiffness] = []
    for _ in range(run.plan.courses):
        verdict = yield from _give(run, course)
        if verdict.stop is None:
            verdict = yield from _check(run, course, after)
        action = Action.GO_ON if verdict.stop is None else Action.STOP
        yield from run.decide(Decision(segment=course.segment, action=action, reason=verdict.text))
        if verdict.stop is not None:
            run.take(Step.ENOUGH)
            return verdict.stop, verdict.text
        run.take(Step.GO_ON)
    raise AssertionError("The last look always gives a reason to stop: a bug.")


def _give(run: Run, course: _Course) -> Part[Verdict]:
    """One course: learn the delivered share at this contact, dose, pulse, and ask after every pulse."""
    dose = yield from _dose(run, course)
    if dose.commanded_n <= 0.0:
        return Verdict(stop=StopBecause.BUDGET, text=dose.reason)
    run.take(Step.CALIBRATED)
    for _ in range(run.plan.pulses):
        yield from run.fire(
            Fire(
                segment=course.segment,
                purpose="treat",
                commanded_n=dose.commanded_n,
                duration_us=dose.duration_us,
                predicted_n=dose.predicted_n,
            )
        )
        run.take(Step.PULSED)
        yield from run.told(course.segment)
        yield from run.settle()
    yield from run.lift(Step.COURSE_DONE)
    return Verdict(stop=None, text="The course was given.")


def _dose(run: Run, course: _Course) -> Part[Dose]:
    approach, cap = course.approach, cap_n(course.segment, run.plan.limits)
    contact = yield from run.place(
        Place(
            segment=approach.segment,
            left_mm=approach.left_mm,
            cranial_mm=approach.cranial_mm,
            cranial_tilt_deg=approach.cranial_tilt_deg,
            preload_n=preload_n(cap),
        )
    )
    commanded_n = round(calibrate_n(cap), 1)
    fired = yield from run.fire(
        Fire(
            segment=approach.segment,
            purpose="calibrate",
            commanded_n=commanded_n,
            duration_us=approach.duration_us,
        )
    )
    yield from run.settle()
    share = share_of(fired.waveform, commanded_n, run.plan.device.force_sd_n)
    room = Room(
        cap_n=cap,
        preload_n=max(contact.preload_n, fired.waveform.preload_n),
        rest_ns=run.rest_ns(approach.segment) / run.plan.pulses,
    )
    dose = choose_dose(run.plan.aim_mm, approach, low_bound_n_mm(course.before, course.spread), share, room)
    yield from run.decide(
        Decision(
            segment=approach.segment,
            action=Action.LOWER_DOSE if dose.is_lowered else Action.TREAT,
            reason=f"{approach.site}, {dose.reason}",
            commanded_n=dose.commanded_n,
            predicted_n=dose.predicted_n,
            cap_n=cap,
        )
    )
    return dose


def _check(run: Run, course: _Course, after: list[Stiffness]) -> Part[Verdict]:
    """Read the target again, and the control only to confirm a change: until then it would tell nothing."""
    target = _Again(segment=course.segment, when=f"after course {len(after) + 1}", spread=course.spread)
    verdict = yield from _judged(run, course, after, target)
    for _ in range(READINGS - 1):
        if verdict.is_undecided:
            verdict = yield from _judged(run, course, after, target)
    after.append(target.reading)
    if verdict.stop is StopBecause.CHANGED:
        verdict = yield from _confirmed(run, course, verdict, target.when)
    run.take(Step.CHECKED)
    return verdict


def _judged(run: Run, course: _Course, after: Sequence[Stiffness], target: "_Again") -> Part[Verdict]:
    """A verdict from some more contacts with the target."""
    yield from _read_again(run, target)
    return judge(
        Look(
            before=course.before,
            after=(*after, target.reading),
            pulses=run.plan.pulses,
            sd=course.spread.sd,
            courses=run.plan.courses,
        )
    )


def _confirmed(run: Run, course: _Course, verdict: Verdict, when: str) -> Part[Verdict]:
    """A change, unless an untreated segment changed too; without one to read, that is said."""
    if course.control is None:
        return replace(
            verdict, text=f"{verdict.text} No untreated segment was read, so drift is not ruled out."
        )
    control = _Again(segment=course.control.segment, when=when, spread=course.spread)
    yield from _read_again(run, control)
    if suspects_drift(course.control, control.reading, course.spread.sd):
        for _ in range(READINGS):
            yield from _read_again(run, control)
    return judge_drift(course.control, control.reading, course.spread.sd) or verdict


@dataclass(slots=True, kw_only=True)
class _Again:
    """A segment that is read after a course, with all contacts so far."""

    segment: str
    when: str
    spread: Scatter
    found: list[SegmentEstimate | Abstention] = field(default_factory=list[SegmentEstimate | Abstention])

    @property
    def reading(self) -> Stiffness:
        return stiffness_of(self.segment, self.found)


def _read_again(run: Run, again: _Again) -> Part[None]:
    """``checks`` more contacts, the tip lifted each time; shown with those before."""
    when = again.when if not again.found else f"{again.when}, {len(again.found) + run.plan.checks} contacts"
    for _ in range(run.plan.checks):
        again.found.append((yield from _probe(run, again.segment)))
    yield from run.show(again.reading, when, again.spread)


def _finish(run: Run) -> Part[None]:
    """The safe state, whatever went before."""
    yield from ask(Rest())
    if run.machine.stage not in FINAL:
        run.take(Step.RESTED)


def _end(run: Run, end: SessionEndError) -> Part[Outcome]:
    """A session that ends before its time; a stop and a failure have already left the instrument as safe as it gets."""
    run.take(end.step)
    if end.because in _TIP_MAY_BE_ON:
        try:
            yield from _finish(run)
        except SessionEndError as worse:
            return run.outcome(worse.because, f"{end.text} {worse.text}", is_safe=worse.is_safe)
    return run.outcome(end.because, end.text, is_safe=end.is_safe)
