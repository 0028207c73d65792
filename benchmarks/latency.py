"""One film from file to JSON with the model loaded, on two threads, and where the time goes."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from spondyl.clinic.compose import open_tools
from spondyl.clinic.measure_film import MissingModelError, measure_film
from spondyl.clinic.phantom_patients import write_patients
from spondyl.clinic.report.json_lines import to_json_line
from spondyl.clinic.settings import Settings

LIMIT_MS = 800.0
RUNS = 20


def median_ms(work: Callable[[], object]) -> float:
    """Median wall time over :data:`RUNS` calls, after two to warm up, in milliseconds."""
    work()
    work()
    taken: list[float] = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Print the figures; the exit code says whether the limit holds."""
    settings = Settings(threads=2)
    films = [Path(name) for name in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder, open_tools(settings) as tools:
        film = films[0] if films else _phantom(Path(folder))
        try:
            print(f"model {tools.detector.model_id}")
        except MissingModelError as error:
            sys.exit(f"not measured: {error}")

        def whole() -> str:
            result = measure_film(film, reader=tools.reader, detector=tools.detector, settings=settings)
            return to_json_line(result)

        radiograph = tools.reader.read(film)
        read = median_ms(lambda: tools.reader.read(film))
        detect = median_ms(lambda: tools.detector.detect(radiograph))
        total = median_ms(whole)
    print(f"film {film.name}: {radiograph.pixels.shape[1]} x {radiograph.pixels.shape[0]} px")
    print(f"read {read:.0f} ms, detect {detect:.0f} ms, whole {total:.0f} ms (limit {LIMIT_MS:.0f} ms)")
    sys.exit(total > LIMIT_MS and "One film takes longer than the limit.")


def _phantom(folder: Path) -> Path:
    return next(film for film in write_patients(folder, patients=1, seed=1) if "_ap" in film.name)


if __name__ == "__main__":
    main()
