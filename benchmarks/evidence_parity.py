"""Pooled estimates beside R metafor's, on metadat's data sets; the exit code says whether all agree to 1e-8.

Needs R with metafor and metadat (Debian: ``apt-get install r-cran-metafor r-cran-metadat``). The data sets, the
measures and metafor's convergence limits stand in ``metafor_reference.R``; effects are computed here from the raw
columns and compared too. A difference is relative to the larger of the two numbers; a tau2 of metafor below its own
convergence limit (1e-15 of the data's variance) counts as the zero that it did not quite reach.
"""

import argparse
import math
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from spondyl.evidence import (
    EffectSizes,
    Estimate,
    Inference,
    Measure,
    Model,
    StudyTable,
    Tau2Method,
    effect_sizes,
    pool,
)

LIMIT = 1e-8
REFERENCE = Path(__file__).with_name("metafor_reference.R")
FIT = ("estimate", "se", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "tau2", "I2", "H2", "Q", "Q_p", "statistic", "p")
PROFILE = ("tau2_lb", "tau2_ub", "I2_lb", "I2_ub")


@dataclass(slots=True)
class Worst:
    """The largest relative difference of one quantity and where it is."""

    compared: int = 0
    difference: float = 0.0
    where: str = ""


@dataclass(slots=True)
class DataSet:
    """One data set of metadat under one measure, as R wrote it."""

    name: str
    measure: Measure
    columns: list[str]
    rows: list[list[float]] = field(default_factory=list)
    fits: list[tuple[str, str, float, list[float]]] = field(default_factory=list)
    profile: list[float] = field(default_factory=list)


def run_metafor() -> list[list[str]]:
    """R's lines, cut at the tabs."""
    if shutil.which("Rscript") is None:
        sys.exit("Not run: R is not installed (apt-get install r-cran-metafor r-cran-metadat).")
    done = subprocess.run(["Rscript", str(REFERENCE)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"Not run: R ended with\n{done.stderr}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def data_sets(lines: list[list[str]]) -> Iterator[DataSet]:
    """The data sets in R's order."""
    current: DataSet | None = None
    for kind, *cells in lines:
        if kind == "set":
            if current:
                yield current
            current = DataSet(name=cells[0], measure=Measure(cells[1]), columns=cells[2].split(","))
        elif current and kind == "row":
            current.rows.append(numbers(cells))
        elif current and kind == "fit":
            current.fits.append((cells[0], cells[1], float(cells[2]), numbers(cells[3:])))
        elif current and kind == "profile":
            current.profile = numbers(cells)
    if current:
        yield current


def numbers(cells: list[str]) -> list[float]:
    """Cells as floats; NA becomes NaN."""
    return [math.nan if cell == "NA" else float(cell) for cell in cells]


def note(worst: dict[str, Worst], quantity: str, ours: float | None, theirs: float, where: str) -> None:
    """Take one comparison in; a number that only one side has counts as wholly different."""
    here = worst[quantity]
    here.compared += 1
    mine = math.nan if ours is None else ours
    if math.isnan(mine) and math.isnan(theirs):
        return
    larger = max(abs(mine), abs(theirs))
    difference = 0.0 if mine == theirs else abs(mine - theirs) / larger
    if not difference <= here.difference:
        here.difference = math.inf if math.isnan(difference) else difference
        here.where = f"{where}: {mine:.17g} against {theirs:.17g}"


def compare(data: DataSet, worst: dict[str, Worst]) -> None:
    """Effects, then every fit, then the Q-profile interval of one data set."""
    raw = np.array(data.rows)
    table = StudyTable(
        labels=tuple(f"{row}" for row in range(len(raw))),
        columns={name: raw[:, at] for at, name in enumerate(data.columns)},
    )
    effects = effect_sizes(table, data.measure)
    where = f"{data.name} {data.measure.value}"
    compare_effects(effects, raw, worst, where)
    for method, test, limit, expected in data.fits:
        found = pool(
            effects,
            model=Model.COMMON if method == "EE" else Model.RANDOM,
            tau2_method=Tau2Method.DL if method == "EE" else Tau2Method(method),
            inference=Inference(test),
        )
        for quantity, ours, theirs in zip(FIT, of_fit(found), expected, strict=True):
            unreached = quantity in ("tau2", "I2") and method != "EE" and expected[FIT.index("tau2")] < limit
            note(worst, quantity, ours, 0.0 if unreached else theirs, f"{where} {method} {test}")
    limits = of_profile(pool(effects))
    for quantity, ours, theirs in zip(PROFILE, limits, data.profile, strict=True):
        note(worst, quantity, ours, theirs, where)


def compare_effects(effects: EffectSizes, raw: np.ndarray, worst: dict[str, Worst], where: str) -> None:
    """Every study's effect and variance, and that both sides leave out the same studies."""
    expected = {
        f"{row}": tuple(raw[row, -2:]) for row in range(len(raw)) if not np.isnan(raw[row, -2:]).any()
    }
    found = dict(zip(effects.labels, zip(effects.yi, effects.vi, strict=True), strict=True))
    for label in sorted(expected.keys() | found.keys(), key=int):
        for quantity, at in (("yi", 0), ("vi", 1)):
            ours, theirs = (side.get(label, (math.nan,) * 2)[at] for side in (found, expected))
            note(worst, quantity, float(ours), float(theirs), f"{where} study {label}")


def of_fit(found: Estimate) -> list[float | None]:
    """Our numbers in the order of :data:`FIT`; metafor writes tau² = 0 for a common effect, we say not estimated."""
    spread, prediction = found.heterogeneity, found.prediction
    return [
        found.effect,
        found.se,
        found.interval.low,
        found.interval.high,
        prediction.low if prediction else None,
        prediction.high if prediction else None,
        0.0 if found.model is Model.COMMON else spread.tau2,
        spread.i2_percent,
        spread.h2,
        spread.q,
        spread.q_p_value,
        found.statistic,
        found.p_value,
    ]


def of_profile(found: Estimate) -> list[float | None]:
    """Our limits in the order of :data:`PROFILE`; metafor writes 0 where it calls the interval empty."""
    spread = found.heterogeneity
    if spread.tau2_interval is None or spread.i2_interval is None:
        return [0.0, 0.0, 0.0, 0.0]
    return [
        spread.tau2_interval.low,
        spread.tau2_interval.high,
        spread.i2_interval.low,
        spread.i2_interval.high,
    ]


def main() -> None:
    """Print the worst relative difference a quantity and where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, help="lines that metafor_reference.R wrote before")
    kept = parser.parse_args().reference
    lines = [line.split("\t") for line in kept.read_text().splitlines()] if kept else run_metafor()
    worst: dict[str, Worst] = defaultdict(Worst)
    sets = list(data_sets(lines))
    for data in sets:
        compare(data, worst)
    (_, metafor, metadat), *_ = [line for line in lines if line[0] == "version"]
    fits = sum(len(data.fits) for data in sets)
    print(f"metafor {metafor}, metadat {metadat}: {len({data.name for data in sets})} data sets,", end=" ")
    print(f"{len(sets)} with their measures, {fits} fits ({{EE, 8 tau2}} x {{z, knha}}).")
    print(f"{'quantity':10}{'compared':>9}{'worst':>10}  where (ours against metafor's)")
    for quantity, found in worst.items():
        print(f"{quantity:10}{found.compared:9}{found.difference:10.1e}  {found.where}")
    top = max(found.difference for found in worst.values())
    sys.exit(top > LIMIT and f"The worst relative difference {top:.1e} is above {LIMIT:.0e}.")


if __name__ == "__main__":
    main()
