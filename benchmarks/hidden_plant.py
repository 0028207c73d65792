"""How well stiffness is read on spines that the fit does not know, simulated by MuJoCo.

    python benchmarks/hidden_plant.py --count 1000 --keep build/hidden.jsonl

Each spine has its own joints and supports (25 % scatter of the whole, 15 % of each level, both of the logarithm), its
own skin, tone of up to +17 %, the tip off by up to ±3 mm and ±10°, and a preload that breathing moves by ±3 N. MuJoCo
moves it with finite rotations (Runge–Kutta). Read is the mean of three pulses of 50 N and 5 ms at one contact (noise is
drawn anew for each), at a segment from T1 to L5; the fit gets the norm's twin. The truth is the static stiffness of
that spine at the spinous process, straight from behind. ``--engine own`` is quicker, and shares the equations of motion
with the fit.
"""

import argparse
import math
import sys
from dataclasses import asdict, dataclass
from functools import cache, partial

import numpy as np

from many_seeds import add_options, each
from spondyl.biomechanics import (
    ANTERIOR,
    BodyState,
    Load,
    Probe,
    Segment,
    SensorNoise,
    SkinContact,
    SpineModel,
    TwinEstimate,
    build_spine_model,
    half_sine_n,
    identify_on_twin,
    modes_of,
    press,
)
from spondyl.biomechanics.mujoco_twin import mjcf_of

STEP_S, SAMPLES, FINE, TIP_KG = 1e-4, 600, 2, 0.1
PULSES = 3
NOISE = SensorNoise(force_sd_n=0.1 / math.sqrt(PULSES), acceleration_sd_m_s2=0.5 / math.sqrt(PULSES))
MUST_MEDIAN, MUST_P95, MUST_ABSTAIN, WRONG = 0.05, 0.15, 0.05, 0.20


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A spine and how the tip stands on it."""

    model: SpineModel
    load: Load
    skin: SkinContact

    @property
    def truth_n_mm(self) -> float:
        return self.model.static_stiffness_n_mm(self.load.segment)


def case_of(rng: np.random.Generator) -> Case:
    state = BodyState(
        tone=rng.uniform(0, 0.17),
        joint_factor=np.exp(rng.normal(0, 0.25) + rng.normal(0, 0.15, len(Segment))),
        support_factor=np.exp(rng.normal(0, 0.25) + rng.normal(0, 0.15, len(Segment))),
    )
    model, segment = build_spine_model(state=state), list(Segment)[rng.integers(7, 24)]
    skin = SkinContact(
        stiffness_n_mm=40 * rng.uniform(0.7, 1.5),
        damping_ns_m=25 * rng.uniform(0.7, 1.5),
        exponent=rng.uniform(1.3, 1.7),
    )
    aside, fine = np.tan(np.radians(rng.uniform(-10, 10, 2))), STEP_S / FINE
    load = Load(
        segment=segment,
        point_mm=model.contact_point_mm(segment) + np.array([rng.uniform(-3, 3), 0.0, rng.uniform(-3, 3)]),
        towards=np.array(ANTERIOR) + np.array([aside[0], 0.0, aside[1]]),
        force_n=half_sine_n(np.arange(SAMPLES * FINE) * fine, peak_n=50.0, width_s=5e-3),
        step_s=fine,
    )
    return Case(
        model=model, load=load, skin=skin.at_preload(20.0 + 3 * math.sin(rng.uniform(0, 2 * math.pi)))
    )


class MujocoBone:
    """The pushed point of a spine in MuJoCo: takes a force for one step, gives its way and speed along the push."""

    def __init__(self, case: Case) -> None:
        import mujoco

        self.mujoco = mujoco
        self.world = mujoco.MjModel.from_xml_string(
            mjcf_of(case.model, step_s=case.load.step_s, integrator="RK4")
        )
        self.state = mujoco.MjData(self.world)
        mujoco.mj_forward(self.world, self.state)
        index = case.load.segment.index
        self.body = len(Segment) - index
        self.arm = (case.load.point_mm - case.model.geometry.centres_mm[index]) * 1e-3
        self.along = case.load.towards / np.linalg.norm(case.load.towards)
        self.rest = self.point()
        self.jacobian = np.zeros((3, self.world.nv))

    def turned(self) -> np.ndarray:
        return np.array(self.state.xmat[self.body]).reshape(3, 3) @ self.arm

    def point(self) -> np.ndarray:
        return np.array(self.state.xpos[self.body]) + self.turned()

    def pushed(self, force_n: float) -> tuple[float, float]:
        wrench = force_n * np.concatenate([self.along, np.cross(self.turned(), self.along)])
        self.state.xfrc_applied[self.body] = wrench
        self.mujoco.mj_step(self.world, self.state)
        self.mujoco.mj_kinematics(self.world, self.state)
        self.mujoco.mj_comPos(self.world, self.state)
        point = self.point()
        self.mujoco.mj_jac(self.world, self.state, self.jacobian, None, point, self.body)
        return float((point - self.rest) @ self.along), float(self.jacobian @ self.state.qvel @ self.along)


def pressed_in_mujoco(case: Case) -> np.ndarray:
    """(n,) acceleration of the tip: trapezoidal rule, skin force of the middle of a step extrapolated (order 2)."""
    bone, step, force = MujocoBone(case), case.load.step_s, case.load.force_n
    place = speed = skin = before = 0.0
    out = np.empty(len(force))
    last = out[0] = force[0] / TIP_KG
    for i in range(1, len(force)):
        deep, fast = bone.pushed(skin + (skin - before) / 2)
        guess = 2 * skin - before
        for _ in range(4):
            now = (force[i] - guess) / TIP_KG
            v = speed + step / 2 * (last + now)
            x = place + step * speed + step**2 / 4 * (last + now)
            guess = case.skin.force_n(x - deep, v - fast) - case.skin.preload_n
        place, speed, last, before, skin = x, v, now, skin, guess
        out[i] = now
    return out


def probe_of(case: Case, engine: str, rng: np.random.Generator) -> Probe:
    if engine == "mujoco":
        clean = pressed_in_mujoco(case)
    else:
        clean = press(case.model, case.load, case.skin, modes=modes_of(case.model)).tip_acceleration_m_s2
    return Probe(
        segment=case.load.segment,
        step_s=STEP_S,
        force_n=case.load.force_n[::FINE] + rng.normal(0, NOISE.force_sd_n, SAMPLES),
        acceleration_m_s2=clean[::FINE] + rng.normal(0, NOISE.acceleration_sd_m_s2, SAMPLES),
        preload_n=case.skin.preload_n,
        tip_mass_kg=TIP_KG,
        noise=NOISE,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One spine: its truth, what the norm's twin would say, and what was read with its interval, or why not."""

    segment: str
    truth_n_mm: float
    alone_n_mm: float
    read_n_mm: tuple[float, float, float] | None
    refused: str = ""

    @property
    def text(self) -> str:
        if self.read_n_mm is None:
            return f"{self.segment}: {self.truth_n_mm:.1f} N/mm, refused: {self.refused}"
        value, low, high = self.read_n_mm
        return f"{self.segment}: {self.truth_n_mm:.1f} N/mm, read {value:.1f} ({low:.1f} to {high:.1f})"


@cache
def norm() -> SpineModel:
    """The twin of nobody in particular."""
    return build_spine_model()


def one(engine: str, seed: int) -> dict[str, object]:
    """The row of one spine."""
    rng = np.random.default_rng(seed)
    case = case_of(rng)
    found = identify_on_twin((probe_of(case, engine, rng),), norm())
    segment = case.load.segment
    is_read = isinstance(found, TwinEstimate)
    reading = found.stiffness_n_mm if is_read else None
    row = Row(
        segment=segment.value,
        truth_n_mm=case.truth_n_mm,
        alone_n_mm=norm().static_stiffness_n_mm(segment),
        read_n_mm=None if reading is None else (reading.value, reading.low, reading.high),
        refused="" if is_read else found.reason.value,
    )
    return asdict(row)


def tell(rows: list[Row], engine: str) -> bool:
    """Print the figures; whether a limit is broken."""
    read = [(row.truth_n_mm, *row.read_n_mm) for row in rows if row.read_n_mm is not None]
    refusals = [row.refused for row in rows if row.read_n_mm is None]
    errors = np.array([value / truth - 1 for truth, value, _, _ in read])
    held = sum(low <= truth <= high for truth, _, low, high in read)
    size, alone = np.abs(errors), np.abs([row.alone_n_mm / row.truth_n_mm - 1 for row in rows])
    median, p95 = float(np.median(size)), float(np.quantile(size, 0.95))
    wrong, abstained = int((size > WRONG).sum()), len(refusals) / len(rows)
    print(f"{len(rows)} spines, {engine}: median error {100 * median:.1f} % (must 5), ", end="")
    print(f"95th percentile {100 * p95:.1f} % (must 15), mean {100 * np.mean(errors):+.1f} %, ", end="")
    print(f"greatest {100 * size.max():.1f} %")
    print(
        f"errors over 20 % that were not flagged: {wrong} of {len(errors)}; refused {len(refusals)} ", end=""
    )
    print(f"({100 * abstained:.1f} %, must 5): {', '.join(sorted(set(refusals))) or 'none'}")
    print(f"95 % intervals hold {100 * held / len(errors):.1f} %; the twin alone: median error ", end="")
    print(f"{100 * np.median(alone):.1f} %, 95th percentile {100 * np.quantile(alone, 0.95):.1f} %")
    return median > MUST_MEDIAN or p95 > MUST_P95 or abstained > MUST_ABSTAIN


def main() -> None:
    """Print the figures; the exit code says whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engine", choices=["mujoco", "own"], default="mujoco")
    add_options(parser)
    asked = parser.parse_args()
    rows: list[Row] = []
    for seed, found in each(partial(one, asked.engine), range(asked.seed, asked.seed + asked.count), asked):
        rows.append(Row(**found))
        print(f"{seed} {rows[-1].text}", flush=True)
    sys.exit(tell(rows, asked.engine))


if __name__ == "__main__":
    main()
