"""Claims: no route answers what schemathesis makes up with a server error; the count can see one.

The full count is benchmarks/api_fuzz.py.
"""

from pathlib import Path

import pytest

from api_fuzz import fuzz, make_target


def test_no_route_fails_on_made_up_requests(tmp_path: Path) -> None:
    outcome = fuzz(make_target(tmp_path), examples=2)
    assert outcome.server_errors == []
    assert outcome.operations >= 30
    assert outcome.requests >= outcome.operations


@pytest.mark.nightly
def test_no_route_fails_on_many_made_up_requests(tmp_path: Path) -> None:
    assert fuzz(make_target(tmp_path), examples=60, seed=2).server_errors == []


def test_a_fault_would_be_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spondyl.clinic.web.patients.routes.find_people", None)
    outcome = fuzz(make_target(tmp_path), examples=2, only="/patients")
    assert any("/patients" in one for one in outcome.server_errors)
