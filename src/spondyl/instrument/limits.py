"""The safety kernel: may the tip come here, and may this pulse be delivered, now? Pure, and independent of every other
package.

The kernel is this file with caps, gate, signal_check, ledger, latch, watchdog, status, refusal and timeouts beside it.
It holds whether the instrument is real or simulated: a simulation is marked, never privileged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from spondyl.instrument.caps import (
    PLACEHOLDER_COUNT_SEGMENT,
    PLACEHOLDER_COUNT_SESSION,
    PLACEHOLDER_DURATION_US,
    PLACEHOLDER_IMPULSE_SEGMENT_NS,
    PLACEHOLDER_IMPULSE_SESSION_NS,
    PLACEHOLDER_PEAK_N,
    PLACEHOLDER_PRELOAD_N,
    REGION_OF,
    PulseShape,
    peak_of_n,
)
from spondyl.instrument.gate import Gate, check_gate
from spondyl.instrument.ledger import Ledger
from spondyl.instrument.refusal import Reason, Refusal
from spondyl.instrument.signal_check import check_samples
from spondyl.instrument.status import Contact, Sample, State, Status
from spondyl.instrument.timeouts import PULSE_GAP, TOKEN_LIFE


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a clinician allows in this session. The maximum is zero until one sets it."""

    maximum_n: float = 0.0
    segment_count: int = PLACEHOLDER_COUNT_SEGMENT
    session_count: int = PLACEHOLDER_COUNT_SESSION
    segment_impulse_ns: float = PLACEHOLDER_IMPULSE_SEGMENT_NS
    session_impulse_ns: float = PLACEHOLDER_IMPULSE_SESSION_NS

    def __post_init__(self) -> None:
        bounds: tuple[tuple[str, float, float], ...] = (
            ("maximum_n", self.maximum_n, max(PLACEHOLDER_PEAK_N.values())),
            ("segment_count", self.segment_count, PLACEHOLDER_COUNT_SEGMENT),
            ("session_count", self.session_count, PLACEHOLDER_COUNT_SESSION),
            ("segment_impulse_ns", self.segment_impulse_ns, PLACEHOLDER_IMPULSE_SEGMENT_NS),
            ("session_impulse_ns", self.session_impulse_ns, PLACEHOLDER_IMPULSE_SESSION_NS),
        )
        for name, value, most in bounds:
            if not 0.0 <= value <= most:
                raise ValueError(
                    f"{name} is {value:g}; a limit lies between 0 and the instrument's own {most:g}. Choose one there."
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseRequest:
    """A wish: this pulse, on this segment, at the contact with this number."""

    segment: str
    contact_id: int
    shape: PulseShape


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseToken:
    """Leave for one pulse, once, until ``expires_us`` in the instrument's clock. Only :func:`authorize` makes one."""

    sequence: int
    session: int
    segment: str
    contact_id: int
    shape: PulseShape
    cap_n: float
    expires_us: int
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that is known at the moment of decision; ``now_us`` is the instrument's clock as the host knows it."""

    now_us: int
    intended: State
    is_stopped: bool
    status: Status
    samples: Sequence[Sample]

    @property
    def preload_n(self) -> float:
        """Steady force at the tip: the greatest of the judged samples, to stay on the safe side."""
        return max(sample.force_n for sample in self.samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request with all that bears on it."""

    request: PulseRequest
    gate: Gate
    limits: Limits
    ledger: Ledger
    situation: Situation


def authorize(case: Case) -> PulseToken | Refusal:
    """Give a one-shot, expiring token, or the first reason not to."""
    for check in _CHECKS:
        refusal = check(case)
        if refusal is not None:
            return refusal
    request, now_us = case.request, case.situation.now_us
    return PulseToken(
        sequence=case.situation.status.last_sequence + 1,
        session=case.ledger.session,
        segment=request.segment,
        contact_id=request.contact_id,
        shape=request.shape,
        cap_n=cap_n(request.segment, case.limits),
        expires_us=now_us + TOKEN_LIFE.limit_us,
        simulated=case.situation.status.simulated,
    )


def refuse_contact(
    contact: Contact, gate: Gate, *, limits: Limits, ledger: Ledger, status: Status, is_stopped: bool
) -> Refusal | None:
    """The first reason not to bring the tip to a contact: its preload is a force on a person as much as a pulse is."""
    return (
        check_gate(gate)
        or _check_instrument(status, ledger, is_stopped=is_stopped)
        or _check_asked_preload(contact, limits)
    )


def cap_n(segment: str, limits: Limits) -> float:
    """Most force at the tip, preload included: the lower of what the clinician and the region allow; 0 if unknown."""
    region = REGION_OF.get(segment)
    return 0.0 if region is None else min(limits.maximum_n, PLACEHOLDER_PEAK_N[region])


def allowed_peak_n(case: Case) -> float:
    """Highest pulse peak above the preload that caps and budgets allow at the request's segment and duration."""
    duration_us = case.request.shape.duration_us
    rests_ns = (
        case.limits.segment_impulse_ns - case.ledger.impulse_ns(case.request.segment),
        case.limits.session_impulse_ns - case.ledger.impulse_ns(),
    )
    below_cap_n = cap_n(case.request.segment, case.limits) - case.situation.preload_n
    return max(0.0, min(below_cap_n, *(peak_of_n(rest_ns, duration_us) for rest_ns in rests_ns)))


def _check_person(case: Case) -> Refusal | None:
    return check_gate(case.gate)


def _check_reported(case: Case) -> Refusal | None:
    status, ledger, situation = case.situation.status, case.ledger, case.situation
    verdicts = (
        (situation.intended is not State.ARMED, Reason.NOT_ARMED),
        (status.state is not situation.intended, Reason.STATE_DIVERGES),
        (ledger.is_open, Reason.TOKEN_OPEN),
        (status.pulse_count != ledger.count(), Reason.COUNTER_DIVERGES),
        (status.contact_id == 0, Reason.CONTACT_CHANGED),
        (status.contact_id != case.request.contact_id, Reason.CONTACT_CHANGED),
        (status.segment != case.request.segment, Reason.CONTACT_CHANGED),
    )
    return _check_instrument(status, ledger, is_stopped=situation.is_stopped) or _first(verdicts)


def _check_instrument(status: Status, ledger: Ledger, *, is_stopped: bool) -> Refusal | None:
    """Whether it is the instrument of this session, and free to make force."""
    return _first(
        (
            (is_stopped or status.state is State.STOPPED, Reason.STOPPED),
            (status.simulated is not ledger.simulated, Reason.SIMULATION_DIVERGES),
            (status.boot != ledger.boot, Reason.RESTARTED),
            (status.session != ledger.session, Reason.SESSION_DIVERGES),
        )
    )


def _first(verdicts: Sequence[tuple[bool, Reason]]) -> Refusal | None:
    return next((Refusal(reason=reason) for refused, reason in verdicts if refused), None)


def _check_asked_preload(contact: Contact, limits: Limits) -> Refusal | None:
    least_n, most_n = PLACEHOLDER_PRELOAD_N
    asked_n, most_here_n = contact.preload_n, cap_n(contact.segment, limits)
    if limits.maximum_n == 0.0:
        return Refusal(reason=Reason.NO_MAXIMUM)
    if contact.segment not in REGION_OF:
        return Refusal(reason=Reason.SEGMENT_UNKNOWN)
    # Written so that what is no number is refused.
    if not asked_n >= least_n:
        return Refusal(reason=Reason.PRELOAD_LOW, value=asked_n, limit=least_n)
    if asked_n > most_n:
        return Refusal(reason=Reason.PRELOAD_HIGH, value=asked_n, limit=most_n)
    if asked_n > most_here_n:
        return Refusal(reason=Reason.PRELOAD_ABOVE_CAP, value=asked_n, limit=most_here_n)
    return None


def _check_data(case: Case) -> Refusal | None:
    return check_samples(case.situation.samples, case.situation.now_us)


def _check_shape(case: Case) -> Refusal | None:
    shape = case.request.shape
    shortest_us, longest_us = PLACEHOLDER_DURATION_US
    return _first(
        (
            (case.limits.maximum_n == 0.0, Reason.NO_MAXIMUM),
            (case.request.segment not in REGION_OF, Reason.SEGMENT_UNKNOWN),
            (not isfinite(shape.peak_n) or shape.peak_n <= 0.0, Reason.PULSE_MALFORMED),
            (not shortest_us <= shape.duration_us <= longest_us, Reason.PULSE_MALFORMED),
        )
    )


def _check_preload(case: Case) -> Refusal | None:
    forces_n = [sample.force_n for sample in case.situation.samples]
    least_n, most_n = PLACEHOLDER_PRELOAD_N
    if min(forces_n) < least_n:
        return Refusal(reason=Reason.PRELOAD_LOW, value=min(forces_n), limit=least_n)
    if max(forces_n) > most_n:
        return Refusal(reason=Reason.PRELOAD_HIGH, value=max(forces_n), limit=most_n)
    return None


def _check_caps(case: Case) -> Refusal | None:
    shape, segment, ledger, limits = case.request.shape, case.request.segment, case.ledger, case.limits
    total_n = case.situation.preload_n + shape.peak_n
    compared = (
        (total_n, cap_n(segment, limits), Reason.PEAK_ABOVE_CAP),
        (ledger.count(segment) + 1, limits.segment_count, Reason.COUNT_SEGMENT),
        (ledger.count() + 1, limits.session_count, Reason.COUNT_SESSION),
        (ledger.impulse_ns(segment) + shape.impulse_ns, limits.segment_impulse_ns, Reason.IMPULSE_SEGMENT),
        (ledger.impulse_ns() + shape.impulse_ns, limits.session_impulse_ns, Reason.IMPULSE_SESSION),
    )
    return next(
        (
            Refusal(reason=reason, value=value, limit=limit)
            for value, limit, reason in compared
            if value > limit
        ),
        None,
    )


def _check_rate(case: Case) -> Refusal | None:
    if not case.ledger.charges:
        return None
    gap_us = case.situation.now_us - case.ledger.charges[-1].at_us
    if gap_us < PULSE_GAP.limit_us:
        return Refusal(reason=Reason.RATE, value=gap_us, limit=PULSE_GAP.limit_us)
    return None


_CHECKS = (
    _check_person,
    _check_reported,
    _check_data,
    _check_shape,
    _check_preload,
    _check_caps,
    _check_rate,
)
