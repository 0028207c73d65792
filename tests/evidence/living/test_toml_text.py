"""Claim: whatever a record holds, written as TOML it reads back the same (Python's own reader is the judge)."""

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from spondyl.evidence.living.toml_text import toml_text

KEYS = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
PLAIN = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
TABLES = st.recursive(
    st.dictionaries(KEYS, PLAIN | st.lists(TEXTS, max_size=3), max_size=4),
    lambda inner: st.dictionaries(KEYS, inner | st.lists(inner, min_size=1, max_size=3) | PLAIN, max_size=4),
    max_leaves=6,
)


@given(table=TABLES)
def test_round_trip(table: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(table)) == table
