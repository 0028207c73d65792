"""Claim: each way into the clinic can be imported first, in a fresh process; tests import them in another order."""

import subprocess
import sys

import pytest

ENTRANCES = (
    "spondyl.clinic.serve",
    "spondyl.clinic.web.patient_link",
    "spondyl.clinic.web.app",
    "spondyl.clinic.demo",
)


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_it_can_be_imported_first(entrance: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", f"import {entrance}"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
