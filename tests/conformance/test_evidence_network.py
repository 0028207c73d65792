"""Claim: network meta-analysis equals R metafor's rma.mv, relative 1e-9 (common) and 1e-6 (random effects).

``V`` has the variance of the placebo (or first) arm between contrasts of one trial, ``M`` is ``contrmat()``;
``rma.mv(yi, V, mods=M, intercept=FALSE)`` and ``rma.mv(..., random=~inner|study, rho=1/2, method=METHOD,
control=list(optimizer="nlminb", rel.tol=1e-12, x.tol=1e-12))``, metafor 3.8-1.
"""

import numpy as np
import pytest

from evidence.senn import CSV
from spondyl.evidence import EvidenceRefusal, EvidenceRefused, Measure, Model, parse_study_table
from spondyl.evidence.network import (
    NetworkTau2,
    block_from_arms,
    block_from_contrasts,
    build_network,
    inconsistency,
    pool_network,
    rank_treatments,
    split_comparisons,
    trials_from,
)

COMMON = (
    -0.827318119130,
    -0.905142707496,
    -1.114029952219,
    -0.943841278536,
    -1.066268783748,
    -1.201860953346,
)
COMMON_SE = (
    0.1084974818842,
    0.1271077380046,
    0.0596081273416,
    0.1269030027239,
    0.0758425456349,
    0.0476629807330,
)
REML = (-0.841364253296, -0.736900316944, -1.128403820471, -0.949884519118, -1.129404598156, -1.233738709072)
ML = (-0.838552752841, -0.777349976050, -1.137446251026, -0.950602956170, -1.129883184567, -1.234391028373)
"""Acarbose, benfluorex, metformin, miglitol, pioglitazone, rosiglitazone against placebo."""


def senn():
    blocks, _ = trials_from(parse_study_table(CSV))
    return build_network(blocks, "placebo")


def test_senn_with_a_common_effect() -> None:
    found = pool_network(senn(), measure=Measure.MD, model=Model.COMMON)
    assert found.treatments[1:7] == (
        *("acarbose", "benfluorex", "metformin", "miglitol", "pioglitazone", "rosiglitazone"),
    )
    assert f"{found.effects[6]:.6f} {found.effects[3]:.6f}" == "-1.201861 -1.114030"
    assert found.effects[1:7] == pytest.approx(COMMON, rel=1e-9)
    assert np.sqrt(np.diag(found.covariance))[1:7] == pytest.approx(COMMON_SE, rel=1e-9)
    assert (found.q, found.q_df) == (pytest.approx(96.9840650655, rel=1e-10), 18)


@pytest.mark.parametrize(
    ("method", "tau2", "effects"),
    [(NetworkTau2.REML, 0.0999145441339, REML), (NetworkTau2.ML, 0.0563830338962, ML)],
)
def test_senn_with_random_effects(method: NetworkTau2, tau2: float, effects: tuple[float, ...]) -> None:
    found = pool_network(senn(), tau2_method=method)
    assert found.tau2 == pytest.approx(tau2, rel=1e-6)
    assert found.effects[1:7] == pytest.approx(effects, rel=1e-6)


def test_senn_by_der_simonian_laird() -> None:
    """tau² is where E(Q) = Q: with Q and the trace computed from the dense projection matrix itself."""
    network = senn()
    weights = np.linalg.inv(network.covariance)
    x = network.design
    projection = weights - weights @ x @ np.linalg.inv(x.T @ weights @ x) @ x.T @ weights
    expected = (network.yi @ projection @ network.yi - 18) / np.trace(projection @ network.between)
    assert pool_network(network, tau2_method=NetworkTau2.DL).tau2 == pytest.approx(expected, rel=1e-10)


def test_senn_within_designs() -> None:
    """``rma.mv(yi, V, mods=~0+interaction(design, contrast))``: QE 74.449840828 on 11."""
    found = inconsistency(senn())
    assert (found.within.q, found.within.df) == (pytest.approx(74.449840828, rel=1e-9), 11)
    assert (found.between.q, found.between.df) == (pytest.approx(96.9840650655 - 74.449840828, rel=1e-8), 7)
    assert found.designs == 15


def test_three_trials_in_a_loop_by_hand() -> None:
    """Bucher et al., J Clin Epidemiol 1997;50:683-691: indirect A-B is A-C less B-C, its variance the sum."""
    blocks = [
        block_from_contrasts("ab", [("B", "A", 1.0, 0.2)]),
        block_from_contrasts("ac", [("C", "A", 3.0, 0.3)]),
        block_from_contrasts("bc", [("C", "B", 1.5, 0.5)]),
    ]
    network = build_network(blocks, "A")
    found = pool_network(network, model=Model.COMMON)
    split = next(
        one for one in split_comparisons(network, found) if {one.treatment, one.versus} == {"A", "B"}
    )
    assert [split.direct, split.indirect, split.indirect_se] == pytest.approx([1.0, 1.5, 0.8**0.5])
    assert [split.difference, split.difference_se] == pytest.approx([-0.5, 1.0])
    assert inconsistency(network).between.q == pytest.approx(0.25)


def test_all_pairs_of_a_trial_say_what_its_arms_say() -> None:
    arms = block_from_arms("t", ["A", "B", "C"], np.array([1.0, 4.0, 2.0]), np.array([0.1, 0.2, 0.4]))
    pairs = [("B", "A", 3.0, 0.3), ("C", "A", 1.0, 0.5), ("C", "B", -2.0, 0.6)]
    block = block_from_contrasts("t", pairs)
    assert block.treatments == arms.treatments
    assert block.contrasts == pytest.approx(arms.contrasts)
    assert block.covariance == pytest.approx(arms.covariance)


def test_ranks_of_two_equal_treatments_stay_open() -> None:
    blocks = [block_from_contrasts("ab", [("B", "A", 0.0, 1.0)])]
    ranks = rank_treatments(pool_network(build_network(blocks), model=Model.COMMON), low_is_good=True)
    for rank in ranks:
        assert rank.p_score == pytest.approx(0.5)
        assert (rank.rank_interval.low, rank.rank_interval.high) == (1.0, 2.0)
        assert rank.mean_rank == pytest.approx(1.5, abs=0.02)


def test_a_network_in_two_parts_is_refused() -> None:
    blocks = [
        block_from_contrasts("ab", [("B", "A", 0.0, 1.0)]),
        block_from_contrasts("cd", [("D", "C", 0.0, 1.0)]),
    ]
    with pytest.raises(EvidenceRefused) as refused:
        build_network(blocks)
    assert refused.value.refusal is EvidenceRefusal.NO_USABLE_STUDY
    assert "C, D" in refused.value.what


def test_one_treatment_in_two_spellings_is_refused() -> None:
    """'Sham' and 'sham' stood as two treatments, each with half of the trials and a rank of its own."""
    rows = "A,Sham,10,50\nA,Cells,20,50\nB,sham,12,50\nB,Cells,25,50\n"
    blocks, _ = trials_from(parse_study_table(f"study,treatment,xi,ni\n{rows}"))
    with pytest.raises(EvidenceRefused, match="'Sham' and 'sham'") as caught:
        build_network(blocks)
    assert caught.value.refusal is EvidenceRefusal.VALUE_INVALID
