"""Reference values equal the published tables, and the arithmetic around them is right.

Independent sources: MEANS table (37.4 ± 10.9 and so on), the regressions of the same cohort and of 642 volunteers
(PubMed 40261392) worked by hand; percentiles against scipy.stats.norm to 1e-9. Limit: normality is assumed.
"""

import pytest
from scipy import stats

from spondyl.assessment.measurement import Unit
from spondyl.assessment.norms import (
    GROUP_MEANS,
    SPREADS,
    NoReference,
    ReferenceInterval,
    described,
    reference_interval,
)


def ask(kind: str, age: float | None = 45.0, **known: float) -> ReferenceInterval:
    found = reference_interval(kind, age_years=age, sex=None, known=known)
    assert isinstance(found, ReferenceInterval)
    return found


PUBLISHED = {
    "thoracic_kyphosis_t4_t12": (37.4, 10.9),
    "lumbar_lordosis_l1_s1": (57.4, 11.3),
    "pelvic_incidence": (52.0, 10.7),
    "pelvic_tilt": (12.5, 7.3),
    "pi_minus_ll": (-5.4, 10.7),
    "t1_slope": (23.0, 7.9),
    "cervical_lordosis_c2_c7": (-0.4, 12.7),
    "csva": (19.0, 9.8),
}


@pytest.mark.parametrize(("kind", "row"), PUBLISHED.items())
def test_means_and_spreads_are_the_published_ones(kind: str, row: tuple[float, float]) -> None:
    found = ask(kind)
    assert (found.mean, found.sd) == row
    assert set(SPREADS) == set(PUBLISHED)


def test_the_published_means_agree_with_each_other() -> None:
    """PI - LL of means is the mean of PI - LL; the sign of cervical lordosis fits CL = -24.5 + 1.1 T1 slope."""
    assert pytest.approx(ask("pi_minus_ll").mean or 0.0, abs=0.1) == 52.0 - 57.4
    predicted = -24.5 + 1.1 * (ask("t1_slope").mean or 0.0)
    assert predicted == pytest.approx(ask("cervical_lordosis_c2_c7").mean or 0.0, abs=1.5)


def test_interval_z_and_percentile_are_normal() -> None:
    found, normal = ask("pelvic_tilt"), stats.norm(12.5, 7.3)
    assert found.interval_95 == pytest.approx((normal.ppf(0.025), normal.ppf(0.975)), abs=1e-4)
    assert found.z_of(19.8) == pytest.approx(1.0)
    assert found.percentile_of(19.8) == pytest.approx(100 * normal.cdf(19.8), abs=1e-9)


@pytest.mark.parametrize(
    ("age", "expected"),
    [(18, 60.5), (28.9, 60.5), (29, 59.6), (38, 57.6), (51, 55.0), (64.9, 55.0), (65, 50.7)],
)
def test_lordosis_expected_of_incidence_50_and_kyphosis_40(age: float, expected: float) -> None:
    """By hand, e.g. age 29: 5.8 + 0.62·50 + 0.57·40 = 59.6."""
    found = ask("lumbar_lordosis_l1_s1", age, pelvic_incidence=50.0, thoracic_kyphosis_t4_t12=40.0)
    assert found.expected == pytest.approx(expected)


def test_tilt_and_tpa_expected_of_incidence_50_at_60_years() -> None:
    """−12.7 + 19 + 8.4 = 14.7; −16.9 + 17 + 9 = 9.1."""
    assert ask("pelvic_tilt", 60, pelvic_incidence=50.0).expected == pytest.approx(14.7)
    assert ask("t1_pelvic_angle", 60, pelvic_incidence=50.0).expected == pytest.approx(9.1)
    assert ask("pelvic_tilt", 60).expected is None


@pytest.mark.parametrize(
    ("age", "row"),
    [
        (18.5, (-14.2, None)),
        (20, (-16.4, 31.5)),
        (40.9, (-16.4, 31.5)),
        (41, (None, None)),
        (60, (10.6, 27.8)),
        (80.9, (10.6, 27.8)),
        (81, (17.0, None)),
        (None, (None, None)),
    ],
)
def test_sva_is_given_only_for_the_age_groups_that_were_read(
    age: float | None, row: tuple[float | None, float | None]
) -> None:
    found = ask("sva", age)
    assert (found.mean, found.sd) == row
    assert found.unit is Unit.MM


def test_two_studies_of_sva_agree_within_a_quarter_of_the_spread() -> None:
    young, old, _ = GROUP_MEANS["sva"]
    for age, mean in ((25.0, young), (70.0, old)):
        z = ask("sva", age).z_of(mean)
        assert z is not None
        assert abs(z) < 0.25


@pytest.mark.parametrize("kind", [*PUBLISHED, "sva", "t1_pelvic_angle"])
def test_no_adult_values_for_children(kind: str) -> None:
    found = reference_interval(kind, age_years=17.9, sex="F", known={})
    assert isinstance(found, NoReference)
    assert "under 18" in found.reason


def test_what_is_unknown_is_said() -> None:
    assert isinstance(reference_interval("sacral_slope", age_years=40, sex=None, known={}), NoReference)
    assert "age is unknown" in ask("pelvic_tilt", None).note
    assert "older than the people studied" in ask("pelvic_tilt", 85).note


def test_the_sentence_names_people_mean_and_spread() -> None:
    assert described(ask("thoracic_kyphosis_t4_t12")) == (
        "Pain-free adults of 18 to 80 years: mean 37.4°, middle 95 % 16.0 to 58.8° if values are normal."
    )
