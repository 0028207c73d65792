"""Claims: every hazard names a test that exists; every control lives in code that exists."""

from pathlib import Path

import pytest

from spondyl.instrument.hazards import HAZARDS, Hazard

HERE = Path(__file__).parent


@pytest.mark.parametrize("hazard", HAZARDS, ids=[hazard.name for hazard in HAZARDS])
def test_its_test_exists(hazard: Hazard) -> None:
    file, _, function = hazard.test.partition("::")
    assert f"def {function}(" in (HERE / file).read_text()


def test_no_hazard_stands_twice() -> None:
    assert len({hazard.name for hazard in HAZARDS}) == len(HAZARDS)
