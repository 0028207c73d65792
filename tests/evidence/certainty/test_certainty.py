"""Claims: GRADE starts where its papers say, every step has a reason, and a digest is that of the content alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondyl.evidence.certainty import (
    ROB2,
    ROBINS_I,
    Body,
    Concern,
    Level,
    Signature,
    Step,
    overall,
    propose,
)
from spondyl.evidence.certainty.risk_of_bias import NOT_JUDGED
from spondyl.evidence.certainty.signature import digest_of

SOLID = Body(
    randomised=True,
    has_control_group=True,
    k=20,
    n=3000,
    risk_of_bias="low",
    interval_95=(-18.0, -12.0),
    threshold=10.0,
    agrees=True,
)


def test_randomised_trials_start_high_and_stay_there_without_a_concern() -> None:
    assert propose(SOLID).start is Level.HIGH
    assert propose(SOLID).level is Level.HIGH


def test_observational_studies_start_low() -> None:
    assert propose(replace(SOLID, randomised=False)).start is Level.LOW


def test_a_single_arm_is_very_low() -> None:
    body = replace(SOLID, randomised=False, has_control_group=False)
    assert propose(body).level is Level.VERY_LOW


def test_one_arm_of_a_randomised_trial_is_no_better_than_a_single_arm() -> None:
    """Its change over time was not randomised: GRADE starts it low (BMJ 2008;336:924)."""
    found = propose(replace(SOLID, has_control_group=False))
    assert (found.start, found.level) == (Level.LOW, Level.VERY_LOW)


def test_a_number_of_people_left_out_does_not_help() -> None:
    small, silent = (propose(replace(SOLID, k=1, n=n)) for n in (40, None))
    assert small.level is silent.level is Level.MODERATE


@pytest.mark.parametrize(
    ("change", "concern", "steps"),
    [
        ({"risk_of_bias": "some concerns"}, Concern.RISK_OF_BIAS, -1),
        ({"risk_of_bias": "high"}, Concern.RISK_OF_BIAS, -2),
        ({"risk_of_bias": NOT_JUDGED}, Concern.RISK_OF_BIAS, -1),
        ({"agrees": False}, Concern.INCONSISTENCY, -1),
        ({"indirect": "Other people."}, Concern.INDIRECTNESS, -1),
        ({"interval_95": (-12.0, 11.0)}, Concern.IMPRECISION, -1),
        ({"interval_95": (-12.0, 11.0), "n": 114}, Concern.IMPRECISION, -2),
        ({"interval_95": None}, Concern.IMPRECISION, -1),
        ({"interval_95": (-2.0, 3.0)}, Concern.IMPRECISION, 0),
        ({"unpublished": "Trials without results."}, Concern.PUBLICATION_BIAS, -1),
    ],
)
def test_each_concern_lowers_by_its_steps(change: dict[str, object], concern: Concern, steps: int) -> None:
    certainty = propose(replace(SOLID, **change))
    moved = {step.concern: step.steps for step in certainty.steps if step.steps}
    assert moved == ({concern: steps} if steps else {})


@pytest.mark.parametrize(
    ("interval", "open_still"),
    [
        ((-18.0, -12.0), False),
        ((12.0, 18.0), False),
        ((-18.0, -2.0), True),
        ((2.0, 18.0), True),
        ((-3.0, 2.0), False),
    ],
)
def test_an_interval_that_leaves_the_size_open_is_not_called_decided(
    interval: tuple[float, float], open_still: bool
) -> None:
    """Ten points matter: an effect of 2 to 18 is one, but nobody can say that it is large enough."""
    steps = {one.concern: one for one in propose(replace(SOLID, interval_95=interval)).steps}
    assert ("stays open" in steps[Concern.IMPRECISION].why) is open_still
    assert ("enough to decide" in steps[Concern.IMPRECISION].why) is not open_still


@given(
    st.booleans(),
    st.booleans(),
    st.sampled_from(["low", "some concerns", "high", "serious", "critical", NOT_JUDGED]),
    st.none() | st.tuples(st.floats(-50, 0), st.floats(0, 50)),
    st.none() | st.integers(1, 5000),
)
def test_all_eight_reasons_are_always_given(randomised, control, bias, interval, people) -> None:  # type: ignore[no-untyped-def]
    body = Body(
        randomised=randomised,
        has_control_group=control,
        k=3,
        n=people,
        risk_of_bias=bias,
        interval_95=interval,
    )
    certainty = propose(body)
    assert [step.concern for step in certainty.steps] == list(Concern)
    assert all(step.why for step in certainty.steps)
    assert sum(1 for concern in Concern if concern.lowers) == 5


def test_a_step_that_grade_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="GRADE allows"):
        Step(concern=Concern.LARGE_EFFECT, steps=-1, why="no")
    with pytest.raises(ValueError, match="no reason"):
        Step(concern=Concern.IMPRECISION, steps=-1, why=" ")


def test_the_worst_domain_decides_and_open_domains_wait() -> None:
    all_low = dict.fromkeys(ROB2.domains, "low")
    assert overall(ROB2, all_low) == "low"
    assert overall(ROB2, {**all_low, "missing outcome data": "some concerns"}) == "some concerns"
    assert overall(ROB2, {**all_low, "missing outcome data": NOT_JUDGED}) == NOT_JUDGED
    assert overall(ROBINS_I, {"confounding": "critical"}) == "critical"
    with pytest.raises(ValueError, match="no domain"):
        overall(ROB2, {"confounding": "low"})
    with pytest.raises(ValueError, match="no judgement"):
        overall(ROB2, {"missing outcome data": "critical"})


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": [2, "é"]}) == digest_of({"b": [2, "é"], "a": 1})


def test_a_signature_names_who_as_what_and_when() -> None:
    with pytest.raises(ValueError, match="role"):
        Signature(about="prp", person="A", role="", at="2026-11-25", digest="0" * 64)
