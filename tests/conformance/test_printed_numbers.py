"""Claim: every conformance number of evidence.md section 5 is ours to the printed digit, or differs only where R
metafor 3.8-1 itself prints ours once it converges. Tolerance: the printed digits.

The page docs/reference/conformance-numbers.md holds the numbers and the R commands; its column "ours" is recomputed
here cell by cell.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from evidence import bcg, clbp, hackshaw, senn
from evidence.pritz import CSV as PRITZ
from spondyl.evidence import (
    EffectSizes,
    Inference,
    Measure,
    Model,
    Tau2Method,
    effect_sizes,
    leave_one_out,
    parse_study_table,
    pool,
)
from spondyl.evidence.counts import CountsMethod, pool_counts
from spondyl.evidence.network import build_network, pool_network, trials_from
from spondyl.evidence.regression import meta_regression, moderated_effects
from spondyl.evidence.small_study import egger, trim_and_fill

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "conformance-numbers.md"


def table() -> dict[str, tuple[str, ...]]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")][2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {name: tuple(rest) for name, *rest in cells}


@cache
def effects(which: str) -> EffectSizes:
    text, measure = {
        "bcg": (bcg.CSV, Measure.RR),
        "clbp": (clbp.CSV, Measure.MD),
        "hackshaw": (hackshaw.CSV, Measure.GEN),
    }[which]
    return effect_sizes(parse_study_table(text), measure)


def with_se(effect: float, se: float) -> str:
    return f"{effect:.6f} ({se:.6f})"


def spread() -> str:
    found = pool(effects("bcg")).heterogeneity
    return f"τ² {found.tau2:.6f}, I² {found.i2_percent:.4f}, Q {found.q:.4f}"


def profile() -> str:
    found = pool(effects("bcg")).heterogeneity.tau2_interval
    assert found is not None
    return f"{found.low:.6f} to {found.high:.6f}"


def on_latitude() -> tuple[str, str]:
    found = meta_regression(*moderated_effects(parse_study_table(bcg.CSV), Measure.RR, ["ablat"]))
    return f"{found.coefficients[1].estimate:.6f}", f"{found.r2_percent:.3f}"


def counted(text: str, measure: Measure, method: CountsMethod, *, tau2: bool = False) -> str:
    found = pool_counts(parse_study_table(text), measure, method)
    told = with_se(found.effect, found.se)
    return f"{told}, τ² {found.tau2:.6f}" if tau2 else told


def filled() -> str:
    found = trim_and_fill(effects("hackshaw"), model=Model.COMMON)
    return f"k0 = {found.k0}, {with_se(found.filled.effect, found.filled.se)}"


def against_placebo(treatment: str) -> str:
    blocks, _ = trials_from(parse_study_table(senn.CSV))
    found = pool_network(build_network(blocks, "placebo"), measure=Measure.MD, model=Model.COMMON)
    return f"{found.effects[found.treatments.index(treatment)]:.6f}"


def manipulation(inference: Inference, method: Tau2Method) -> str:
    found = pool(effects("clbp"), inference=inference, tau2_method=method)
    return f"{found.effect:.3f} ({found.interval.low:.3f}, {found.interval.high:.3f})"


def predicted() -> str:
    found = pool(effects("clbp"), inference=Inference.HARTUNG_KNAPP).prediction
    assert found is not None
    return f"{found.low:.1f} to {found.high:.1f}"


OURS: dict[str, Callable[[], str]] = {
    "bcg-rr": lambda: with_se(pool(effects("bcg")).effect, pool(effects("bcg")).se),
    "bcg-spread": spread,
    "bcg-profile": profile,
    "bcg-latitude": lambda: on_latitude()[0],
    "bcg-latitude-r2": lambda: on_latitude()[1],
    "bcg-egger": lambda: f"{egger(effects('bcg')).statistic:.6f}",
    "bcg-mh": lambda: counted(bcg.CSV, Measure.OR, CountsMethod.MANTEL_HAENSZEL),
    "bcg-peto": lambda: counted(bcg.CSV, Measure.OR, CountsMethod.PETO),
    "bcg-glmm": lambda: counted(bcg.CSV, Measure.OR, CountsMethod.GLMM),
    "pritz-glmm": lambda: counted(PRITZ, Measure.PLO, CountsMethod.GLMM, tau2=True),
    "hackshaw-trimfill": filled,
    "senn-rosiglitazone": lambda: against_placebo("rosiglitazone"),
    "senn-metformin": lambda: against_placebo("metformin"),
    "clbp-dl": lambda: manipulation(Inference.Z, Tau2Method.DL),
    "clbp-hk": lambda: manipulation(Inference.HARTUNG_KNAPP, Tau2Method.REML),
    "clbp-prediction": predicted,
    "clbp-leave-one-out": lambda: f"{leave_one_out(effects('clbp')).effect.max():.2f}",
}


@pytest.mark.parametrize("name", table())
def test_ours_is_what_we_compute(name: str) -> None:
    assert OURS[name]().replace("-", "−") == table()[name][1]


@pytest.mark.parametrize("name", table())
def test_ours_is_the_printed_number_or_what_metafor_prints_once_converged(name: str) -> None:
    printed, ours, tight, verdict, why = table()[name]
    if verdict == "reproduced":
        assert (ours, tight) == (printed, "the same")
    else:
        assert verdict == "mismatch"
        assert ours == tight != printed
    assert why


def test_every_number_is_on_the_page() -> None:
    assert set(table()) == set(OURS)
