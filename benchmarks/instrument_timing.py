"""Time from a stop, a dead sensor and a stalled host to no force at the tip, in the instrument's own clock.

    python benchmarks/instrument_timing.py

Force is what the simulated patient feels, looked at every 100 µs. The stop comes as bytes at every 100 µs of a pulse
and its ringing; the sensor dies and the host stalls in every state with force.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "instrument"))

from rigs import Rig
from test_firmware_faults import bring, fire

from spondyl.instrument import State
from spondyl.instrument.protocol import STOP_BYTES
from spondyl.instrument.simulator import SensorFault

LOOK_US, WHOLE_PULSE_US = 100, 42_000
FORCED = (State.ARMED, State.PULSING, State.PAUSED)
MUST_STOP_US, MUST_WATCHDOG_US = 5_000, 20_000


def until(rig: Rig, done: Callable[[Rig], bool], limit_us: int = 2_000_000) -> int:
    """Microseconds until it is done."""
    began = rig.firmware.now_us
    while not done(rig):
        rig.firmware.advance(LOOK_US)
        if rig.firmware.now_us - began > limit_us:
            sys.exit(f"Still not after {limit_us} µs, in state {rig.firmware.state.name}.")
    return rig.firmware.now_us - began


def is_without_force(rig: Rig) -> bool:
    return rig.firmware.bench.true_force_n == 0.0


def stops() -> Iterator[int]:
    """Time to no force for a stop at every moment of a pulse; more than one pulse ends the run."""
    for at_us in range(0, WHOLE_PULSE_US, LOOK_US):
        rig = Rig().armed()
        fire(rig)
        rig.firmware.advance(at_us)
        rig.wire.receive(STOP_BYTES)
        yield until(rig, is_without_force)
        if rig.firmware.counters.count != 1:
            sys.exit("A stop was followed by another pulse.")


def dead_sensor(state: State) -> tuple[int, int]:
    """Time to the cut and to no force after the sensor fell silent."""
    rig = bring(state)
    rig.firmware.bench.fault = SensorFault.STALE
    cut = until(rig, lambda rig: rig.firmware.state is State.FAULT)
    return cut, cut + until(rig, is_without_force)


def stalled_host(state: State) -> tuple[int, int]:
    """Time to SAFE without a word from the host, and pulses begun within a stall of one second."""
    rig = bring(state)
    pulses, began = rig.firmware.counters.count, rig.firmware.now_us
    safe = until(rig, lambda rig: rig.firmware.state is State.SAFE and is_without_force(rig))
    rig.firmware.advance(max(0, began + 1_000_000 - rig.firmware.now_us))
    return safe, rig.firmware.counters.count - pulses


def main() -> None:
    """Print the figures; the exit code says whether the limits hold."""
    taken = list(stops())
    print(f"stop to no force, {len(taken)} moments: longest {max(taken) / 1e3:.1f} ms (must 5)")
    sensors = [dead_sensor(state) for state in FORCED]
    cut = max(cut for cut, _ in sensors)
    gone = max(gone for _, gone in sensors)
    print(f"dead sensor: cut after {cut / 1e3:.1f} ms, force gone after {gone / 1e3:.1f} ms (watchdog 20)")
    hosts = [stalled_host(state) for state in FORCED]
    safe, pulses = max(safe for safe, _ in hosts), sum(pulses for _, pulses in hosts)
    print(f"host stalled for 1 s: SAFE after {safe / 1e3:.1f} ms, {pulses} pulses begun (must 0)")
    late = max(taken) > MUST_STOP_US or cut > MUST_WATCHDOG_US + 1_000 or pulses > 0 or safe > 1_000_000
    sys.exit("A limit is broken." if late else 0)


if __name__ == "__main__":
    main()
