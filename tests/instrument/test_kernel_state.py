"""Claims: the ledger charges before, and only the instrument's counter gives back; latch and watchdog hold."""

import math
from dataclasses import replace

import pytest
from test_kernel_limits import STATUS

from spondyl.instrument import Ledger, PulseCharge
from spondyl.instrument.latch import StopLatch
from spondyl.instrument.watchdog import Watchdog, is_valid_run

EMPTY = Ledger(session=9, boot=3, simulated=True)


def charge(segment: str, impulse_ns: float) -> PulseCharge:
    return PulseCharge(sequence=1, segment=segment, impulse_ns=impulse_ns, at_us=0)


TWO = EMPTY.opened(charge("T7", 0.1)).settled(0.05).opened(charge("L3", 0.2))


def test_a_charge_is_made_before_the_pulse() -> None:
    assert not EMPTY.is_open
    assert EMPTY.charges == ()
    assert TWO.is_open
    assert (TWO.count(), TWO.count("T7"), TWO.count("L3"), TWO.count("C1")) == (2, 1, 1, 0)
    assert TWO.impulse_ns() == pytest.approx(0.3)
    assert TWO.impulse_ns("L3") == 0.2


def test_only_more_than_allowed_replaces_the_charge() -> None:
    assert not TWO.settled(0.1).is_open
    assert TWO.settled(0.1).charges == TWO.charges
    assert [one.impulse_ns for one in TWO.settled(0.25).charges] == [0.1, 0.25]


def test_only_the_counter_gives_a_charge_back() -> None:
    back = TWO.reconciled(replace(STATUS, pulse_count=1))
    assert back.charges == TWO.charges[:1]
    assert not back.is_open
    assert TWO.reconciled(replace(STATUS, pulse_count=2)) == TWO
    assert TWO.reconciled(replace(STATUS, pulse_count=0)) == TWO
    three = TWO.settled(0.2).opened(charge("L4", 0.3))
    assert three.reconciled(replace(STATUS, pulse_count=2)).charges == three.charges[:2]
    settled = TWO.settled(0.2)
    assert settled.reconciled(replace(STATUS, pulse_count=1)) == settled


@pytest.mark.parametrize("other", [{"session": 8}, {"session": 0}, {"boot": 4}, {"boot": 2}])
def test_a_counter_of_something_else_gives_nothing_back(other: dict[str, int]) -> None:
    assert TWO.reconciled(replace(STATUS, pulse_count=1, **other)) == TWO


@pytest.mark.parametrize(
    ("counted", "beyond_two", "beyond_settled"), [(1, 0, -1), (2, 1, 0), (3, 2, 1), (0, -1, -2)]
)
def test_the_counter_tells_of_pulses_that_were_not_asked_for(
    counted: int, beyond_two: int, beyond_settled: int
) -> None:
    status = replace(STATUS, pulse_count=counted)
    assert TWO.beyond(status) == beyond_two
    assert TWO.settled(0.2).beyond(status) == beyond_settled
    for other in ({"session": 8}, {"boot": 4}):
        assert TWO.beyond(replace(status, **other)) is None


def test_the_stop_latches() -> None:
    assert not StopLatch().is_pressed
    assert StopLatch().cleared_by == ""
    pressed = StopLatch().pressed()
    assert pressed.is_pressed
    assert pressed.pressed() == pressed
    for nobody in ("", "  "):
        with pytest.raises(ValueError, match=r"^A stop is cleared by a named person"):
            pressed.cleared(nobody)
    assert pressed.cleared("Dr A") == StopLatch(is_pressed=False, cleared_by="Dr A")


def test_only_valid_measurements_feed_the_watchdog() -> None:
    dog = Watchdog(fed_us=1000)
    assert not dog.has_expired(21_000)
    assert dog.has_expired(21_001)
    assert not dog.has_expired(1000)
    assert dog.has_expired(999)  # the clock went back: how old the measurement is cannot be told
    assert dog.fed(5000, is_valid=False) == dog
    assert dog.fed(5000, is_valid=True) == Watchdog(fed_us=5000)


LIVE = [20.0, 20.1] * 4


@pytest.mark.parametrize(
    ("run", "at_rest", "is_valid"),
    [
        (LIVE, True, True),
        (LIVE, False, True),
        (LIVE[1:], True, False),
        ([20.0] * 8, True, False),
        ([20.0] * 8, False, False),
        ([20.0] * 7 + [20.1], True, True),
        ([20.1] + [20.0] * 8, True, False),
        ([math.nan, *LIVE], True, True),
        ([*LIVE[1:], math.nan], True, False),
        ([*LIVE[1:], math.inf], False, False),
        ([*LIVE[1:], 199.9], False, True),
        ([*LIVE[1:], 200.0], False, False),
        ([*LIVE[1:], -200.0], False, False),
        ([20.0, 23.0] * 4, True, True),
        ([20.0, 23.01] * 4, True, False),
        ([20.0, 23.01] * 4, False, True),
    ],
)
def test_a_run_is_valid_when_in_range_alive_and_at_rest_quiet(
    run: list[float], at_rest: bool, is_valid: bool
) -> None:
    assert is_valid_run(run, at_rest=at_rest) is is_valid
