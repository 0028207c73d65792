"""What the tip pushes against: tissue that answers a force with acceleration. Exchangeable."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp, sqrt
from random import Random
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from spondyl.instrument.status import Contact

F64: TypeAlias = NDArray[np.float64]

STEP_US = 100
"""One step of plant and firmware during a pulse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantResponse:
    """Force on the skin above the preload, and acceleration of the tip."""

    force_n: float
    acceleration_m_s2: float


class Plant(ABC):
    """Tissue under a tip. ``step`` is called for every 100 µs while a pulse and its ringing last."""

    @abstractmethod
    def place(self, contact: Contact) -> None:
        """The tip comes to rest at a contact."""

    @abstractmethod
    def step(self, blocked_n: float) -> PlantResponse:
        """One step to the moment at which the actuator's force against a wall would be ``blocked_n``.

        The force runs straight from its last value to this one: an actuator cannot jump. Moving tissue receives less.
        """

    @abstractmethod
    def swing(self, steps: int) -> PlantResponse:
        """At least one step without a force of the actuator; the response at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tissue:
    """One segment as mass, spring and damper behind skin. Defaults: effective single segment, recalled, unverified.

    ``repositioning_sd``: standard deviation of the logarithm of stiffness from contact to contact. ``yields``: share of
    stiffness that a pulse of more than ``YIELD_N`` takes away; made up, to give a session something to find.
    """

    mass_kg: float = 0.5
    stiffness_n_m: float = 30_000.0
    damping_ratio: float = 0.3
    skin_stiffness_n_m: float = 60_000.0
    skin_damping_ns_m: float = 60.0
    repositioning_sd: float = 0.0
    yields: float = 0.0


TIP_MASS_KG = 0.01
ACTUATOR_STIFFNESS_N_M = 5_000.0
"""The actuator gives way: delivered force is the blocked force less this times the tip's travel."""

YIELD_N = 32.0
"""Made up: a weaker pulse changes nothing in tissue that yields."""


class TissuePlant(Plant):
    """Linear tissue for each segment, solved exactly between steps (matrix exponential, force linear within a step)."""

    def __init__(self, tissues: Mapping[str, Tissue] | None = None, *, seed: int = 0) -> None:
        self._tissues = dict(tissues or {})
        self._random = Random(seed)
        self._segment = ""
        self._hard_pulses = 0
        self._model = _discrete(Tissue())
        self._state = _STILL
        self._blocked_n = 0.0

    def place(self, contact: Contact) -> None:
        """Rest at a segment; one that was not described has default tissue."""
        self._yield()
        self._segment = contact.segment
        tissue = self._tissues.get(contact.segment, Tissue())
        met = exp(self._random.gauss(0.0, tissue.repositioning_sd)) if tissue.repositioning_sd else 1.0
        self._model = _discrete(replace(tissue, stiffness_n_m=tissue.stiffness_n_m * met))
        self._state = _STILL
        self._blocked_n = 0.0

    def step(self, blocked_n: float) -> PlantResponse:
        """Advance 100 µs. In single numbers: numpy's calls cost more than a matrix of four by four."""
        model, held_n = self._model, self._blocked_n
        self._state = x = _next_state(model.step_rows, self._state, held_n, blocked_n - held_n)
        if held_n <= YIELD_N < blocked_n:
            self._hard_pulses += 1
        self._blocked_n = blocked_n
        tip, skin = model.tip_row, model.skin_row
        return PlantResponse(
            force_n=skin[0] * x[0] + skin[1] * x[1] + skin[2] * x[2] + skin[3] * x[3],
            acceleration_m_s2=tip[0] * x[0]
            + tip[1] * x[1]
            + tip[2] * x[2]
            + tip[3] * x[3]
            + blocked_n / TIP_MASS_KG,
        )

    def swing(self, steps: int) -> PlantResponse:
        """Advance by steps of 100 µs; only the last response is put together."""
        self._state = _swung(self._model.step_rows, self._state, self._blocked_n, steps - 1)
        if steps > 1:
            self._blocked_n = 0.0
        return self.step(0.0)

    def _yield(self) -> None:
        """What the contact before this one did to its segment."""
        tissue = self._tissues.get(self._segment)
        if tissue is not None and tissue.yields:
            kept = (1.0 - tissue.yields) ** self._hard_pulses
            self._tissues[self._segment] = replace(tissue, stiffness_n_m=tissue.stiffness_n_m * kept)
        self._hard_pulses = 0


_State: TypeAlias = tuple[float, float, float, float]
"""Tip position and velocity, segment position and velocity (m, m/s)."""

_STILL: _State = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """``step_rows``: for each number of the state, its factors of the old state, the held force and the rise."""

    step_rows: tuple[tuple[float, ...], ...]
    tip_row: tuple[float, ...]
    skin_row: tuple[float, ...]


def _next_state(rows: tuple[tuple[float, ...], ...], x: _State, held_n: float, rise_n: float) -> _State:
    x0, x1, x2, x3 = x
    a, b, c, d = rows
    return (
        a[0] * x0 + a[1] * x1 + a[2] * x2 + a[3] * x3 + a[4] * held_n + a[5] * rise_n,
        b[0] * x0 + b[1] * x1 + b[2] * x2 + b[3] * x3 + b[4] * held_n + b[5] * rise_n,
        c[0] * x0 + c[1] * x1 + c[2] * x2 + c[3] * x3 + c[4] * held_n + c[5] * rise_n,
        d[0] * x0 + d[1] * x1 + d[2] * x2 + d[3] * x3 + d[4] * held_n + d[5] * rise_n,
    )


def _swung(rows: tuple[tuple[float, ...], ...], x: _State, held_n: float, steps: int) -> _State:
    """The state after steps at whose first the force falls from ``held_n`` to nothing."""
    for _ in range(steps):
        x = _next_state(rows, x, held_n, -held_n)
        held_n = 0.0
    return x


@lru_cache(maxsize=256)
def _discrete(tissue: Tissue) -> _Model:
    """First-order hold of the two-mass model: expm of [[A, b, 0], [0, 0, 1/dt], [0, 0, 0]] dt (Van Loan 1978)."""
    skin = np.array([tissue.skin_stiffness_n_m, tissue.skin_damping_ns_m])
    skin_force = np.array([skin[0], skin[1], -skin[0], -skin[1]])
    own_damping = 2.0 * tissue.damping_ratio * sqrt(tissue.stiffness_n_m * tissue.mass_kg)
    own_force = np.array([0.0, 0.0, tissue.stiffness_n_m, own_damping])
    tip_row = (-skin_force - np.array([ACTUATOR_STIFFNESS_N_M, 0.0, 0.0, 0.0])) / TIP_MASS_KG
    step_s = STEP_US * 1e-6
    system = np.zeros((6, 6))
    system[0, 1] = system[2, 3] = 1.0
    system[1, :4] = tip_row
    system[3, :4] = (skin_force - own_force) / tissue.mass_kg
    system[1, 4] = 1.0 / TIP_MASS_KG
    system[4, 5] = 1.0 / step_s
    step = np.asarray(expm(system * step_s), dtype=np.float64)
    return _Model(
        step_rows=tuple(tuple(map(float, row)) for row in step[:4]),
        tip_row=tuple(map(float, tip_row)),
        skin_row=tuple(map(float, skin_force)),
    )
