"""Claims: each way into the clinic can be imported first, in a fresh process; tests import them in another order. None
brings in what takes a second of every process and is hardly used."""

import subprocess
import sys

import pytest

ENTRANCES = (
    "spondyl.clinic.serve",
    "spondyl.clinic.web.patient_link",
    "spondyl.clinic.web.app",
    "spondyl.clinic.demo",
)
SLOW = ("scipy.stats", "scipy.signal", "matplotlib", "onnxruntime", "highdicom")


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_it_can_be_imported_first_and_leaves_out_what_is_slow(entrance: str) -> None:
    text = f"import sys, {entrance}; print([name for name in {SLOW} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == "[]"
