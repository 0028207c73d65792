"""A simulated patient, drawn from a seed: how stiff each segment is, where it hurts, and how it answers. Made up."""

from dataclasses import dataclass
from random import Random

from spondyl.instrument import SEGMENTS
from spondyl.instrument.simulator import Tissue

NORMAL_N_M = 30_000.0
"""Effective stiffness of a single segment, recalled, unverified."""

REPOSITIONING_SD = 0.03
"""Standard deviation of the logarithm of stiffness from contact to contact, about that of published bench tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedPatient:
    """``tissues`` by segment; ``pain`` 0 to 10 on pressing, of the segments asked about; ``spine`` says whose it
    is, where it is not the norm's."""

    seed: int
    tissues: dict[str, Tissue]
    pain: dict[str, int]
    spine: str = ""


def draw_patient(seed: int, segments: tuple[str, ...]) -> SimulatedPatient:
    """One segment is a third stiffer and yields a little with every pulse in two of three patients; one hurts most."""
    random = Random(seed)
    tissues = {name: _tissue(random, 1.0, yields=0.0) for name in SEGMENTS}
    stiff = random.choice(segments)
    yields = 0.06 if random.random() < 2 / 3 else 0.0
    tissues[stiff] = _tissue(random, 1.33, yields=yields)
    sore = stiff if random.random() < 0.7 else random.choice(segments)
    pain = {name: random.randint(0, 2) for name in segments}
    pain[sore] = random.randint(4, 7)
    return SimulatedPatient(seed=seed, tissues=tissues, pain=pain)


def _tissue(random: Random, times: float, *, yields: float) -> Tissue:
    return Tissue(
        stiffness_n_m=times * NORMAL_N_M * random.uniform(0.98, 1.02),
        damping_ratio=random.uniform(0.25, 0.35),
        skin_stiffness_n_m=60_000.0 * random.uniform(0.8, 1.25),
        repositioning_sd=REPOSITIONING_SD,
        yields=yields,
    )
