"""The reference page shows every number the code uses, so that a change of one shows in the other."""

import re
from pathlib import Path

import pytest

from spondyl.assessment.norms import (
    AGED_SPREADS,
    GROUP_MEANS,
    REGRESSIONS,
    SPREADS,
    AgedSpread,
    ReferenceInterval,
    Regression,
    reference_interval,
)
from spondyl.assessment.prevalence import SPONDYLOLISTHESIS
from spondyl.true_minus import true_minus

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "norms.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", SPREADS)
def test_every_spread_is_a_row(kind: str) -> None:
    found = reference_interval(kind, age_years=40, sex=None, known={})
    assert isinstance(found, ReferenceInterval)
    assert found.interval_95 is not None
    low, high = found.interval_95
    row = f"| `{kind}` | {found.mean} | {found.sd} | {found.unit.value} | {low:.1f} to {high:.1f} |"
    assert true_minus(row) in PAGE


@pytest.mark.parametrize("kind", GROUP_MEANS)
def test_every_group_mean_is_a_row(kind: str) -> None:
    young, old, unit = GROUP_MEANS[kind]
    assert true_minus(f"| `{kind}` | {young} | {old} | {unit.value} |") in PAGE


@pytest.mark.parametrize("regression", REGRESSIONS, ids=lambda item: item.text)
def test_every_regression_is_written_out(regression: Regression) -> None:
    text = regression.text.replace("= 4 ", "= 4.0 ")
    assert text in PAGE


def test_every_prevalence_cell_is_shown() -> None:
    cells = " | ".join(f"{percent} %" for percent in SPONDYLOLISTHESIS.percent.values())
    assert f"| {SPONDYLOLISTHESIS.name} | {cells} |" in PAGE


@pytest.mark.parametrize("item", AGED_SPREADS["sva"], ids=lambda item: str(item.from_age_years))
def test_every_spread_of_an_age_group_is_a_row(item: AgedSpread) -> None:
    ages = f"{item.from_age_years}-{item.to_age_years}"
    numbers = true_minus(f"{item.mean} | {item.sd} | {item.unit.value}")
    assert f"| `sva` | {ages} | {numbers} |" in PAGE


def test_every_number_below_zero_has_a_true_minus_sign() -> None:
    assert re.search(r"(?<=[ (])-\d", PAGE) is None
