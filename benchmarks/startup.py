"""How long ``spondyl --help`` takes, against starting Python itself, in one run."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

LIMIT_MS = 300.0
RUNS = 15


def wall_ms(command: list[str]) -> float:
    """Wall time of one run in milliseconds."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def median_ms(command: list[str]) -> float:
    """Median wall time of :data:`RUNS` runs, after one to warm the disk cache."""
    wall_ms(command)
    return statistics.median(wall_ms(command) for _ in range(RUNS))


def main() -> None:
    """Print the figures; the exit code says whether the limit holds."""
    spondyl = str(Path(sys.executable).with_name("spondyl"))
    python = median_ms([sys.executable, "-c", "pass"])
    found = {name: median_ms([spondyl, name]) for name in ("--help", "--version")}
    found["measure --help"] = median_ms([spondyl, "measure", "--help"])
    print(f"python -c pass            {python:6.0f} ms  1.0")
    for name, taken in found.items():
        print(f"spondyl {name:18}{taken:6.0f} ms  {taken / python:.1f}")
    sys.exit(found["--help"] > LIMIT_MS and f"spondyl --help takes more than {LIMIT_MS:.0f} ms.")


if __name__ == "__main__":
    main()
