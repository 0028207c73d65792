"""Claim: boundaries equal rpact 3.3.4 and required sizes equal the textbook; limit of the comparison 1e-5 in z.

``getDesignGroupSequential(kMax=, informationRates=, alpha=0.025, sided=1, typeOfDesign="asOF", tolerance=1e-10)``:
one side of 0.025, which differs from two of 0.05 together by the chance of crossing both (below 1e-5 in z here).
"""

import numpy as np
import pytest

from evidence.bcg import CSV
from spondyl.evidence import EffectSizes, Measure, Model, effect_sizes, parse_study_table
from spondyl.evidence.sensitivity import Scenario, pool_with_lost, with_lost_patients
from spondyl.evidence.sequential import (
    Design,
    Spending,
    Verdict,
    boundaries,
    required_patients_means,
    required_patients_shares,
    sequential_analysis,
    spent,
)

FIVE = (4.87688494879, 3.35701192339, 2.68028006126, 2.28981676971, 2.0310320601)
UNEVEN = (6.99135170708, 3.61278873758, 2.25206673547, 2.02531644556)


@pytest.mark.parametrize(
    ("fractions", "bounds"), [((0.2, 0.4, 0.6, 0.8, 1.0), FIVE), ((0.1, 0.35, 0.8, 1.0), UNEVEN)]
)
def test_bounds_like_obrien_and_fleming(fractions: tuple[float, ...], bounds: tuple[float, ...]) -> None:
    assert boundaries(np.array(fractions)) == pytest.approx(bounds, abs=1e-6)


def test_bounds_like_pocock() -> None:
    """The same with typeOfDesign="asP"."""
    found = boundaries(np.array([0.2, 0.5, 0.7, 1.0]), spending=Spending.POCOCK)
    assert found == pytest.approx((2.43797668805, 2.33282517252, 2.38763111591, 2.32714751846), abs=2e-5)


def test_one_look_is_the_usual_test() -> None:
    assert boundaries(np.array([1.0])) == pytest.approx((1.959963985,), abs=1e-8)


def test_all_error_is_spent_by_simulation() -> None:
    """200,000 random walks without an effect cross the bounds in 5 % of cases (standard error 0.05 %)."""
    fractions = np.array([0.15, 0.4, 0.75, 1.0])
    found = boundaries(fractions, spending=Spending.POCOCK)
    steps = np.random.default_rng(7).standard_normal((200_000, 4)) * np.sqrt(np.diff(fractions, prepend=0.0))
    crossed = np.abs(steps.cumsum(axis=1) / np.sqrt(fractions)) > np.array(found, dtype=float)
    assert crossed.any(axis=1).mean() == pytest.approx(0.05, abs=0.002)
    shares = spent(fractions, 0.05, Spending.POCOCK)
    assert crossed[:, 0].mean() == pytest.approx(shares[0], abs=0.002)


def test_patients_required() -> None:
    """``power.t.test`` by the normal approximation: 2 (1.959964 + 1.281552)² / 0.5² = 84.06 in each arm;
    0.2 v 0.1, power 0.8: 4 (1.959964 + 0.841621)² 0.15 · 0.85 / 0.1² = 400.3. D² of 50 % doubles either.
    """
    assert required_patients_means(10.0, 20.0) / 2 == pytest.approx(84.06, abs=0.005)
    assert required_patients_shares(0.2, 0.1, power=0.8) == pytest.approx(400.3, abs=0.05)
    assert required_patients_means(10.0, 20.0, diversity=0.5) == pytest.approx(336.24, abs=0.01)


def test_bcg_against_a_reduction_by_30_percent() -> None:
    """D² = 1 - se(FE)²/se(REML)² with metafor's 0.0404987517109, 0.179781516105; at the end information is
    1/0.0404987517109².
    """
    effects = effect_sizes(parse_study_table(CSV), Measure.RR)
    found = sequential_analysis(effects, Design(smallest_effect=np.log(0.7)))
    assert found.diversity_percent == pytest.approx(
        100 * (1 - (0.0404987517109 / 0.179781516105) ** 2), rel=1e-8
    )
    assert found.reached == pytest.approx(1 / 0.0404987517109**2, rel=1e-9)
    assert found.verdict is Verdict.FIRM


def ready(*pairs: tuple[float, float]) -> EffectSizes:
    """Effects with their variances, in order of time."""
    rows = "".join(f"{year},{effect},{variance}\n" for year, (effect, variance) in enumerate(pairs, 2001))
    return effect_sizes(parse_study_table("study,yi,vi\n" + rows), Measure.GEN)


LATE = ready((0.05, 0.0075), (0.32, 0.004), (0.35, 0.004), (0.33, 0.004))


def test_the_last_look_is_judged_also_when_the_first_had_all_the_information() -> None:
    """z is 0.58 at first and 8 at last. One look alone spends all the error: its bound is the usual 1.96."""
    found = sequential_analysis(LATE, Design(smallest_effect=0.4), model=Model.COMMON)
    assert found.looks[0].fraction >= 1.0
    assert [look.boundary for look in found.looks[:-1]] == [None, None, None]
    assert found.looks[-1].boundary == pytest.approx(1.959963985, abs=1e-6)
    assert (found.verdict, found.opposite) == (Verdict.FIRM, False)


@pytest.mark.parametrize(("smallest", "opposite"), [(0.4, False), (-0.4, True)])
def test_a_firm_verdict_has_a_direction(smallest: float, opposite: bool) -> None:
    found = sequential_analysis(LATE, Design(smallest_effect=smallest), model=Model.COMMON)
    assert found.verdict is Verdict.FIRM and found.effect > 0.0
    assert found.opposite is opposite


def test_a_boundary_crossed_once_is_not_firm_when_later_studies_undo_it() -> None:
    effects = ready((0.0, 1.0), (1.0, 0.035), (-1.0, 0.035), (0.0, 0.02))
    found = sequential_analysis(effects, Design(smallest_effect=0.3), model=Model.COMMON)
    assert found.looks[1].crossed and not found.looks[-1].crossed
    assert found.verdict is not Verdict.FIRM
    assert any("no longer is" in note for note in found.notes)


def test_error_of_all_looks_is_alpha_beyond_the_required_information() -> None:
    """200,000 walks without an effect that go on past full information, judged as the analysis does."""
    variances = (0.05, 0.04, 0.02, 0.02)  # 0.26, 0.59, 1.25 and 1.91 of what 0.36 needs
    effects = ready(*((0.0, variance) for variance in variances))
    looks = sequential_analysis(effects, Design(smallest_effect=0.36), model=Model.COMMON).looks
    information = np.cumsum([1.0 / variance for variance in variances])
    steps = np.random.default_rng(7).standard_normal((200_000, 4)) * np.sqrt(
        np.diff(information, prepend=0.0)
    )
    z = steps.cumsum(axis=1) / np.sqrt(information)
    crossed = np.abs(z) > np.array([look.boundary or np.inf for look in looks])
    assert looks[2].boundary is None
    assert crossed.any(axis=1).mean() == pytest.approx(0.05, abs=0.002)


def test_lost_patients_of_the_2022_review() -> None:
    """23 of 43 observed, 59 treated: 23/59 = 39.0 % if all lost failed, 39/59 = 66.1 % if none did. The review prints
    24/59 = 40.7 % as its worst case: one responder more than its 23 of 43.
    """
    table = parse_study_table("study,xi,ni,treated\nMSC,23,43,59\n")
    found = {one.scenario: one for one in pool_with_lost(table, Measure.PR, event_is_good=True).scenarios}
    shares = [100 * found[scenario].effect for scenario in (Scenario.OBSERVED, Scenario.WORST, Scenario.BEST)]
    assert [f"{share:.1f}" for share in shares] == ["53.5", "39.0", "66.1"]


@pytest.mark.parametrize(
    ("scenario", "good", "cells"),
    [
        (Scenario.WORST, True, (4, 8, 7, 5)),
        (Scenario.BEST, True, (6, 6, 3, 9)),
        (Scenario.WORST, False, (6, 6, 3, 9)),
        (Scenario.ALL_FAILED, True, (4, 8, 3, 9)),
        (Scenario.ALL_SUCCEEDED, True, (6, 6, 7, 5)),
        (Scenario.ALL_FAILED, False, (6, 6, 7, 5)),
    ],
)
def test_lost_patients_of_two_arms(scenario: Scenario, good: bool, cells: tuple[int, ...]) -> None:
    table = parse_study_table("ai,n1i,ci,n2i,treated1,treated2\n4,10,3,8,12,12\n")
    found = with_lost_patients(table, Measure.RD, scenario, event_is_good=good)
    assert tuple(found.columns[name][0] for name in ("ai", "bi", "ci", "di")) == cells
