"""Binomial-normal models and networks beside R's, on metadat's data sets; the exit code says whether all agree to 1e-5.

Needs R with metafor, metadat and numDeriv (Debian: ``apt-get install r-cran-metafor r-cran-metadat r-cran-numderiv``).
The data sets and R's convergence limits stand in ``metafor_models.R``. A difference is relative to the larger of the
two numbers, or to 0.01 where both are smaller; a spread below 1e-6 counts as the zero at the end of its range.
"""

import argparse
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from spondyl.evidence import Measure, Model, parse_study_table
from spondyl.evidence.counts import CountsMethod, pool_counts
from spondyl.evidence.network import NetworkTau2, build_network, pool_network, trials_from

LIMIT = 1e-5
NO_SPREAD = 1e-6
SMALLEST = 0.01
REFERENCE = Path(__file__).with_name("metafor_models.R")


@dataclass(slots=True)
class Case:
    """One data set as R wrote it: its table with tabs, and the lines of its fits."""

    kind: str
    name: str
    measure: str
    lines: list[str]
    fits: list[list[str]] = field(default_factory=list)
    reference: str = ""

    @property
    def text(self) -> str:
        """The table."""
        return "\n".join(self.lines) + "\n"


Worst = dict[str, tuple[int, float, str]]


def run_r() -> list[list[str]]:
    """R's lines, cut at the tabs."""
    if shutil.which("Rscript") is None:
        sys.exit(
            "Not run: R is not installed (apt-get install r-cran-metafor r-cran-metadat r-cran-numderiv)."
        )
    done = subprocess.run(["Rscript", str(REFERENCE)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"Not run: R ended with\n{done.stderr}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def tabbed(names: str) -> str:
    """The head line; names of studies hold commas, so tabs stand between the cells."""
    return names.replace(",", "\t")


def cases(lines: list[list[str]]) -> list[Case]:
    """Every data set in R's order."""
    found: list[Case] = []
    for kind, *cells in lines:
        if kind == "model":
            found.append(Case(kind=kind, name=cells[0], measure=cells[1], lines=[tabbed(cells[2])]))
        elif kind == "network":
            found.append(Case(kind=kind, name=cells[0], measure="network", lines=[tabbed(cells[1])]))
        elif kind == "row":
            found[-1].lines.append("\t".join(cells))
        elif kind == "fit":
            found[-1].fits.append(cells)
        elif kind == "reference":
            found[-1].reference = cells[0]
    return found


def note(worst: Worst, quantity: str, ours: float, theirs: float, where: str) -> None:
    """Take one comparison in."""
    zero = quantity.endswith("tau2") and max(ours, theirs) < NO_SPREAD
    difference = 0.0 if zero else abs(ours - theirs) / max(abs(ours), abs(theirs), SMALLEST)
    count, largest, at = worst[quantity]
    told = f"{where}: {ours:.12g} against {theirs:.12g}"
    worst[quantity] = (count + 1, max(largest, difference), told if difference > largest else at)


def compare_model(case: Case, worst: Worst) -> None:
    """One binomial-normal model: effect, standard error, spread."""
    found = pool_counts(parse_study_table(case.text), Measure(case.measure), CountsMethod.GLMM)
    assert found.tau2 is not None
    effect, se, tau2 = (float(cell) for cell in case.fits[0])
    kind = f"GLMM {case.measure}"
    for name, ours, theirs in (
        ("effect", found.effect, effect),
        ("se", found.se, se),
        ("tau2", found.tau2, tau2),
    ):
        note(worst, f"{kind} {name}", ours, theirs, case.name)


def compare_network(case: Case, worst: Worst) -> None:
    """One network with a common effect, then with random effects by REML: Q, spread, every effect and its error."""
    blocks, _ = trials_from(parse_study_table(case.text))
    network = build_network(blocks, case.reference)
    for model, fit in zip((Model.COMMON, Model.RANDOM), case.fits, strict=True):
        found = pool_network(network, model=model, tau2_method=NetworkTau2.REML)
        names = fit[0].split(",")
        numbers = np.array([float(cell) for cell in fit[1:]])
        places = [found.treatments.index(name) for name in names]
        errors = np.sqrt(np.diag(found.covariance))
        kind = f"network {model.value}"
        if model is Model.COMMON:
            note(worst, f"{kind} Q", found.q, numbers[0], case.name)
        else:
            note(worst, f"{kind} tau2", found.tau2 or 0.0, numbers[1], case.name)
        for place, theirs, error in zip(
            places, numbers[2 : 2 + len(names)], numbers[2 + len(names) :], strict=True
        ):
            where = f"{case.name} {found.treatments[place]}"
            note(worst, f"{kind} effect", float(found.effects[place]), float(theirs), where)
            note(worst, f"{kind} se", float(errors[place]), float(error), where)


def main() -> None:
    """Print the worst relative difference a quantity and where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, help="lines that metafor_models.R wrote before")
    kept = parser.parse_args().reference
    lines = [line.split("\t") for line in kept.read_text().splitlines()] if kept else run_r()
    worst: Worst = defaultdict(lambda: (0, 0.0, ""))
    found = cases(lines)
    for case in found:
        (compare_model if case.kind == "model" else compare_network)(case, worst)
    (_, metafor, metadat, lme4), *_ = [line for line in lines if line[0] == "version"]
    print(f"metafor {metafor}, metadat {metadat}, lme4 {lme4}: {len(found)} data sets.")
    print(f"{'quantity':22}{'compared':>9}{'worst':>10}  where (ours against R's)")
    for quantity, (count, difference, where) in worst.items():
        print(f"{quantity:22}{count:9}{difference:10.1e}  {where}")
    top = max(difference for _, difference, _ in worst.values())
    sys.exit(0 if top <= LIMIT else f"The worst difference, {top:.1e}, is above {LIMIT:g}.")


if __name__ == "__main__":
    main()
