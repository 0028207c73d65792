"""Claim: a random data set ends in finite numbers or in a typed reason (10,000 by benchmarks/evidence_fuzz.py)."""

import importlib.util
from collections import Counter
from pathlib import Path


def test_random_data_sets_end_well() -> None:
    file = Path(__file__).parents[2] / "benchmarks" / "evidence_fuzz.py"
    spec = importlib.util.spec_from_file_location("evidence_fuzz", file)
    assert spec is not None
    assert spec.loader is not None
    fuzz = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fuzz)
    outcomes = Counter(fuzz.one(seed) for seed in range(300))
    assert outcomes["estimate"] > 100
    assert len(outcomes) > 4
