"""Claim: one place writes the minus sign for people; nobody else turns a hyphen into one.

Source: the package's own text. Limit: a number that is printed with a hyphen is not found by this.
"""

from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "spondyl"


def test_no_other_place_turns_a_hyphen_into_a_minus_sign() -> None:
    found = [path.name for path in SOURCE.rglob("*.py") if 'replace("-", "−")' in path.read_text("utf-8")]
    assert found == ["true_minus.py"]
