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
SLOW = ("scipy.stats", "scipy.signal", "matplotlib", "onnxruntime", "highdicom", "pandas")
PULSE = """
import numpy as np
from spondyl.instrument import Waveform
from spondyl.treatment.adjustment.waveform_table import load_parquet, waveform_columns, waveform_parquet

load_parquet()
shape = np.linspace(0.0, 20.0, 5)
wave = Waveform(sequence=1, interval_us=500, duration_us=2000, preload_n=0.0, completed=True, simulated=True,
                force_n=shape, acceleration_m_s2=-shape)
force_n, acceleration_m_s2 = waveform_columns(waveform_parquet(wave))
assert (force_n == shape).all() and (acceleration_m_s2 == -shape).all()
"""


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_it_can_be_imported_first_and_leaves_out_what_is_slow(entrance: str) -> None:
    assert slow_after(f"import {entrance}") == "[]"


def test_a_session_keeps_and_reads_its_waveforms_without_what_is_slow() -> None:
    assert slow_after(PULSE) == "[]"


def slow_after(text: str) -> str:
    text += f"\nimport sys; print([name for name in {SLOW} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()
