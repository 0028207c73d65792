"""Instruments for tests: a simulator in this process, or in its own behind TCP, or behind a serial line."""

import time
from dataclasses import dataclass, field
from itertools import count

from spondyl.instrument import CONTRAINDICATIONS, Answer, Contact, Gate, Interlock, Limits, PulseShape
from spondyl.instrument.drivers import InProcessLink, WireInstrument
from spondyl.instrument.simulator import Bench, Firmware, TissuePlant, Wire

GATE = Gate(consent=Answer.YES, answers=dict.fromkeys(CONTRAINDICATIONS, Answer.NO))
SHAPE = PulseShape(peak_n=40.0, duration_us=4_000)
T7 = Contact(segment="T7")
SESSIONS = count(time.time_ns() // 10**6)
"""An instrument goes on counting in a session that it knows: another run needs other numbers (u64 in the protocol)."""


@dataclass
class Rig:
    """A simulator, its driver and an interlock over it."""

    maximum_n: float = 100.0
    gate: Gate = GATE
    seed: int = 0
    firmware: Firmware = field(init=False)
    wire: Wire = field(init=False)
    instrument: WireInstrument = field(init=False)
    interlock: Interlock = field(init=False)

    def __post_init__(self) -> None:
        self.firmware = Firmware(Bench(TissuePlant(), seed=self.seed))
        self.wire = Wire(self.firmware)
        self.instrument = WireInstrument(InProcessLink(self.wire))
        self.interlock = interlock_over(self.instrument, self.maximum_n, self.gate)

    def armed(self, contact: Contact = T7) -> "Rig":
        self.instrument.wait(20_000)
        self.interlock.open()
        self.interlock.arm(contact)
        self.instrument.wait(30_000)
        return self


def interlock_over(
    instrument: WireInstrument, maximum_n: float = 100.0, gate: Gate = GATE, *, simulated: bool = True
) -> Interlock:
    limits = Limits(maximum_n=maximum_n)
    return Interlock(instrument, session=next(SESSIONS), gate=gate, limits=limits, simulated=simulated)
