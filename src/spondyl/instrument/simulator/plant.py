"""What the tip pushes against: tissue that answers a force with acceleration. Exchangeable."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
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
    """Tissue under a tip. ``step`` is called every 100 µs while a pulse and its ringing last."""

    @abstractmethod
    def place(self, contact: Contact) -> None:
        """The tip comes to rest at a contact."""

    @abstractmethod
    def step(self, blocked_n: float) -> PlantResponse:
        """One step under the actuator's force as it would be against a wall; moving tissue receives less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tissue:
    """One segment as mass, spring and damper behind skin. Defaults: effective single segment, recalled, unverified."""

    mass_kg: float = 0.5
    stiffness_n_m: float = 30_000.0
    damping_ratio: float = 0.3
    skin_stiffness_n_m: float = 60_000.0
    skin_damping_ns_m: float = 60.0


TIP_MASS_KG = 0.01
ACTUATOR_STIFFNESS_N_M = 5_000.0
"""The actuator gives way: delivered force is the blocked force less this times the tip's travel."""


class TissuePlant(Plant):
    """Linear tissue for each segment, solved exactly between steps (matrix exponential, force held within a step)."""

    def __init__(self, tissues: Mapping[str, Tissue] | None = None) -> None:
        self._tissues = dict(tissues or {})
        self._models: dict[Tissue, _Model] = {}
        self._model = self._model_of(Tissue())
        self._state = np.zeros(4)

    def place(self, contact: Contact) -> None:
        """Rest at a segment; one that was not described has default tissue."""
        self._model = self._model_of(self._tissues.get(contact.segment, Tissue()))
        self._state = np.zeros(4)

    def step(self, blocked_n: float) -> PlantResponse:
        """Advance 100 µs."""
        self._state = self._model.step_matrix @ self._state + self._model.step_input * blocked_n
        acceleration_m_s2, force_n = self._model.outputs @ self._state
        return PlantResponse(
            force_n=float(force_n), acceleration_m_s2=float(acceleration_m_s2 + blocked_n / TIP_MASS_KG)
        )

    def _model_of(self, tissue: Tissue) -> "_Model":
        if tissue not in self._models:
            self._models[tissue] = _discrete(tissue)
        return self._models[tissue]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """State: tip position and velocity, segment position and velocity (m, m/s)."""

    step_matrix: F64 = field(repr=False)
    step_input: F64 = field(repr=False)
    outputs: F64 = field(repr=False)


def _discrete(tissue: Tissue) -> _Model:
    """Zero-order hold of the two-mass model: expm([[A, b], [0, 0]] dt) = [[Ad, bd], [0, 1]] (Van Loan 1978)."""
    skin = np.array([tissue.skin_stiffness_n_m, tissue.skin_damping_ns_m])
    skin_force = np.array([skin[0], skin[1], -skin[0], -skin[1]])
    own_damping = 2.0 * tissue.damping_ratio * sqrt(tissue.stiffness_n_m * tissue.mass_kg)
    own_force = np.array([0.0, 0.0, tissue.stiffness_n_m, own_damping])
    tip_row = (-skin_force - np.array([ACTUATOR_STIFFNESS_N_M, 0.0, 0.0, 0.0])) / TIP_MASS_KG
    system = np.zeros((5, 5))
    system[0, 1] = system[2, 3] = 1.0
    system[1, :4] = tip_row
    system[3, :4] = (skin_force - own_force) / tissue.mass_kg
    system[1, 4] = 1.0 / TIP_MASS_KG
    step = np.asarray(expm(system * STEP_US * 1e-6), dtype=np.float64)
    return _Model(step_matrix=step[:4, :4], step_input=step[:4, 4], outputs=np.array([tip_row, skin_force]))
