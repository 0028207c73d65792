"""Claims: the target follows the stated rule or is none; looks keep their error rate; drift and futility are seen."""

import math

import numpy as np
import pytest
from patients import plan

from spondyl.treatment.adjustment import (
    Action,
    Look,
    Plan,
    Rule,
    Stiffness,
    StopBecause,
    choose_target,
    judge,
    judge_pain,
    scatter,
)

SEGMENTS = ("L1", "L2", "L3", "L4", "L5")


def readings(times: dict[str, float], n: int = 3) -> list[Stiffness]:
    return [Stiffness(segment=s, logs=(math.log(30.0 * times.get(s, 1.0)),) * n) for s in SEGMENTS]


def of(rule: Rule, **more: object) -> Plan:
    return plan(segments=SEGMENTS, rule=rule, chosen=more.pop("chosen", ""), **more)


@pytest.mark.parametrize(
    ("pain", "segment"),
    [({"L4": 6, "L2": 3}, "L4"), ({"L4": 2}, ""), ({"L4": 6, "L2": 6}, ""), ({}, ""), ({"L1": 3}, "L1")],
)
def test_pain_guided(pain: dict[str, int], segment: str) -> None:
    target = choose_target(of(Rule.PAIN, pain=pain), readings({"L3": 2.0}), 0.04)
    assert target.segment == segment
    assert target.decision.reason


def test_stiffness_guided_takes_what_stands_out_and_nothing_else() -> None:
    assert choose_target(of(Rule.STIFFNESS), readings({"L3": 1.2}), 0.04).segment == "L3"
    assert choose_target(of(Rule.STIFFNESS), readings({"L3": 1.05}), 0.01).segment == ""
    assert choose_target(of(Rule.STIFFNESS), readings({"L3": 1.2}), 0.2).segment == ""
    assert (
        "does not mean ill" in choose_target(of(Rule.STIFFNESS), readings({"L3": 2.0}), 0.04).decision.reason
    )


def test_clinician_chosen_and_unreadable() -> None:
    assert choose_target(of(Rule.CLINICIAN, chosen="L2"), readings({}), 0.04).segment == "L2"
    unread = [Stiffness(segment="L2", logs=(), abstentions=("Residuals.",)), *readings({})[2:]]
    target = choose_target(of(Rule.CLINICIAN, chosen="L2"), unread, 0.04)
    assert target.segment == ""
    assert target.decision.action is Action.DO_NOTHING
    assert "could not be read" in target.decision.reason


def test_uniform_spines_are_called_stiff_in_at_most_one_of_twenty() -> None:
    """2,000 spines without a stiff segment; the least contrast is set to nothing, so that only the test decides."""
    random = np.random.default_rng(1)
    called = 0
    for _ in range(2_000):
        drawn = random.normal(math.log(30.0), 0.04, (5, 3))
        found = [Stiffness(segment=s, logs=tuple(row)) for s, row in zip(SEGMENTS, drawn, strict=True)]
        called += choose_target(of(Rule.STIFFNESS), found, scatter(found, 0.04)).segment != ""
    assert called / 2_000 <= 0.05


def look(change: float, *, control: float = 0.0, number: int = 1, sd: float = 0.04, n: int = 3) -> Look:
    def at(log: float, name: str) -> Stiffness:
        return Stiffness(segment=name, logs=(log,) * n)

    return Look(
        before=at(3.4, "L3"),
        after=at(3.4 + change, "L3"),
        control_before=at(3.4, "L1"),
        control_after=at(3.4 + control, "L1"),
        sd=sd,
        look=number,
        looks=4,
    )


@pytest.mark.parametrize(
    ("seen", "because"),
    [
        (look(-0.12), StopBecause.CHANGED),
        (look(0.12), StopBecause.CHANGED),
        (look(-0.02), None),
        (look(-0.02, number=2), StopBecause.FUTILITY),
        (look(-0.075, number=2), None),
        (look(-0.075, number=4), StopBecause.BUDGET),
        (look(-0.12, control=-0.12), StopBecause.DRIFT),
    ],
)
def test_stopping(seen: Look, because: StopBecause | None) -> None:
    """Error 0.04 · √(2/3) = 0.0327; limits 2.50 (four looks at 5 %) and 3.02 (drift at 1 %) times that."""
    assert judge(seen).stop is because
    assert judge(seen).text


def test_false_changes_over_all_looks_stay_below_five_per_cent() -> None:
    """4,000 sessions in which nothing changes; every look is taken, whatever futility says."""
    random = np.random.default_rng(2)
    called = 0
    for _ in range(4_000):
        before = random.normal(0.0, 0.04, 3)
        afters = random.normal(0.0, 0.04, (4, 3))
        one = Stiffness(segment="L3", logs=tuple(before))
        called += any(
            judge(
                Look(
                    before=one,
                    after=Stiffness(segment="L3", logs=tuple(after)),
                    control_before=None,
                    control_after=None,
                    sd=0.04,
                    look=number,
                    looks=4,
                )
            ).stop
            is StopBecause.CHANGED
            for number, after in enumerate(afters, 1)
        )
    assert called / 4_000 <= 0.05


@pytest.mark.parametrize(
    ("before", "now", "stops"), [(2, 3, False), (2, 4, True), (0, 2, True), (9, 10, False)]
)
def test_pain(before: int, now: int, stops: bool) -> None:
    assert (judge_pain(before, now, wants_stop=False).stop is StopBecause.PAIN) is stops


def test_the_sessions_own_scatter_counts_when_it_is_greater() -> None:
    calm = readings({})
    wild = [Stiffness(segment="L1", logs=(3.0, 3.4)), *calm[1:]]
    assert scatter(calm, 0.04) == 0.04
    # One pair 0.4 apart among four groups of three equal: √(0.08/9).
    assert scatter(wild, 0.04) == pytest.approx(math.sqrt(0.08 / 9))
