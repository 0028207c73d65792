"""Claim: every key of the JSON and every code that can leave stands in the reference pages."""

from pathlib import Path
from typing import Any

from spondyl.clinic.report.codes import COBB, INTERVAL_90, LEVELS, PRIVATE, RADELEMENT, SPINE, UNITS, VERTEBRA
from spondyl.clinic.report.json_lines import film_result_schema

DOCS = Path(__file__).parents[3] / "docs" / "reference"


def keys(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(keys, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    named = schema.get("properties")
    own = set(named) if isinstance(named, dict) else set()
    return own.union(*(keys(value) for value in schema.values()))


def test_every_key_of_the_schema_is_documented() -> None:
    page = (DOCS / "json.md").read_text("utf-8")
    found = keys(film_result_schema())
    assert len(found) > 40
    assert sorted(key for key in found if f"`{key}`" not in page) == []


def test_every_code_is_documented() -> None:
    page = (DOCS / "codes.md").read_text("utf-8")
    codes = [COBB, SPINE, VERTEBRA, INTERVAL_90, *LEVELS.values(), *UNITS.values(), *RADELEMENT.values()]
    assert [code.value for code in codes if f"`{code.value}`" not in page] == []
    assert f"`{PRIVATE}`" in page
