"""Claims: each reason to refuse is found at its exact edge, and a case with no reason gets a token for that pulse only.

Every case is the good one with one thing changed; the edges are the numbers of the tables, written out here by hand.
"""

import math
from dataclasses import replace

import pytest

from spondyl.instrument import (
    CONTRAINDICATIONS,
    REGION_OF,
    SEGMENTS,
    Answer,
    Case,
    Cause,
    Contact,
    Gate,
    Ledger,
    Limits,
    PulseCharge,
    PulseRequest,
    PulseShape,
    PulseToken,
    Reason,
    Refusal,
    Region,
    Sample,
    Situation,
    State,
    Status,
    allowed_peak_n,
    authorize,
    cap_n,
    refuse_contact,
)
from spondyl.instrument.caps import PLACEHOLDER_PROBE_N
from spondyl.instrument.timeouts import LONGEST_TOKEN_US, TIMEOUTS

NOW_US = 1_000_000
FORCES_N = [20.0, 20.1] * 8


def samples(
    forces_n: list[float] = FORCES_N, newest_us: int = NOW_US, step_us: int = 1000
) -> tuple[Sample, ...]:
    first_us = newest_us - step_us * (len(forces_n) - 1)
    return tuple(Sample(time_us=first_us + step_us * at, force_n=one) for at, one in enumerate(forces_n))


STATUS = Status(
    time_us=NOW_US,
    state=State.ARMED,
    cause=Cause.ASKED,
    boot=3,
    simulated=True,
    session=9,
    segment="T7",
    contact_id=5,
    force_n=20.0,
    maximum_n=100.0,
    pulse_count=0,
    impulse_ns=0.0,
    last_sequence=11,
)
GOOD = Case(
    request=PulseRequest(segment="T7", contact_id=5, shape=PulseShape(peak_n=40.0, duration_us=4000)),
    gate=Gate(consent=Answer.YES, answers=dict.fromkeys(CONTRAINDICATIONS, Answer.NO)),
    limits=Limits(maximum_n=100.0),
    ledger=Ledger(session=9, boot=3, simulated=True),
    situation=Situation(
        now_us=NOW_US, intended=State.ARMED, is_stopped=False, status=STATUS, samples=samples()
    ),
)


def situated(**changes: object) -> Case:
    return replace(GOOD, situation=replace(GOOD.situation, **changes))


def reporting(**changes: object) -> Case:
    return situated(status=replace(STATUS, **changes))


def shaped(peak_n: float = 40.0, duration_us: int = 4000, **limits: object) -> Case:
    request = replace(GOOD.request, shape=PulseShape(peak_n=peak_n, duration_us=duration_us))
    return replace(GOOD, request=request, limits=replace(GOOD.limits, **limits))


def answered(**changes: Answer) -> Case:
    return replace(GOOD, gate=replace(GOOD.gate, answers={**GOOD.gate.answers, **changes}))


def sensed(forces_n: list[float], newest_us: int = NOW_US, step_us: int = 1000) -> Case:
    return situated(samples=samples(forces_n, newest_us, step_us))


def charged(*charges: PulseCharge, **limits: object) -> Case:
    status = replace(STATUS, pulse_count=len(charges))
    return replace(
        GOOD,
        limits=replace(GOOD.limits, **limits),
        ledger=replace(GOOD.ledger, charges=charges),
        situation=replace(GOOD.situation, status=status),
    )


def charge(segment: str = "T7", impulse_ns: float = 1.0, at_us: int = 0) -> PulseCharge:
    return PulseCharge(sequence=1, segment=segment, impulse_ns=impulse_ns, at_us=at_us)


def reason(case: Case) -> Reason | None:
    result = authorize(case)
    return result.reason if isinstance(result, Refusal) else None


def segment(name: str, **limits: object) -> Case:
    return replace(
        GOOD,
        request=replace(GOOD.request, segment=name),
        limits=replace(GOOD.limits, **limits),
        situation=replace(GOOD.situation, status=replace(STATUS, segment=name)),
    )


def test_a_good_case_gets_a_token_for_exactly_this_pulse() -> None:
    assert authorize(GOOD) == PulseToken(
        sequence=12,
        session=9,
        segment="T7",
        contact_id=5,
        shape=PulseShape(peak_n=40.0, duration_us=4000),
        cap_n=100.0,
        expires_us=1_400_000,
        simulated=True,
    )


REFUSED = {
    "no consent": (replace(GOOD, gate=replace(GOOD.gate, consent=Answer.NO)), Reason.CONSENT_REFUSED),
    "consent unknown": (
        replace(GOOD, gate=replace(GOOD.gate, consent=Answer.UNKNOWN)),
        Reason.CONSENT_UNKNOWN,
    ),
    "nothing asked": (replace(GOOD, gate=Gate(consent=Answer.YES)), Reason.CONTRAINDICATION_UNKNOWN),
    "default gate": (replace(GOOD, gate=Gate()), Reason.CONSENT_UNKNOWN),
    "present and unknown": (
        answered(malignancy=Answer.YES, dislocation=Answer.UNKNOWN),
        Reason.CONTRAINDICATED,
    ),
    "latched at the host": (situated(is_stopped=True), Reason.STOPPED),
    "latched at the tip": (reporting(state=State.STOPPED), Reason.STOPPED),
    "not a simulator": (reporting(simulated=False), Reason.SIMULATION_DIVERGES),
    "restarted": (reporting(boot=4), Reason.RESTARTED),
    "went back a start": (reporting(boot=2), Reason.RESTARTED),
    "other session": (reporting(session=8), Reason.SESSION_DIVERGES),
    "newer session": (reporting(session=10), Reason.SESSION_DIVERGES),
    "meant to be safe": (situated(intended=State.SAFE), Reason.NOT_ARMED),
    "meant to pause": (
        situated(intended=State.PAUSED, status=replace(STATUS, state=State.PAUSED)),
        Reason.NOT_ARMED,
    ),
    "paused by itself": (reporting(state=State.PAUSED), Reason.STATE_DIVERGES),
    "safe by itself": (reporting(state=State.SAFE), Reason.STATE_DIVERGES),
    "fault": (reporting(state=State.FAULT), Reason.STATE_DIVERGES),
    "still pulsing": (reporting(state=State.PULSING), Reason.STATE_DIVERGES),
    "not settled": (replace(GOOD, ledger=replace(GOOD.ledger, is_open=True)), Reason.TOKEN_OPEN),
    "counts one more": (reporting(pulse_count=1), Reason.COUNTER_DIVERGES),
    "no contact": (reporting(contact_id=0), Reason.CONTACT_CHANGED),
    "no contact asked for": (
        replace(reporting(contact_id=0), request=replace(GOOD.request, contact_id=0)),
        Reason.CONTACT_CHANGED,
    ),
    "later contact": (reporting(contact_id=6), Reason.CONTACT_CHANGED),
    "earlier contact": (reporting(contact_id=4), Reason.CONTACT_CHANGED),
    "other segment": (reporting(segment="T8"), Reason.CONTACT_CHANGED),
    "segment before": (reporting(segment="T6"), Reason.CONTACT_CHANGED),
    "too few": (sensed(FORCES_N[1:]), Reason.DATA_MISSING),
    "none": (sensed([]), Reason.DATA_MISSING),
    "same moment twice": (sensed(FORCES_N, step_us=0), Reason.DATA_DISORDERED),
    "backwards": (sensed(FORCES_N, step_us=-1), Reason.DATA_DISORDERED),
    "one out of order": (
        situated(samples=(samples()[1], samples()[0], *samples()[2:])),
        Reason.DATA_DISORDERED,
    ),
    "future": (sensed(FORCES_N, newest_us=NOW_US + 2001), Reason.DATA_FUTURE),
    "stale": (sensed(FORCES_N, newest_us=NOW_US - 185_001), Reason.DATA_STALE),
    "not a number": (sensed([math.nan, *FORCES_N[1:]]), Reason.DATA_INVALID),
    "infinite": (sensed([*FORCES_N[1:], math.inf]), Reason.DATA_INVALID),
    "saturated": (sensed([*FORCES_N[1:], 200.0]), Reason.DATA_SATURATED),
    "saturated below": (sensed([*FORCES_N[1:], -200.0]), Reason.DATA_SATURATED),
    "flat": (sensed([20.0] * 16), Reason.DATA_FLAT),
    "stuck within the window": (sensed([20.1] * 8 + [20.0] * 8), Reason.DATA_FLAT),
    "noisy": (sensed([18.0, 21.01] * 8), Reason.DATA_NOISY),
    "no maximum": (shaped(maximum_n=0.0), Reason.NO_MAXIMUM),
    "unknown segment": (segment("S2"), Reason.SEGMENT_UNKNOWN),
    "peak nan": (shaped(peak_n=math.nan), Reason.PULSE_MALFORMED),
    "peak infinite": (shaped(peak_n=math.inf), Reason.PULSE_MALFORMED),
    "peak zero": (shaped(peak_n=0.0), Reason.PULSE_MALFORMED),
    "peak negative": (shaped(peak_n=-1.0), Reason.PULSE_MALFORMED),
    "too short": (shaped(duration_us=1999), Reason.PULSE_MALFORMED),
    "too long": (shaped(duration_us=5001), Reason.PULSE_MALFORMED),
    "light": (sensed([9.99, 10.1] * 8), Reason.PRELOAD_LOW),
    "heavy": (sensed([28.5] * 15 + [30.01]), Reason.PRELOAD_HIGH),
    "above the clinician's": (shaped(peak_n=79.91), Reason.PEAK_ABOVE_CAP),
    "above the region's": (shaped(peak_n=129.91, maximum_n=150.0), Reason.PEAK_ABOVE_CAP),
    "above the neck's": (segment("C5", maximum_n=50.0), Reason.PEAK_ABOVE_CAP),
    "segment's last gone": (charged(charge(), charge(), segment_count=2), Reason.COUNT_SEGMENT),
    "session's last gone": (charged(charge("L1"), charge(), session_count=2), Reason.COUNT_SESSION),
    "segment's impulse": (charged(charge(), segment_impulse_ns=1.101), Reason.IMPULSE_SEGMENT),
    "session's impulse": (charged(charge("L1"), session_impulse_ns=1.101), Reason.IMPULSE_SESSION),
    "too soon": (charged(charge(at_us=NOW_US - 83_333)), Reason.RATE),
    "last one in the future": (charged(charge(at_us=NOW_US + 1)), Reason.RATE),
    "rate counts the newest": (charged(charge(), charge(at_us=NOW_US - 83_333)), Reason.RATE),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses(name: str) -> None:
    case, expected = REFUSED[name]
    assert reason(case) is expected


NECK = PulseRequest(segment="C5", contact_id=5, shape=PulseShape(peak_n=29.9, duration_us=4000))
ALLOWED = {
    "future within the clocks' difference": sensed(FORCES_N, newest_us=NOW_US + 2000),
    "just fresh": sensed(FORCES_N, newest_us=NOW_US - 185_000),
    "old samples before good ones": sensed([math.nan, *FORCES_N]),
    "repeated for less than the watchdog's run": sensed([20.1] * 9 + [20.0] * 7),
    "just quiet": sensed([18.0, 21.0] * 8),
    "least preload": sensed([10.0, 10.1] * 8),
    "most preload": sensed([29.9, 30.0] * 8),
    "shortest": shaped(duration_us=2000),
    "longest": shaped(duration_us=5000),
    "to the clinician's cap": shaped(peak_n=79.9),
    "to the region's cap": shaped(peak_n=129.9, maximum_n=150.0),
    "a small one": shaped(peak_n=0.5),
    "a tenth newton of maximum over preload": shaped(peak_n=0.4, maximum_n=20.5),
    "segment's last": charged(charge(), segment_count=2),
    "session's last": charged(charge("L1"), session_count=2),
    "another segment's pulses": charged(charge("L1"), charge("L1"), segment_count=2),
    "to the segment's impulse": charged(charge(), segment_impulse_ns=1.102),
    "to the session's impulse": charged(charge("L1"), session_impulse_ns=1.102),
    "another segment's impulse": charged(charge("L1"), segment_impulse_ns=1.0),
    "just late enough": charged(charge(at_us=NOW_US - 83_334)),
    "lumbar": segment("L5"),
    "neck": replace(segment("C5"), request=NECK),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_it_allows(name: str) -> None:
    assert reason(ALLOWED[name]) is None


def leave(
    contact: Contact | None = None, gate: Gate = GOOD.gate, *, is_stopped: bool = False, **changes: object
) -> Refusal | None:
    """Whether the tip may come to a contact; ``changes``: the maximum, or what the instrument reports."""
    return refuse_contact(
        contact or Contact(segment="T7"),
        gate,
        limits=replace(GOOD.limits, maximum_n=changes.pop("maximum_n", 100.0)),
        ledger=GOOD.ledger,
        status=replace(STATUS, state=State.SAFE, contact_id=0, **changes),
        is_stopped=is_stopped,
    )


PRESSED = {
    "no consent": (leave(gate=replace(GOOD.gate, consent=Answer.NO)), Reason.CONSENT_REFUSED, None, None),
    "latched at the host": (leave(is_stopped=True), Reason.STOPPED, None, None),
    "latched at the tip": (
        refuse_contact(
            Contact(segment="T7"),
            GOOD.gate,
            limits=GOOD.limits,
            ledger=GOOD.ledger,
            status=replace(STATUS, state=State.STOPPED),
            is_stopped=False,
        ),
        Reason.STOPPED,
        None,
        None,
    ),
    "not a simulator": (leave(simulated=False), Reason.SIMULATION_DIVERGES, None, None),
    "restarted": (leave(boot=4), Reason.RESTARTED, None, None),
    "other session": (leave(session=8), Reason.SESSION_DIVERGES, None, None),
    "no maximum": (leave(maximum_n=0.0), Reason.NO_MAXIMUM, None, None),
    "unknown segment": (leave(Contact(segment="S2")), Reason.SEGMENT_UNKNOWN, None, None),
    "light": (leave(Contact(segment="T7", preload_n=9.99)), Reason.PRELOAD_LOW, 9.99, 10.0),
    "heavy": (leave(Contact(segment="T7", preload_n=30.01)), Reason.PRELOAD_HIGH, 30.01, 30.0),
    "above the cap": (leave(maximum_n=19.99), Reason.PRELOAD_ABOVE_CAP, 20.0, 19.99),
}


@pytest.mark.parametrize("name", PRESSED)
def test_it_keeps_the_tip_off(name: str) -> None:
    refusal, expected, value, limit = PRESSED[name]
    assert refusal == Refusal(reason=expected, value=value, limit=limit)


def test_a_preload_that_is_no_number_keeps_the_tip_off() -> None:
    refusal = leave(Contact(segment="T7", preload_n=math.nan))
    assert refusal is not None
    assert refusal.reason is Reason.PRELOAD_LOW


@pytest.mark.parametrize(
    ("preload_n", "maximum_n"), [(20.0, 100.0), (10.0, 100.0), (30.0, 100.0), (20.0, 20.0), (10.0, 10.0)]
)
def test_it_lets_the_tip_come(preload_n: float, maximum_n: float) -> None:
    assert leave(Contact(segment="T7", preload_n=preload_n), maximum_n=maximum_n) is None


@pytest.mark.parametrize("name", CONTRAINDICATIONS)
@pytest.mark.parametrize(
    ("answer", "expected"),
    [(Answer.YES, Reason.CONTRAINDICATED), (Answer.UNKNOWN, Reason.CONTRAINDICATION_UNKNOWN)],
)
def test_each_contraindication_blocks_when_present_or_unknown(
    name: str, answer: Answer, expected: Reason
) -> None:
    assert reason(answered(**{name: answer})) is expected
    left_out = {other: Answer.NO for other in CONTRAINDICATIONS if other != name}
    case = replace(GOOD, gate=replace(GOOD.gate, answers=left_out))
    assert reason(case) is Reason.CONTRAINDICATION_UNKNOWN


def test_an_answer_to_no_question_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^a, b: not a contraindication"):
        Gate(answers={"b": Answer.NO, "a": Answer.NO})


def test_the_list_of_contraindications_is_whole() -> None:
    assert len(set(CONTRAINDICATIONS)) == 27


def test_a_refusal_says_both_numbers() -> None:
    result = authorize(shaped(peak_n=90.0))
    assert str(result) == f"{Reason.PEAK_ABOVE_CAP.text} (is 110.1, limit 100)"
    assert str(Refusal(reason=Reason.STOPPED)) == Reason.STOPPED.value


@pytest.mark.parametrize(
    ("case", "value", "limit"),
    [
        (sensed(FORCES_N[1:]), 15, 16),
        (sensed(FORCES_N, newest_us=NOW_US + 2001), 2001, 2000),
        (sensed(FORCES_N, newest_us=NOW_US - 185_001), 200_001, 200_000),
        (sensed([*FORCES_N[1:], -200.0]), 200.0, 200.0),
        (sensed([18.0, 22.0] * 8), 2.0, 1.5),
        (sensed([9.99, 10.1] * 8), 9.99, 10.0),
        (sensed([28.5] * 15 + [30.01]), 30.01, 30.0),
        (charged(charge(), charge(), segment_count=2), 3, 2),
        (charged(charge("L1"), charge(), session_count=2), 3, 2),
        (charged(charge(at_us=NOW_US - 83_333)), 83_333, 83_334),
    ],
)
def test_a_refusal_carries_what_was_compared(case: Case, value: float, limit: float) -> None:
    result = authorize(case)
    assert isinstance(result, Refusal)
    assert (result.value, result.limit) == (pytest.approx(value), limit)


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("maximum_n", 150.0),
        ("segment_count", 40),
        ("session_count", 400),
        ("segment_impulse_ns", 6.0),
        ("session_impulse_ns", 40.0),
    ],
)
def test_a_limit_lies_between_zero_and_the_placeholder(field: str, most: float) -> None:
    assert getattr(Limits(**{field: most}), field) == most
    assert getattr(Limits(**{field: 0}), field) == 0
    for wrong in (most + 1, -1, math.nan):
        with pytest.raises(ValueError, match=f"^{field} is .* between 0 and the instrument's own {most:g}"):
            Limits(**{field: wrong})


def test_a_maximum_is_zero_until_it_is_set() -> None:
    assert Limits() == Limits(
        maximum_n=0.0, segment_count=40, session_count=400, segment_impulse_ns=6.0, session_impulse_ns=40.0
    )


def test_caps_by_region() -> None:
    assert (
        *("C1", "C2", "C3", "C4", "C5", "C6", "C7"),
        *("T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12"),
        *("L1", "L2", "L3", "L4", "L5", "S1"),
    ) == SEGMENTS
    most = Limits(maximum_n=150.0)
    assert {cap_n(name, most) for name in SEGMENTS if REGION_OF[name] is Region.CERVICAL} == {50.0}
    assert {cap_n(name, most) for name in SEGMENTS if REGION_OF[name] is not Region.CERVICAL} == {150.0}
    assert {REGION_OF[name] for name in ("L1", "L5", "S1")} == {Region.LUMBAR}
    assert REGION_OF["T12"] is Region.THORACIC
    assert cap_n("C7", Limits(maximum_n=30.0)) == 30.0
    assert cap_n("S2", most) == 0.0


def test_what_is_allowed_is_allowed_and_more_is_not() -> None:
    for case in (
        GOOD,
        charged(charge(), segment_impulse_ns=1.05),
        charged(charge("L1"), session_impulse_ns=1.02),
    ):
        peak_n = allowed_peak_n(case)
        for factor, is_allowed in ((0.999, True), (1.001, False)):
            shape = PulseShape(peak_n=peak_n * factor, duration_us=4000)
            assert (reason(replace(case, request=replace(case.request, shape=shape))) is None) is is_allowed
    assert allowed_peak_n(GOOD) == pytest.approx(79.9)
    assert allowed_peak_n(shaped(maximum_n=20.0)) == 0.0
    assert allowed_peak_n(charged(charge(impulse_ns=7.0))) == 0.0
    assert allowed_peak_n(charged(charge(), segment_impulse_ns=1.05)) == pytest.approx(0.05 * math.pi / 0.008)


def test_the_times_are_the_ones_of_the_table() -> None:
    # Written out from the project's adjustment notes, sections 4 and 5, and from the decision record.
    assert {one.name: one.limit_us for one in TIMEOUTS} == {
        "measurement watchdog": 20_000,
        "stop to zero force": 5_000,
        "link watchdog": 500_000,
        "token life": 400_000,
        "pulse gap": 83_334,
        "fresh": 200_000,
        "clock ahead": 2_000,
        "reply": 250_000,
        "settle": 100_000,
        "safe state": 2_000_000,
    }


def test_no_token_outlives_what_a_host_may_be_wrong_by() -> None:
    assert LONGEST_TOKEN_US == 400_000 + 200_000


def test_probing_pulses_are_small() -> None:
    assert PLACEHOLDER_PROBE_N == (20.0, 50.0)


def test_impulse_of_a_half_sine() -> None:
    assert PulseShape(peak_n=100.0, duration_us=5000).impulse_ns == pytest.approx(1.0 / math.pi)
