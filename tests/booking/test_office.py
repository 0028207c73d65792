"""Claims: an office's telephone can be dialled as it stands, or the office does not come to be."""

import pytest

from spondyl.booking import Office

ZONE = "America/Los_Angeles"


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("714-555-0101", "7145550101"),
        ("+1 (714) 555.0101", "+17145550101"),
        ("(714) 555-0101", "7145550101"),
        ("", ""),
    ],
)
def test_a_telephone_is_dialled_as_its_digits(written: str, dialled: str) -> None:
    office = Office(key="o", name="Orange", zone=ZONE, hours=(), telephone=written)
    assert office.dialled == dialled


@pytest.mark.parametrize("written", ["ask Ann", "714-555-0101 ext. 3", '714"><script>', "+", "5"])
def test_what_cannot_be_dialled_is_refused_by_name(written: str) -> None:
    with pytest.raises(ValueError, match="of Orange is no number to dial"):
        Office(key="o", name="Orange", zone=ZONE, hours=(), telephone=written)
