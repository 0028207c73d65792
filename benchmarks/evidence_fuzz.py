"""Random data sets through the whole engine: each must end in an estimate of finite numbers or in a typed reason.

    python benchmarks/evidence_fuzz.py --count 10000

Kinds: tiny groups, zero cells, one study, huge and tiny variances, equal studies, zero variances, missing and
impossible values, far-away effects, and raw text of random cells. Each goes from CSV text through every step to the
JSON object, with a random measure, model, estimator, test and level. The exit code says whether all ended well.
"""

import argparse
import json
import math
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from spondyl.evidence import (
    EvidenceRefused,
    Inference,
    Measure,
    Model,
    Tau2Method,
    effect_sizes,
    estimate_to_json,
    parse_study_table,
    pool,
)

MEANS = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
type_of = {Measure.MD: MEANS, Measure.SMD: MEANS, Measure.GEN: ("yi", "vi")}
COUNTS = ("ai", "n1i", "ci", "n2i")
for _ratio in (Measure.RR, Measure.OR, Measure.RD):
    type_of[_ratio] = COUNTS
for _proportion in (Measure.PLO, Measure.PR, Measure.PAS, Measure.PFT):
    type_of[_proportion] = ("xi", "ni")

Random = np.random.Generator
Numbers = Callable[[Random, int], np.ndarray]


def scale(random: Random, rows: int) -> np.ndarray:
    """Positive numbers that may differ by many powers of ten."""
    width = random.choice([0.0, 1.0, 5.0, 50.0, 150.0])
    return 10.0 ** random.uniform(-width, width, rows) * random.uniform(0.5, 2)


def effects(random: Random, rows: int) -> np.ndarray:
    """Effects: ordinary, all equal, or of any size."""
    kind = random.integers(4)
    if kind == 0:
        return np.full(rows, random.normal())
    if kind == 1:
        return random.normal(size=rows) * scale(random, rows)
    return random.normal(size=rows) + (1e9 if kind == 2 else 0)


def counts(random: Random, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Events and group sizes, with many zeros and whole groups."""
    sizes = random.integers(0, random.choice([2, 5, 50, 100_000]), rows)
    share = random.choice([0.0, 1.0, 0.01, 0.5, 0.99])
    return random.binomial(sizes, share), sizes


def columns(random: Random, measure: Measure, rows: int) -> dict[str, np.ndarray]:
    """The columns that a measure needs."""
    names = type_of[measure]
    if names == ("yi", "vi"):
        vi = np.full(rows, 0.04) if random.random() < 0.2 else scale(random, rows)
        return {"yi": effects(random, rows), "vi": np.where(random.random(rows) < 0.05, 0.0, vi)}
    if names == MEANS:
        table: dict[str, np.ndarray] = {}
        for group in "12":
            table[f"m{group}i"] = effects(random, rows)
            table[f"sd{group}i"] = np.where(random.random(rows) < 0.1, 0.0, scale(random, rows))
            table[f"n{group}i"] = random.integers(0, random.choice([3, 200]), rows)
        return table
    groups = [counts(random, rows) for _ in range(len(names) // 2)]
    return dict(zip(names, [one for group in groups for one in group], strict=True))


def as_text(random: Random, measure: Measure) -> str:
    """A table as CSV text; now and then with missing, impossible or senseless cells."""
    rows = int(random.choice([1, 1, 2, 2, 3, 5, 12, 40]))
    table = columns(random, measure, rows)
    lines = [["study", *table]]
    lines += [[f"S{row}", *(repr(column[row].item()) for column in table.values())] for row in range(rows)]
    trouble = random.random()
    for _ in range(int(random.integers(0, 4)) if trouble < 0.3 else 0):
        line = lines[int(random.integers(len(lines)))]
        line[int(random.integers(len(line)))] = str(random.choice(CELLS))
    return "\n".join(",".join(line) for line in lines)


CELLS = ("", "NA", "-1", "1e400", "nan", "inf", "0", "x", "1,5", '"', "\x00", "1e-320", "-0.0", "٣", "yi")


def finite(value: object) -> bool:
    """Whether no number anywhere in a JSON value is NaN or infinite."""
    if isinstance(value, dict):
        return all(finite(one) for one in value.values())
    if isinstance(value, list):
        return all(finite(one) for one in value)
    return not isinstance(value, float) or math.isfinite(value)


def in_order(found: dict[str, object]) -> bool:
    """Whether intervals hold their estimate and nothing missing lacks its reason."""
    for ends in (
        ("ci_lb", "estimate", "ci_ub"),
        ("pi_lb", "ci_lb"),
        ("ci_ub", "pi_ub"),
        ("tau2_lb", "tau2_ub"),
    ):
        numbers = [float(str(found[name])) for name in ends if found[name] is not None]
        if any(
            low > high * (1 + 1e-12) + 1e-300 and low - high > 1e-12 * abs(low)
            for low, high in pairwise(numbers)
        ):
            return False
    reasons = found["not_given"]
    named = {"tau2": "tau2", "pi_lb": "prediction", "tau2_lb": "tau2_interval", "I2": "I2", "Q_p": "Q_p"}
    return all(found[key] is not None or name in str(reasons) for key, name in named.items())


def one(seed: int) -> str:
    """What became of one data set: 'estimate', or the name of the refusal."""
    random = np.random.default_rng(seed)
    measure = Measure(random.choice([choice.value for choice in Measure]))
    text = as_text(random, measure)
    try:
        estimate = pool(
            effect_sizes(parse_study_table(text), measure, drop_both_zero=bool(random.integers(2))),
            model=Model(random.choice(["ee", "re"])),
            tau2_method=Tau2Method(random.choice([method.value for method in Tau2Method])),
            inference=Inference(random.choice(["z", "knha"])),
            level_percent=float(random.choice([50, 90, 95, 99, 99.9999])),
        )
    except EvidenceRefused as refused:
        return refused.refusal.value
    found = estimate_to_json(estimate)
    json.dumps(found, allow_nan=False)
    if not finite(found):
        raise AssertionError(f"A number is not finite: {found}")
    if not in_order(found):
        raise AssertionError(f"An interval is out of order or a reason is missing: {found}")
    return "estimate"


def main() -> None:
    """Count the outcomes; print the first failures with their seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="seed of the first data set")
    asked = parser.parse_args()
    warnings.simplefilter("error")
    outcomes: Counter[str] = Counter()
    failures: list[int] = []
    for seed in range(asked.seed, asked.seed + asked.count):
        try:
            outcomes[one(seed)] += 1
        except Exception:
            failures.append(seed)
            if len(failures) <= 3:
                print(f"Seed {seed}:\n{traceback.format_exc()}")
    for name, number in outcomes.most_common():
        print(f"{number:8} {name}")
    print(f"{len(failures):8} crashed, not finite or without a reason {failures[:20] or ''}")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
