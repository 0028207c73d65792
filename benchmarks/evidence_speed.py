"""One REML fit and many, beside R metafor and PyMetaAnalysis, as ratios of processor time in one run.

    python benchmarks/evidence_speed.py --count 10000

The data sets are simulated on the sampling variances of the 13 BCG trials (seed 1). Processor time instead of the
clock, so that other work on the machine does not count. metafor runs at its own, looser convergence, which favours
it. ``spondyl.evidence.pool`` gives the Q-profile interval, the prediction interval and every study's weight with each
fit; metafor's second line is the call that gives as much. Needs Rscript with metafor, and PyMetaAnalysis (extra dev).
"""

import argparse
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from spondyl.evidence import EffectSizes, Measure, fit_many, pool

VARIANCES = np.array(
    [0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124, 0.5325, 0.0714]
)
"""Of the log risk ratios of the 13 BCG trials (Colditz et al., JAMA 1994), to four decimals."""


def simulated(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Effects and variances of ``count`` data sets, tau² 0.3."""
    random = np.random.default_rng(1)
    vi = np.tile(VARIANCES, (count, 1))
    return -0.7 + random.normal(size=vi.shape) * np.sqrt(0.3 + vi), vi


def cpu_s(work: Callable[[], object], rounds: int = 1) -> float:
    """Processor seconds of one round."""
    work()
    start = time.process_time()
    for _ in range(rounds):
        work()
    return (time.process_time() - start) / rounds


def metafor(yi: np.ndarray, vi: np.ndarray, rounds: int) -> list[float]:
    """Seconds for one fit, one fit with predict() and confint(), and all fits."""
    if shutil.which("Rscript") is None:
        sys.exit("Not run: R is not installed (apt-get install r-cran-metafor).")
    script = Path(__file__).with_name("metafor_speed.R")
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.csv"
        np.savetxt(table, np.hstack([yi, vi]), delimiter=",", fmt="%.17g")
        done = subprocess.run(
            ["Rscript", str(script), str(table), str(rounds)], capture_output=True, text=True, check=True
        )
    return [float(line) for line in done.stdout.split()]


def py_meta_analysis(yi: np.ndarray, vi: np.ndarray, rounds: int) -> tuple[float, float]:
    """Seconds for one fit and for all."""
    if importlib.util.find_spec("meta_analyze") is None:
        sys.exit("Not run: PyMetaAnalysis is not installed (pip install 'spondyl[dev]').")
    from meta_analyze import meta_analysis

    def fit(row: int) -> object:
        return meta_analysis(effect=yi[row], variance=vi[row], tau2_method="REML")

    one = cpu_s(lambda: fit(0), rounds)
    start = time.process_time()
    for row in range(len(yi)):
        fit(row)
    return one, time.process_time() - start


def main() -> None:
    """Print the figures; the exit code says whether both limits hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="how many data sets")
    parser.add_argument("--rounds", type=int, default=300, help="how often the single fit is repeated")
    asked = parser.parse_args()
    yi, vi = simulated(asked.count)
    first = EffectSizes(measure=Measure.GEN, labels=tuple(map(str, range(13))), yi=yi[0], vi=vi[0])
    ours, bare = (
        cpu_s(lambda: pool(first), asked.rounds),
        cpu_s(lambda: fit_many(yi[:1], vi[:1]), asked.rounds),
    )
    ours_many = cpu_s(lambda: fit_many(yi, vi))
    metafor_one, metafor_whole, metafor_many = metafor(yi, vi, asked.rounds)
    other_one, other_many = py_meta_analysis(yi, vi, asked.rounds)
    print("One REML fit, 13 studies            ms   times Spondyl's pool()")
    for name, taken in (
        ("Spondyl pool(), all intervals", ours),
        ("Spondyl fit_many(), one row", bare),
        ("metafor rma()", metafor_one),
        ("metafor rma() predict() confint()", metafor_whole),
        ("PyMetaAnalysis meta_analysis()", other_one),
    ):
        print(f"  {name:34}{taken * 1e3:5.2f}  {taken / ours:6.1f}")
    print(f"{asked.count:,} REML fits                     s   times Spondyl's")
    for name, taken in (
        ("Spondyl fit_many()", ours_many),
        ("metafor rma()", metafor_many),
        ("PyMetaAnalysis", other_many),
    ):
        print(f"  {name:34}{taken:5.2f}  {taken / ours_many:6.1f}")
    slow = ours > min(metafor_one, other_one) or metafor_many < 10 * ours_many
    sys.exit("One fit must be no slower than either, many fits 10 times faster than metafor." if slow else 0)


if __name__ == "__main__":
    main()
