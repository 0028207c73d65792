"""Answers a session's commands from tissue alone, without wire, firmware or clock; every answer can be bent."""

import hashlib
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from math import pi, sin

import numpy as np
import pytest

from spondyl.biomechanics import Abstention, SegmentEstimate
from spondyl.instrument import CONTRAINDICATIONS, Answer, Contact, Gate, Limits, Waveform, cap_n
from spondyl.instrument.simulator import Tissue, TissuePlant
from spondyl.treatment.adjustment import (
    Ask,
    Command,
    Decision,
    Denied,
    Device,
    Done,
    Fire,
    Fired,
    Hear,
    InContact,
    Note,
    Open,
    Opened,
    Outcome,
    Place,
    Plan,
    Reading,
    Rest,
    Rested,
    Rule,
    Told,
    session,
)
from spondyl.treatment.adjustment.probing import read_probe

CLEAR = Gate(consent=Answer.YES, answers=dict.fromkeys(CONTRAINDICATIONS, Answer.NO))
PRELOAD_READINGS = 8


def plan(**changes: object) -> Plan:
    """A small session that treats L3 by the clinician's choice."""
    chosen = {
        "session": 5,
        "segments": ("L2", "L3", "L4"),
        "rule": Rule.CLINICIAN,
        "chosen": "L3",
        "limits": Limits(maximum_n=80.0),
        "gate": CLEAR,
        "probes": 2,
        "pulses": 2,
        "courses": 3,
    }
    return Plan(**(chosen | changes))  # type: ignore[arg-type]


@dataclass
class Patient:
    """Tissue by segment; ``pain`` is told in turn when asked, the last one for ever; ``says`` is said unasked, by the
    number of pulses before."""

    tissues: dict[str, Tissue] = field(default_factory=dict)
    pain: list[int] = field(default_factory=lambda: [2])
    says: dict[int, int] = field(default_factory=dict)
    seed: int = 0
    simulated: bool = True

    def __post_init__(self) -> None:
        self.plant = TissuePlant(self.tissues, seed=self.seed)
        self.random = np.random.default_rng(self.seed)
        self.preload_n = 0.0
        self.sequence = 0
        self.limits = Limits()

    def answer(self, command: Command) -> Reading:
        if isinstance(command, Open):
            return Opened(name="patient", simulated=self.simulated)
        if isinstance(command, Place):
            self.plant.place(Contact(segment=command.segment))
            self.preload_n = command.preload_n
            return InContact(preload_n=command.preload_n + 0.1)
        if isinstance(command, Fire):
            return self.fire(command)
        if isinstance(command, Ask):
            told = self.pain.pop(0) if len(self.pain) > 1 else self.pain[0]
            return Told(pain=told, wants_stop=False)
        if isinstance(command, Hear) and self.sequence in self.says:
            return Told(pain=self.says[self.sequence], wants_stop=False)
        return Rested(force_n=0.0) if isinstance(command, Rest) else Done()

    def fire(self, command: Fire) -> Fired | Denied:
        self.sequence += 1
        phases = np.arange(401) * 100.0 / command.duration_us
        points = [
            self.plant.step(command.commanded_n * sin(pi * phase) if phase <= 1.0 else 0.0)
            for phase in phases[1:]
        ]
        force_n = np.array([0.0, *(one.force_n for one in points)]) + self.preload_n
        acceleration = np.array([0.0, *(one.acceleration_m_s2 for one in points)])
        noise_n = self.random.normal(0.0, 0.05, 401)
        waveform = Waveform(
            sequence=self.sequence,
            interval_us=100,
            duration_us=command.duration_us,
            preload_n=self.preload_n + float(self.random.normal(0.0, 0.05 / PRELOAD_READINGS**0.5)),
            completed=True,
            simulated=True,
            force_n=np.maximum(force_n, 0.0) + noise_n,
            acceleration_m_s2=acceleration + self.random.normal(0.0, 0.5, 401),
        )
        return Fired(
            cap_n=cap_n(command.segment, self.limits), charged_ns=waveform.impulse_ns, waveform=waveform
        )


Bend = Callable[[int, Command, Reading], Reading]


def play(of: Plan, patient: Patient, bend: Bend | None = None) -> tuple[Outcome, list[Command]]:
    """Run a session; ``bend`` may exchange the answer to the command of a number, counted from 1."""
    patient.limits = of.limits
    run, commands = session(of), []
    command = next(run)
    while True:
        commands.append(command)
        reading = patient.answer(command)
        if bend is not None:
            reading = bend(len(commands), command, reading)
        try:
            command = run.send(reading)
        except StopIteration as end:
            return end.value, commands


def decisions(commands: list[Command]) -> list[Decision]:
    """What was decided, in order."""
    return [one.decision for one in commands if isinstance(one, Note)]


_READ: dict[bytes, SegmentEstimate | Abstention] = {}


def _remembered(segment: str, waveform: Waveform, device: Device) -> SegmentEstimate | Abstention:
    asked = hashlib.sha256(pickle.dumps((segment, waveform, device))).digest()
    if asked not in _READ:
        _READ[asked] = read_probe(segment, waveform, device)
    return _READ[asked]


def remember_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A waveform that many sessions begin with is read once: the same, to the last bit, gives the same stiffness."""
    monkeypatch.setattr(sys.modules["spondyl.treatment.adjustment.session"], "read_probe", _remembered)
