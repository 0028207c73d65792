"""Claim: effects and variances are metafor's, and a study that gives none is named with its reason.

Expected numbers: R metafor 3.8-1, ``escalc(…)`` with the arguments beside them.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spondyl.evidence import EvidenceRefusal, EvidenceRefused, Measure, effect_sizes, parse_study_table, pool
from spondyl.evidence.counts import CountsMethod, pool_counts
from spondyl.evidence.network.from_table import trials_from

TABLES = """\
study,ai,n1i,ci,n2i
nothing,0,10,0,10
none in one,0,20,3,15
none in other,5,10,0,12
"""


@pytest.mark.parametrize(
    ("measure", "yi", "vi"),
    [
        (Measure.RR, ("0.0000", "-2.2178", "2.5649"), ("3.8182", "2.1756", "2.0140")),
        (Measure.RD, ("0.0000", "-0.1949", "0.4615"), ("0.0079", "0.0118", "0.0256")),
    ],
)
def test_empty_cells(measure: Measure, yi: tuple[str, ...], vi: tuple[str, ...]) -> None:
    """``escalc("RR", ai=c(0,0,5), n1i=c(10,20,10), ci=c(0,3,0), n2i=c(10,15,12))``."""
    found = effect_sizes(parse_study_table(TABLES), measure)
    assert tuple(f"{value:.4f}" for value in found.yi) == yi
    assert tuple(f"{value:.4f}" for value in found.vi) == vi
    assert found.notes == (
        "1/2 was added to every cell of the studies with a zero cell: nothing, none in one, none in other.",
    )


def test_empty_cells_odds_ratio() -> None:
    """``escalc("OR", ai=c(0,10,5), n1i=c(10,10,10), ci=c(0,15,0), n2i=c(10,15,12))``."""
    found = effect_sizes(parse_study_table("ai,n1i,ci,n2i\n0,10,0,10\n10,10,15,15\n5,10,0,12\n"), Measure.OR)
    assert [f"{value:.4f}" for value in found.yi] == ["0.0000", "-0.3895", "3.2189"]
    assert [f"{value:.4f}" for value in found.vi] == ["4.1905", "4.1598", "2.4436"]


@pytest.mark.parametrize("measure", [Measure.RR, Measure.OR, Measure.RD])
def test_tables_that_say_nothing_can_be_left_out(measure: Measure) -> None:
    """``drop00=TRUE`` makes the first row NA and leaves the others as they are."""
    kept = effect_sizes(parse_study_table(TABLES), measure)
    found = effect_sizes(parse_study_table(TABLES), measure, drop_both_zero=True)
    assert found.labels == ("none in one", "none in other")
    assert found.yi.tolist() == kept.yi[1:].tolist()
    assert [(item.label, item.reason) for item in found.left_out] == [
        ("nothing", "no events, or nothing but events, in both groups")
    ]


@pytest.mark.parametrize(
    ("measure", "yi", "vi"),
    [
        (Measure.PLO, ("-3.0445", "3.0445", "0.0000"), ("2.0952", "2.0952", "0.4000")),
        (Measure.PR, ("0.0455", "0.9545", "0.5000"), ("0.0039", "0.0039", "0.0250")),
        (Measure.PAS, ("0.0000", "1.5708", "0.7854"), ("0.0250", "0.0250", "0.0250")),
        (Measure.PFT, ("0.1531", "1.4177", "0.7854"), ("0.0238", "0.0238", "0.0238")),
    ],
)
def test_proportions(measure: Measure, yi: tuple[str, ...], vi: tuple[str, ...]) -> None:
    """``escalc("PLO", xi=c(0,10,5), ni=c(10,10,10))``."""
    found = effect_sizes(parse_study_table("xi,ni\n0,10\n10,10\n5,10\n"), measure)
    assert tuple(f"{value:.4f}" for value in found.yi) == yi
    assert tuple(f"{value:.4f}" for value in found.vi) == vi


def test_hedges_g_of_the_smallest_groups() -> None:
    """``escalc("SMD", m1i=1, sd1i=2, n1i=3, m2i=2, sd2i=2, n2i=1)``: −0.2821, 1.3433; with n1i=2 metafor says NA."""
    text = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nfour,1,2,3,2,2,1\nthree,1,1,2,2,2,1\nsame,1,0,9,2,0,9\n"
    found = effect_sizes(parse_study_table(text), Measure.SMD)
    assert (f"{found.yi[0]:.4f}", f"{found.vi[0]:.4f}") == ("-0.2821", "1.3433")
    assert {item.label: item.reason for item in found.left_out} == {
        "three": "a standardized difference needs 4 patients",
        "same": "both standard deviations are zero",
    }


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 500), st.integers(2, 500), st.floats(-50, 50), st.floats(0.1, 30), st.floats(0.1, 30))
def test_swapping_the_groups_turns_the_sign(n1: int, n2: int, mean: float, sd1: float, sd2: float) -> None:
    names = "m1i,sd1i,n1i,m2i,sd2i,n2i\n"
    text = f"{names}{mean},{sd1},{n1},3,{sd2},{n2}\n"
    other = f"{names}3,{sd2},{n2},{mean},{sd1},{n1}\n"
    for measure in (Measure.MD, Measure.SMD):
        one, two = (effect_sizes(parse_study_table(each), measure) for each in (text, other))
        assert one.yi[0] == pytest.approx(-two.yi[0])
        assert one.vi[0] == pytest.approx(two.vi[0])


def test_standard_errors_serve_as_variances() -> None:
    found = effect_sizes(parse_study_table("yi,sei\n0.5,0.2\n"), Measure.GEN)
    assert found.vi[0] == pytest.approx(0.04)


def test_a_standard_error_below_zero_is_refused_not_squared() -> None:
    with pytest.raises(EvidenceRefused, match=r"A: vi \(or sei\) is -0.04"):
        effect_sizes(parse_study_table("study,yi,sei\nA,-0.5,-0.2\nB,-0.4,0.2\n"), Measure.GEN)
    network = parse_study_table("study,treat1,treat2,yi,sei\nA,x,y,-0.5,-0.2\nB,x,y,-0.4,0.2\n")
    with pytest.raises(EvidenceRefused, match=r"A: .*not above zero"):
        trials_from(network)


def test_a_group_that_does_not_add_up_is_refused() -> None:
    head = "study,ai,bi,n1i,ci,di,n2i\n"
    with pytest.raises(EvidenceRefused, match="A: ai 10 and bi 90 do not sum to n1i 50"):
        effect_sizes(parse_study_table(f"{head}A,10,90,50,8,42,50\n"), Measure.RR)
    assert effect_sizes(parse_study_table(f"{head}A,10,40,50,8,42,50\n"), Measure.RR).labels == ("A",)


def test_a_trial_in_two_rows_is_named() -> None:
    """One trial typed twice makes the interval 1/√2 as wide as it is: the reader is told."""
    found = pool(
        effect_sizes(parse_study_table("study,yi,vi\nA,-0.5,0.04\nA,-0.5,0.04\nB,-0.1,0.04\n"), Measure.GEN)
    )
    (note,) = found.notes
    assert note.startswith("A stands in 2 rows") and "counts again" in note
    assert "B" not in note
    counted = parse_study_table("study,xi,ni\nA,5,10\nA,5,10\nB,3,9\n")
    assert pool_counts(counted, Measure.PLO, CountsMethod.GLMM).notes[0].startswith("A stands in 2 rows")


def test_ready_effects_serve_for_any_measure() -> None:
    assert effect_sizes(parse_study_table("yi,vi\n-0.7,0.1\n"), Measure.RR).yi[0] == -0.7


def test_what_is_left_out_is_named() -> None:
    text = "study,ai,n1i,ci,n2i\nfull,4,10,5,10\ngap,4,NA,5,10\nempty,0,0,5,10\n"
    found = effect_sizes(parse_study_table(text), Measure.RR)
    assert found.labels == ("full",)
    assert {item.label: item.reason for item in found.left_out} == {
        "gap": "bi (or n1i - ai) is missing",
        "empty": "a group has no patients",
    }


@pytest.mark.parametrize(
    ("text", "measure", "refusal", "said"),
    [
        ("ai,n1i,ci,n2i\n11,10,5,10\n", Measure.RR, EvidenceRefusal.VALUE_INVALID, "bi (or n1i - ai) is -1"),
        ("xi,ni\n11,10\n", Measure.PLO, EvidenceRefusal.VALUE_INVALID, "n - x is -1"),
        (
            "study,yi,vi\nSmith,1,-0.1\n",
            Measure.GEN,
            EvidenceRefusal.VALUE_INVALID,
            "Smith: vi (or sei) is -0.1",
        ),
        ("m1i,sd1i\n1,2\n", Measure.MD, EvidenceRefusal.COLUMN_MISSING, "the table has m1i, sd1i"),
        ("study,yi,vi\nSmith,1,0\n", Measure.GEN, EvidenceRefusal.NO_USABLE_STUDY, "its variance is zero"),
    ],
)
def test_refusals_say_what_is_wrong(text: str, measure: Measure, refusal: EvidenceRefusal, said: str) -> None:
    with pytest.raises(EvidenceRefused) as refused:
        effect_sizes(parse_study_table(text), measure)
    assert refused.value.refusal is refusal
    assert said in str(refused.value)


def test_the_correction_of_hedges() -> None:
    """J(m) = Γ(m/2) / (√(m/2) Γ((m−1)/2)) at m = 2 is Γ(1) / Γ(1/2) = 1/√π."""
    found = effect_sizes(parse_study_table("m1i,sd1i,n1i,m2i,sd2i,n2i\n1,1,2,0,1,2\n"), Measure.SMD)
    assert found.yi[0] == pytest.approx(1 / math.sqrt(math.pi))


@pytest.mark.parametrize(
    ("measure", "text", "yi"),
    [
        (
            Measure.RR,
            "AI,bi,ci,di,n1i,n2i\n1,9,2,8,,\n3,,2,,10,10\n",
            (-0.6931471805599453, 0.4054651081081644),
        ),
        (Measure.PLO, "xi,ni,mi\n1,10,\n3,,7\n", (-2.197224577336219, -0.8472978603872037)),
        (Measure.GEN, "Yi,vi,sei\n1,0.04,\n2,,0.3\n", (1.0, 2.0)),
    ],
)
def test_one_column_fills_the_gaps_of_another(measure: Measure, text: str, yi: tuple[float, ...]) -> None:
    """``escalc()`` too reads bi as n1i - ai where bi is NA; logarithms of 1/2, 3/2, 1/9 and 3/7."""
    found = effect_sizes(parse_study_table(text), measure)
    assert found.left_out == ()
    assert found.yi.tolist() == pytest.approx(yi, rel=1e-12)
