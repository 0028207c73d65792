"""Run cohorts of double films in tests, and compare what they leave."""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from doubles import open_double_tools
from spondyl.clinic.cohort.report_folder import report_names
from spondyl.clinic.cohort.run import Measure, Watcher, run_cohort
from spondyl.clinic.cohort.task import FilmRecord, FilmTask, WorkSetup, task_key
from spondyl.clinic.cohort.worker import measure_task
from spondyl.clinic.settings import Settings

SETUP = WorkSetup(settings=Settings(), make_tools=open_double_tools)


def write_films(folder: Path, texts: dict[str, str]) -> list[str]:
    """Write double films; returns their paths in order."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text)
    return sorted(str(folder / name) for name in texts)


def tasks_for(films: Iterable[str], setup: WorkSetup = SETUP) -> list[FilmTask]:
    films = list(films)
    names = report_names(films)
    key = task_key(setup=setup, model_id="double-1", landmarks=None, report_name="")
    return [
        FilmTask(film=film, path=Path(film).absolute(), landmarks=None, report_name=names[film], key=key)
        for film in films
    ]


@dataclass
class Seen:
    """What a watcher was told, and which films were really measured."""

    reused: int = 0
    told: list[str] = field(default_factory=list)
    measured: list[str] = field(default_factory=list)

    def watcher(self) -> Watcher:
        return Watcher(
            started=lambda _films, reused: setattr(self, "reused", reused),
            finished=lambda record: self.told.append(record.film),
            ticked=lambda: None,
        )


def here(seen: Seen, *, stop_after: int | None = None) -> Measure:
    """Measure in this process; with ``stop_after`` the run is interrupted after so many films."""

    def measure(tasks: Iterator[FilmTask]) -> Generator[FilmRecord]:
        for task in tasks:
            if stop_after is not None and len(seen.measured) >= stop_after:
                raise KeyboardInterrupt
            seen.measured.append(task.film)
            yield measure_task(SETUP, task)

    return measure


def run(films: list[str], out: Path, *, resume: bool = False, stop_after: int | None = None) -> Seen:
    seen = Seen()
    measure = here(seen, stop_after=stop_after)
    run_cohort(tasks_for(films), out=out, measure=measure, watcher=seen.watcher(), resume=resume)
    return seen


def final_bytes(out: Path) -> dict[str, bytes]:
    """Every final file of a run: JSON Lines, Parquet, manifest."""
    files = [out / "results.jsonl", out / "manifest.json", *sorted((out / "tables").rglob("*.parquet"))]
    return {str(file.relative_to(out)): file.read_bytes() for file in files}
