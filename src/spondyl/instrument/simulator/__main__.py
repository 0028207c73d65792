"""Run the simulator in a process of its own: ``python -m spondyl.instrument.simulator --port 0``."""

import argparse
import sys
from collections.abc import Mapping

from spondyl.instrument.caps import REGION_OF
from spondyl.instrument.simulator.bench import Bench
from spondyl.instrument.simulator.firmware import Firmware
from spondyl.instrument.simulator.plant import Tissue, TissuePlant
from spondyl.instrument.simulator.serve import serve
from spondyl.instrument.simulator.wire import Wire


def main() -> None:
    """Serve until the process is ended; the first line on standard output names the address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="TCP port on the loopback; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=0, help="of the sensor noise")
    parser.add_argument(
        "--stiffness", action="append", default=[], metavar="T7=45", help="stiffness of a segment in N/mm"
    )
    options = parser.parse_args()
    plant = TissuePlant(_tissues(parser, options.stiffness), seed=options.seed)
    firmware = Firmware(Bench(plant, seed=options.seed))
    serve(Wire(firmware), port=options.port, announce=_announce)


def _announce(address: str) -> None:
    sys.stdout.write(f"{address} (simulator)\n")
    sys.stdout.flush()


def _tissues(parser: argparse.ArgumentParser, words: list[str]) -> Mapping[str, Tissue]:
    found: dict[str, Tissue] = {}
    for word in words:
        segment, _, value = word.partition("=")
        if segment not in REGION_OF or not value.replace(".", "", 1).isdigit() or float(value) <= 0.0:
            parser.error(
                f"--stiffness {word}: write a segment from C1 to S1 and a number above 0, such as T7=45"
            )
        found[segment] = Tissue(stiffness_n_m=1000.0 * float(value))
    return found


if __name__ == "__main__":
    main()
