"""Synthetic visits to try with. No patient is behind them, and every identifier says so."""

from datetime import date, timedelta

import numpy as np

BEGIN = date(2025, 1, 6)
FOLLOW_UP_DAYS = (42, 91, 182)


def synthetic_visits_csv(patients: int, *, seed: int = 1) -> str:
    """Roland-Morris and NRS scores of made-up patients as CSV; the same seed gives the same text.

    Every patient gets better by a random amount for no reason but time; about one in five drops out, a few are
    operated on.
    """
    random = np.random.default_rng(seed)
    lines = ["patient_id,date,instrument,score,event"]
    for number in range(1, patients + 1):
        lines += _course(f"SYNTHETIC-{number:04d}", random)
    return "\n".join(lines) + "\n"


def _course(name: str, random: np.random.Generator) -> list[str]:
    began = BEGIN + timedelta(days=int(random.integers(0, 120)))
    scores = {"rmdq": (float(random.integers(6, 22)), 24), "nrs": (float(random.integers(4, 10)), 10)}
    recovery = float(random.beta(2.0, 2.5))
    leaves_on = int(random.integers(20, 170)) if random.random() < 0.2 else None
    operated = random.random() < 0.03
    lines = [f"{name},{began},{code},{before:g},baseline" for code, (before, _) in scores.items()]
    for day in FOLLOW_UP_DAYS:
        if leaves_on is not None and leaves_on <= day:
            break
        on = began + timedelta(days=day + int(random.integers(-6, 7)))
        for code, (before, highest) in scores.items():
            after = before * (1.0 - recovery * min(1.0, day / 120.0)) + float(
                random.normal(0.0, 0.06 * highest)
            )
            lines.append(f"{name},{on},{code},{round(min(max(after, 0.0), highest)):g},")
    if leaves_on is not None:
        event = "operated" if operated else "dropped_out"
        lines.append(f"{name},{began + timedelta(days=leaves_on)},,,{event}")
    return lines
