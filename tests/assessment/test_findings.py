"""Findings state probabilities, commonness and limits, and nothing that is not known.

Independent sources: normal tail areas by scipy.stats.norm (1e-9); prevalence cells read in table 1 of
doi 10.1186/s13013-016-0080-0. Limit: the wording is judged by forbidden words only.
"""

import re

import numpy as np
import pytest
from scipy import stats

from lateral_spines import HandSpine, context, film_of
from made_measurements import made_measurement as value
from spondyl.anatomy import Level
from spondyl.assessment import prevalence
from spondyl.assessment.findings import FILM_LIMITS, find
from spondyl.assessment.measurement import Finding, Flag, Unit
from spondyl.assessment.sentence import chance

FILM = film_of(HandSpine())


MANY = (
    value("cobb_major", 43.0, 2.0, flags=(Flag.LOW_CONFIDENCE,), levels=(Level.T5, Level.T11)),
    value("cobb_tl_l", 28.0, 2.0, levels=(Level.T11, Level.L4)),
    value("pi_minus_ll", 22.0, 4.0),
    value("sva", 70.0, 8.0, unit=Unit.MM),
    value("pelvic_tilt", 34.0, 2.0),
    value("slip_l4_l5", 14.0, 2.0, unit=Unit.PERCENT, levels=(Level.L4, Level.L5)),
    value("height_loss_anterior_t12", 31.0, 4.0, unit=Unit.PERCENT, levels=(Level.T12,)),
)


def found(kind: str, findings: tuple[Finding, ...]) -> Finding:
    return next(item for item in findings if item.kind == kind)


def test_the_probability_of_a_curve_is_a_normal_tail() -> None:
    item = found("cobb_major_from_10", find((value("cobb_major", 12.4, 1.626),), FILM, context()))
    assert item.probability == pytest.approx(stats.norm.sf(10, 12.4, 1.626), abs=1e-9)
    assert item.sentence.startswith(
        "P(Cobb ≥ 10°) = 0.93: largest coronal curve 12.4° (90 % interval 9.7 to 15.1°)"
    )


def test_a_small_major_curve_is_still_stated() -> None:
    item = found("cobb_major_from_10", find((value("cobb_major", 3.0, 1.0),), FILM, context()))
    assert "P(Cobb ≥ 10°) < 0.01" in item.sentence


@pytest.mark.parametrize("number", [26.0, -26.0])
def test_coronal_balance_is_judged_on_both_sides(number: float) -> None:
    (item,) = find((value("coronal_balance", number, 4.0, unit=Unit.MM),), FILM, context())
    assert item.probability == pytest.approx(stats.norm.sf(20, 26, 4) + stats.norm.cdf(-20, 26, 4), abs=1e-9)


@pytest.mark.parametrize(
    ("age", "share"), [(30.0, "About 4 in 100"), (70.0, "About 15 in 100"), (50.0, "was not read")]
)
def test_leaning_forward_without_pain_is_computed_only_where_a_spread_was_read(
    age: float, share: str
) -> None:
    """By hand: P(N(−16.4, 31.5) ≥ 40) = 0.037; P(N(10.6, 27.8) ≥ 40) = 0.145."""
    (item,) = find((value("sva", 90.0, 4.0, unit=Unit.MM),), FILM, context(age_years=age))
    assert share in item.prevalence


def test_the_region_of_the_largest_curve_is_not_told_twice() -> None:
    major = value("cobb_major", 43.0, 2.0, levels=(Level.T5, Level.T11))
    same = value("cobb_mt", 43.0, 2.5, levels=(Level.T5, Level.T8, Level.T11))
    other = value("cobb_tl_l", 28.0, 2.0, levels=(Level.T11, Level.L4))
    findings = find((major, same, other), FILM, context())
    assert [item.measurement_kind for item in findings] == ["cobb_major", "cobb_tl_l"]
    assert findings[1].sentence.startswith("P(thoracolumbar or lumbar Cobb ≥ 10°) > 0.99: 28.0°")


def test_improbable_findings_are_left_out() -> None:
    ordinary = (
        value("pi_minus_ll", -5.0, 4.0),
        value("sva", 0.0, 5.0, unit=Unit.MM),
        value("pelvic_tilt", 12.0, 2.0),
        value("slip_l4_l5", 1.0, 2.0, unit=Unit.PERCENT),
    )
    assert find(ordinary, FILM, context()) == ()


def test_outside_the_middle_of_pain_free_adults_is_a_two_sided_area() -> None:
    item = found("pelvic_tilt_uncommon", find((value("pelvic_tilt", 26.0, 2.0),), FILM, context()))
    low, high = stats.norm(12.5, 7.3).ppf([0.025, 0.975])
    area = stats.norm(26.0, 2.0).cdf(low) + stats.norm(26.0, 2.0).sf(high)
    assert item.probability == pytest.approx(area, abs=1e-4)
    assert "5 in 100 pain-free adults" in item.prevalence


def test_children_get_no_adult_reference_and_only_they_get_the_forty_degree_border() -> None:
    child = {item.kind for item in find(MANY, FILM, context(age_years=14))}
    adult = {item.kind for item in find(MANY, FILM, context(age_years=50))}
    assert "cobb_major_from_40" in child - adult
    assert "pelvic_tilt_uncommon" in adult - child


@pytest.mark.parametrize(("number", "way"), [(14.0, "forward"), (-14.0, "backward")])
def test_slips_name_the_way_and_the_instability_that_a_film_cannot_show(number: float, way: str) -> None:
    (item,) = find((value("slip_l4_l5", number, 3.0, unit=Unit.PERCENT),), FILM, context())
    assert item.kind == f"slip_l4_l5_{way}"
    assert item.probability == pytest.approx(stats.norm.sf(5, 14, 3), abs=1e-9)
    assert "flexion" in item.cannot_tell


@pytest.mark.parametrize(
    ("kind", "number", "counted"),
    [("slip_l4_l5", 14.0, True), ("slip_l4_l5", -14.0, False), ("slip_c4_c5", 14.0, False)],
)
def test_spondylolisthesis_is_a_forward_slip_of_the_lumbar_spine(
    kind: str, number: float, counted: bool
) -> None:
    """The counted people had that, not backward slips and not slips of the neck."""
    (item,) = find((value(kind, number, 3.0, unit=Unit.PERCENT),), FILM, context())
    assert ("spondylolisthesis" in item.prevalence) is counted
    assert ("Brinjikji" in item.source) is counted


def test_borders_of_adults_are_not_shown_to_children() -> None:
    values = (value("pi_minus_ll", 15.0, 1.0), value("sva", 55.0, 1.0, unit=Unit.MM))
    assert find(values, FILM, context(age_years=9)) == ()
    assert {item.measurement_kind for item in find(values, FILM, context(age_years=40))} == {
        "pi_minus_ll",
        "sva",
    }


def test_a_second_curve_of_a_region_is_told_too() -> None:
    curves = (
        value("cobb_major", 40, 1, levels=(Level.T5, Level.T11)),
        value("cobb_tl_l", 30, 1, levels=(Level.T11, Level.L3)),
        value("cobb_tl_l_2", 25, 1, levels=(Level.L3, Level.L5)),
    )
    item = found("cobb_tl_l_2_from_10", find(curves, FILM, context()))
    assert item.sentence.startswith("P(second thoracolumbar or lumbar Cobb ≥ 10°)")


def test_every_finding_is_complete_and_carries_the_flags_of_its_measurement() -> None:
    findings = find(MANY, FILM, context())
    assert {item.measurement_kind for item in findings} == {item.kind for item in MANY}
    for item in findings:
        assert item.probability is not None
        assert item.prevalence
        assert item.cannot_tell
        assert item.source
    assert found("cobb_major_from_10", findings).flags == (Flag.LOW_CONFIDENCE,)


@pytest.mark.parametrize("age", [None, 9.0, 14.0, 35.0, 62.0, 90.0])
def test_no_finding_gives_a_verdict_a_cause_or_a_side(age: float | None) -> None:
    forbidden = r"\b(caused?|because of|due to|abnormal|pathological|diagnosis|needs treatment|left|right)\b"
    for item in find(MANY, FILM, context(age_years=age)):
        text = f"{item.sentence} {item.prevalence} {item.cannot_tell}"
        assert not re.search(forbidden, text, re.IGNORECASE), text
        assert re.search(r"P\(.+\) (= 0\.\d\d|> 0\.99|< 0\.01)", item.sentence)


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        (20.0, "3 % at 20 years"),
        (45.0, "8 % at 40 years, 14 % at 50 years"),
        (50.0, "14 % at 50 years"),
        (65.0, "23 % at 60 years"),
    ],
)
def test_spondylolisthesis_without_pain_shows_the_cells_that_were_read(age: float, shown: str) -> None:
    text = prevalence.by_age(prevalence.SPONDYLOLISTHESIS, age)
    assert shown in text
    assert "CT or MR" in text


@pytest.mark.parametrize("age", [15.0, 19.6, 70.0, 85.0])
def test_unverified_cells_are_not_shown(age: float) -> None:
    text = prevalence.by_age(prevalence.SPONDYLOLISTHESIS, age)
    assert text.startswith("Not shown: no verified figure") and text.endswith(f"at {int(age)} years.")


@pytest.mark.parametrize(
    ("age", "shown"),
    [(14.0, "0.9 to 12 % of adolescents"), (59.0, "13 %"), (60.0, "68 %"), (None, "age is unknown")],
)
def test_how_common_curves_are_goes_by_age(age: float | None, shown: str) -> None:
    assert shown in prevalence.scoliosis(age)


def test_an_unknown_age_is_said() -> None:
    assert prevalence.by_age(prevalence.SPONDYLOLISTHESIS, None).endswith("the age is unknown.")


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.9999, "> 0.99"), (0.5, "= 0.50"), (0.004, "< 0.01"), (1.0, "> 0.99"), (0.0, "< 0.01")],
)
def test_a_probability_is_never_shown_as_certain(probability: float, text: str) -> None:
    assert chance(probability) == text


def test_the_limits_of_a_film_cover_pain_instability_tissue_time_and_adjustment() -> None:
    words = ("pain", "instability", "muscles", "worse", "adjustment")
    assert np.all([any(word in line for line in FILM_LIMITS) for word in words])
