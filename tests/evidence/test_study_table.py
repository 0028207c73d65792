"""Claim: a table is read whatever its separator, and a bad one says which line is wrong and what to do."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spondyl.evidence import EvidenceRefusal, EvidenceRefused, parse_study_table


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_separators(separator: str, line_end: str) -> None:
    lines = ("# pain at 12 months", "Study,yi,vi,note", "Smith 2020,-0.5,0.04,ok", "", "Jones 2021,0.5,NA,ok")
    found = parse_study_table("\ufeff" + line_end.join(lines).replace(",", separator))
    assert found.labels == ("Smith 2020", "Jones 2021")
    assert found.columns["yi"].tolist() == [-0.5, 0.5]
    assert math.isnan(found.columns["vi"][1])
    assert set(found.columns) == {"yi", "vi"}


def test_decimal_commas_of_a_european_spreadsheet() -> None:
    assert parse_study_table("study;yi;vi\nSchmidt;-0,5;0,04\n").columns["vi"].tolist() == [0.04]


def test_a_thousand_people_are_not_read_as_one() -> None:
    head = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\n"
    with pytest.raises(EvidenceRefused, match="thousand") as caught:
        parse_study_table(f'{head}NSAID,40,20,"1,354",47,20,"1,301"\n')
    assert caught.value.do == "Write 1354."
    assert parse_study_table(f'{head}A,"1,354",2,30,1,2,30\n').columns["m1i"].tolist() == [1.354]


def test_a_quoted_name_may_hold_the_separator() -> None:
    assert parse_study_table('study,yi,vi\n"Smith, 2020",1,1\n').labels == ("Smith, 2020",)


def test_studies_without_names_are_numbered() -> None:
    assert parse_study_table("yi,vi\n1,1\n2,1\n").labels == ("Study 1", "Study 2")


@pytest.mark.parametrize(
    ("text", "refusal", "said"),
    [
        ("", EvidenceRefusal.TABLE_EMPTY, "holds no study"),
        ("yi,vi\n", EvidenceRefusal.TABLE_EMPTY, "holds no study"),
        ("# why\nyi,vi\n1,1\n\n1,1,1\n", EvidenceRefusal.TABLE_MALFORMED, "Line 5 has 3 cells"),
        ("yi,vi,yi\n1,1,1\n", EvidenceRefusal.TABLE_MALFORMED, "yi stands twice"),
        ("yi,vi\n1,one\n", EvidenceRefusal.VALUE_INVALID, "Line 2, column vi: 'one' is not a number"),
        ("yi,vi\n1,inf\n", EvidenceRefusal.VALUE_INVALID, "Line 2, column vi: 'inf' is not a number"),
        ("yi,vi\n1,1_0\n", EvidenceRefusal.VALUE_INVALID, "Line 2, column vi: '1_0' is not a number"),
    ],
)
def test_refusals(text: str, refusal: EvidenceRefusal, said: str) -> None:
    with pytest.raises(EvidenceRefused) as refused:
        parse_study_table(text)
    assert refused.value.refusal is refusal
    assert said in str(refused.value)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_study_table(text)
    except EvidenceRefused as refused:
        assert refused.what
        assert refused.do
