"""Random and mutated frames at firmware and driver: crashes, and pulses that no token asked for.

    python benchmarks/instrument_fuzz.py --count 1000000

Three quarters of the frames are true ones with bytes changed or lost, and a CRC that is mended half of
the time, so that the payload is reached; the rest is noise. The firmware stands armed at a contact.
"""

import argparse
import struct
import sys
import zlib
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "instrument"))

from rigs import Rig

from spondyl.instrument import InstrumentError, State
from spondyl.instrument.drivers import InProcessLink, WireInstrument
from spondyl.instrument.protocol import Frame, Kind, encode, stuff, unstuff


def true_frame(random: Random, epoch: int, sender: str) -> bytes:
    """A frame with random values; never a token that the firmware could accept: its impulse is wrong."""
    kind = random.choice([kind for kind in Kind if kind.sender == sender])
    size = kind.layout.size + kind.row_layout.size * random.choice([0, 1, 3])
    values = dict(
        zip(
            (one.name for one in kind.fields),
            kind.layout.unpack(random.randbytes(kind.layout.size)),
            strict=True,
        )
    )
    if kind is Kind.PULSE:
        values |= {"peak_n": 40.0, "duration_us": 4000, "impulse_ns": 1.0, "sequence": 1, "segment": 14}
    del size
    return encode(Frame(kind=kind, epoch=epoch, number=random.getrandbits(20), values=values))[:-1]


def harmed(random: Random, data: bytes) -> bytes:
    """Bytes changed, lost or repeated; half of the time with a CRC that fits again."""
    raw = bytearray(unstuff(data))
    for _ in range(random.choice([0, 1, 1, 2, 5])):
        raw[random.randrange(len(raw) - 4)] = random.getrandbits(8)
    if random.random() < 0.1:
        del raw[random.randrange(len(raw)) :]
    if len(raw) > 4 and random.random() < 0.5:
        raw[-4:] = struct.pack("<I", zlib.crc32(raw[:-4]))
    return stuff(bytes(raw))


def one(random: Random, epoch: int, sender: str) -> bytes:
    """One arrival."""
    if random.random() < 0.25:
        return random.randbytes(random.randrange(64)) + b"\0"
    return harmed(random, true_frame(random, epoch, sender)) + b"\0" * random.choice([0, 1, 1, 1, 2])


class NoiseLink(InProcessLink):
    """A link whose other end talks nonsense."""

    def __init__(self, random: Random) -> None:
        super().__init__(Rig().wire)
        self.random = random
        self.left = 0

    def receive(self, timeout_us: int) -> bytes:
        if self.left <= 0:
            return super().receive(timeout_us)
        self.left -= 1
        return one(self.random, 1, "instrument")


def fuzz_firmware(random: Random, count: int) -> int:
    """Pulses that began although no valid token came."""
    rig, unintended = Rig().armed(), 0
    for at in range(count):
        rig.wire.receive(one(random, rig.wire._epoch, "host"))
        unintended += rig.firmware.counters.last_sequence
        if at % 50 == 49:
            rig.firmware.advance(1_000)
        if rig.firmware.state is not State.ARMED and at % 200 == 199:
            rig = Rig(seed=at).armed()
    return unintended


def fuzz_driver(random: Random, count: int) -> int:
    """Crashes other than the typed errors; any other exception ends the run with its trace."""
    link = NoiseLink(random)
    instrument = WireInstrument(link)
    typed = 0
    for _ in range(count // 50):
        link.left = 50
        try:
            random.choice([instrument.status, instrument.samples, instrument.identify])()
        except InstrumentError:
            typed += 1
    return typed


def main() -> None:
    """Fuzz both ends, each with half of the frames."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = Random(options.seed)
    unintended = fuzz_firmware(random, options.count // 2)
    typed = fuzz_driver(random, options.count // 2)
    print(
        f"{options.count} frames: 0 crashes, {unintended} unintended pulses, {typed} typed errors at the driver"
    )
    sys.exit(unintended > 0)


if __name__ == "__main__":
    main()
