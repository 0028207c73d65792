"""What the tip pushes against: tissue that answers a force with acceleration. Exchangeable."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
        self._state = np.zeros(4)
        self._blocked_n = 0.0

    def place(self, contact: Contact) -> None:
        """Rest at a segment; one that was not described has default tissue."""
        self._yield()
        self._segment = contact.segment
        tissue = self._tissues.get(contact.segment, Tissue())
        met = exp(self._random.gauss(0.0, tissue.repositioning_sd)) if tissue.repositioning_sd else 1.0
        self._model = _discrete(replace(tissue, stiffness_n_m=tissue.stiffness_n_m * met))
        self._state = np.zeros(4)
        self._blocked_n = 0.0

    def step(self, blocked_n: float) -> PlantResponse:
        """Advance 100 µs."""
        model, rise_n = self._model, blocked_n - self._blocked_n
        self._state = (
            model.step_matrix @ self._state + model.held_input * self._blocked_n + model.rising_input * rise_n
        )
        self._hard_pulses += self._blocked_n <= YIELD_N < blocked_n
        self._blocked_n = blocked_n
        acceleration_m_s2, force_n = self._model.outputs @ self._state
        return PlantResponse(
            force_n=float(force_n), acceleration_m_s2=float(acceleration_m_s2 + blocked_n / TIP_MASS_KG)
        )

    def _yield(self) -> None:
        """What the contact before this one did to its segment."""
        tissue = self._tissues.get(self._segment)
        if tissue is not None and tissue.yields:
            kept = (1.0 - tissue.yields) ** self._hard_pulses
            self._tissues[self._segment] = replace(tissue, stiffness_n_m=tissue.stiffness_n_m * kept)
        self._hard_pulses = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """State: tip position and velocity, segment position and velocity (m, m/s)."""

    step_matrix: F64 = field(repr=False)
    held_input: F64 = field(repr=False)
    rising_input: F64 = field(repr=False)
    outputs: F64 = field(repr=False)


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
        step_matrix=step[:4, :4],
        held_input=step[:4, 4],
        rising_input=step[:4, 5],
        outputs=np.array([tip_row, skin_force]),
    )
