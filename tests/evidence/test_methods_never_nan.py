"""Claim: whatever the table, a method gives finite numbers or a typed reason, never NaN."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spondyl.evidence import EffectSizes, EvidenceRefused, Measure, StudyTable
from spondyl.evidence.counts import CountsMethod, pool_counts
from spondyl.evidence.network import (
    block_from_arms,
    build_network,
    inconsistency,
    pool_network,
    split_comparisons,
)
from spondyl.evidence.regression import meta_regression, moderators_from
from spondyl.evidence.result_json import result_to_json
from spondyl.evidence.sequential import Design, sequential_analysis
from spondyl.evidence.small_study import begg, egger, egger_classical, trim_and_fill

CALM = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
CELLS = st.tuples(*[st.integers(0, 40)] * 4).filter(lambda c: c[0] + c[1] > 0 and c[2] + c[3] > 0)
STUDIES = st.lists(
    st.tuples(st.floats(-1e3, 1e3), st.floats(1e-6, 1e6), st.floats(-10.0, 10.0)), min_size=1, max_size=8
)


def effects_of(rows) -> EffectSizes:
    yi, vi, _ = np.array(rows, dtype=float).T
    return EffectSizes(
        measure=Measure.GEN, labels=tuple(f"s{place}" for place in range(len(yi))), yi=yi, vi=vi
    )


def finite_or_refused(method) -> None:
    """result_to_json raises ValueError on a number that is not finite."""
    try:
        found = method()
    except EvidenceRefused as refused:
        assert refused.what and refused.why and refused.do
        return
    result_to_json(found)


@CALM
@given(st.lists(CELLS, min_size=1, max_size=6))
def test_counts(rows) -> None:
    ai, bi, ci, di = np.array(rows, dtype=float).T
    labels = tuple(f"s{place}" for place in range(len(ai)))
    table = StudyTable(labels=labels, columns={"ai": ai, "bi": bi, "ci": ci, "di": di})
    for method in CountsMethod:
        finite_or_refused(lambda method=method: pool_counts(table, Measure.OR, method))
    single = StudyTable(labels=labels, columns={"xi": ai, "ni": ai + bi})
    finite_or_refused(lambda: pool_counts(single, Measure.PLO, CountsMethod.GLMM))


@CALM
@given(STUDIES)
def test_effects(rows) -> None:
    effects = effects_of(rows)
    moderator = [row[2] for row in rows]
    finite_or_refused(lambda: meta_regression(effects, moderators_from({"x": moderator})))
    for test in (egger, egger_classical, begg, trim_and_fill):
        finite_or_refused(lambda test=test: test(effects))
    finite_or_refused(lambda: sequential_analysis(effects, Design(smallest_effect=0.5)))


@CALM
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from("ABCD"), st.tuples(st.floats(-1e3, 1e3), st.floats(1e-4, 1e4)), min_size=2
        ),
        min_size=1,
        max_size=6,
    )
)
def test_networks(trials) -> None:
    def network():
        return build_network(
            [
                block_from_arms(
                    f"t{place}",
                    list(arms),
                    np.array([arm[0] for arm in arms.values()]),
                    np.array([arm[1] for arm in arms.values()]),
                )
                for place, arms in enumerate(trials)
            ]
        )

    finite_or_refused(lambda: pool_network(network()))
    finite_or_refused(lambda: inconsistency(network()))
    finite_or_refused(lambda: split_comparisons(network(), pool_network(network()))[0])
