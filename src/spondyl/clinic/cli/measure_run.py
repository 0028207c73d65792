"""Carry out ``spondyl measure``: find the films, plan the tasks, choose where they run."""

import os
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from spondyl.clinic.cli.leave import how_to_resume, leave
from spondyl.clinic.cli.terminal import Totals, watch
from spondyl.clinic.cohort.journal import Journal
from spondyl.clinic.cohort.local_pool import measure_on_cores
from spondyl.clinic.cohort.report_folder import REPORTS, report_names
from spondyl.clinic.cohort.run import (
    ClusterError,
    ClusterLostError,
    Measure,
    RunFolderError,
    measure_into,
    run_cohort,
)
from spondyl.clinic.cohort.task import FilmRecord, FilmTask, WorkSetup, task_key
from spondyl.clinic.cohort.worker import measure_with, record_of
from spondyl.clinic.compose import LazyDetector, open_tools
from spondyl.clinic.exit_codes import ExitCode
from spondyl.clinic.landmark_file import LandmarkChoice, names_for
from spondyl.clinic.measure_film import MissingModelError
from spondyl.clinic.one_patient import why_not_one_patient
from spondyl.clinic.report import FORMATS
from spondyl.clinic.settings import Settings
from spondyl.radiograph import film_paths, printable

REPORTED_FILMS = 20
"""Up to this many films get every report by default; a larger cohort gets its tables only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRequest:
    """What the person asked for."""

    paths: tuple[Path, ...]
    out: Path | None
    landmarks: Path | None
    json_lines: bool
    resume: bool
    jobs: int
    cluster: str | None
    formats: str | None
    settings: Settings


def run_request(request: MeasureRequest) -> Totals:
    """Measure what was asked for; a request that contradicts itself ends with a usage error."""
    films = _films(request)
    _check(request, films)
    setup = _setup(request, films)
    totals = Totals(reports_unasked=request.formats is None and not setup.formats)
    watcher = watch(totals, json_lines=request.json_lines)
    try:
        with watcher as told:
            tasks = _tasks(
                films, setup, LandmarkChoice(path=request.landmarks) if request.landmarks else None
            )
            measure = _where(request, setup, films=len(films))
            if request.out is None:
                with TemporaryDirectory(prefix="spondyl-") as folder:
                    journal, reports = Journal(Path(folder)), Path(folder, REPORTS)
                    measure_into(journal, tasks, measure=measure, watcher=told, reports=reports)
            else:
                run_cohort(tasks, out=request.out, measure=measure, watcher=told, resume=request.resume)
    except (RunFolderError, ClusterError) as error:
        leave(ExitCode.USAGE, str(error))
    except ClusterLostError as error:
        leave(ExitCode.INTERRUPTED, f"{error} {how_to_resume(request.out)}")
    except MissingModelError as error:
        leave(ExitCode.INSTALLATION_INCOMPLETE, str(error))
    return totals


def _films(request: MeasureRequest) -> list[str]:
    """Every film once, also where two paths name it; pictures among the reports of an earlier run are no films.

    Films beside them are: ``--out`` may be the very folder that holds the films.
    """
    reports = (request.out / REPORTS).resolve() if request.out else None
    passed: Counter[str] = Counter()
    first: dict[str, str] = {}
    for path in film_paths(request.paths, passed_over=lambda file: passed.update([file.suffix.lower()])):
        if reports is None or reports not in path.resolve().parents:
            first.setdefault(os.path.abspath(path), str(path))  # noqa: PTH100 (links are kept: each is a film)
    if passed:
        typer.echo(_told_passed_over(passed), err=True)
    if not first:
        where = ", ".join(printable(str(path)) for path in request.paths)
        leave(ExitCode.NO_FILMS, f"No film was found in {where}. DICOM, PNG, JPEG and TIFF are read.")
    return sorted(first.values())


def _told_passed_over(passed: Counter[str]) -> str:
    """Films may be lost among files that are not read: a person should know, and a script's results stay the same."""
    files = ", ".join(f"{count} {suffix}" for suffix, count in sorted(passed.items()))
    return f"Passed over: {files}. Films in them are not measured: save pictures as PNG, unpack archives."


def _check(request: MeasureRequest, films: Sequence[str]) -> None:
    one_file_for_many = request.landmarks and not request.landmarks.is_dir() and len(films) > 1
    complaints = {
        "--resume needs --out: the folder of the run to go on with.": request.resume and not request.out,
        "--formats needs --out: a folder to write the reports to.": request.formats and not request.out,
        f"--landmarks names one file, but there are {len(films)} films. Give a folder of files.": one_file_for_many,
        f"--sign confirms one film that you have checked, but there are {len(films)}.": (
            request.settings.signature and len(films) > 1
        ),
    }
    for complaint, applies in complaints.items():
        if applies:
            leave(ExitCode.USAGE, complaint)
    _check_one_patient(request.settings, films)


def _check_one_patient(settings: Settings, films: Sequence[str]) -> None:
    """An identifier, an age and a sex are one person's: on another's film they would be false."""
    stated = settings.stated
    given = {"--patient": stated.patient_id, "--age": stated.age_years, "--sex": stated.sex}
    used = [name for name, value in given.items() if value is not None]
    if not used or len(films) == 1:
        return
    with open_tools(settings) as tools:
        why = why_not_one_patient([Path(film) for film in films], tools.reader)
    if why:
        leave(
            ExitCode.USAGE,
            f"{', '.join(used)}: this is about one patient, but of {len(films)} films {why} Measure each patient's "
            "films in a run of their own, and films that do not name a patient one at a time.",
        )


def _setup(request: MeasureRequest, films: Sequence[str]) -> WorkSetup:
    alone = len(films) == 1
    # More threads than cores wait for each other: sixteen on two took four times as long.
    threads = min(request.jobs, len(os.sched_getaffinity(0))) if alone else 1
    settings = replace(request.settings, threads=threads)
    formats = _formats(request.formats, films) if request.out else ()
    reports = (request.out / REPORTS).absolute() if request.out and formats else None
    return WorkSetup(settings=settings, reports=reports, formats=formats)


def _formats(asked: str | None, films: Sequence[str]) -> tuple[str, ...]:
    if asked is None:
        return tuple(FORMATS) if len(films) <= REPORTED_FILMS else ()
    if asked in ("all", "none"):
        return tuple(FORMATS) if asked == "all" else ()
    names = tuple(name.strip().lower() for name in asked.split(","))
    unknown = [name for name in names if name not in FORMATS]
    if unknown:
        leave(
            ExitCode.USAGE,
            f"--formats does not know {', '.join(unknown)}; it takes {', '.join(FORMATS)}, all, none.",
        )
    return tuple(name for name in FORMATS if name in names)


def _tasks(films: Sequence[str], setup: WorkSetup, choice: LandmarkChoice | None) -> list[FilmTask]:
    files = {film: choice.file_for(Path(film)) if choice else None for film in films}
    _check_one_film_a_file(files)
    if choice:
        _tell_of_files(files, choice)
    names = report_names(films)
    model_id = None
    if None in files.values():
        model_id = LazyDetector(weights_dir=setup.settings.weights_dir, threads=1).model_id
    return [
        FilmTask(
            film=film,
            path=Path(film).absolute(),
            landmarks=file.absolute() if file else None,
            report_name=names[film],
            key=task_key(setup=setup, model_id=model_id, landmarks=file, report_name=names[film]),
        )
        for film, file in files.items()
    ]


def _tell_of_files(files: Mapping[str, Path | None], choice: LandmarkChoice) -> None:
    """Say where the detector marks films that were to be measured with a person's points; not one file: a mistake."""
    found = len(files) - list(files.values()).count(None)
    if not found:
        film = Path(next(iter(files)))
        leave(
            ExitCode.USAGE,
            printable(
                f"No landmark file in {choice.path} is named after a film: {film.name} would need "
                f"{' or '.join(names_for(film))}. Nothing was measured; without --landmarks the detector marks films."
            ),
        )
    if found < len(files):
        words = f"{found} of {len(files)} films had a landmark file; the detector marks the others."
        typer.echo(words, err=True)


def _check_one_film_a_file(files: Mapping[str, Path | None]) -> None:
    """Two films of one name, as every patient's folder may hold, must not be measured with one film's points."""
    first: dict[Path, str] = {}
    for film, file in files.items():
        if file is not None and file in first:
            leave(
                ExitCode.USAGE,
                printable(
                    f"The landmark file {file} fits two films by its name: {first[file]} and {film}. Its points are "
                    "those of one of them. Rename one film with its file, or measure their folders one at a time."
                ),
            )
        if file is not None:
            first[file] = film


def _where(request: MeasureRequest, setup: WorkSetup, *, films: int) -> Measure:
    """A cluster when one is named; this process for one film, which then needs no second one; else all cores."""
    if request.cluster:
        return _on_cluster(request.cluster, setup)
    if films == 1:
        return lambda tasks: _measure_here(tasks, setup)
    return lambda tasks: measure_on_cores(tasks, setup=setup, jobs=min(request.jobs, films))


def _on_cluster(address: str, setup: WorkSetup) -> Measure:
    try:
        from spondyl.clinic.cohort.dask_cluster import measure_on_cluster
    except ImportError:
        leave(ExitCode.INSTALLATION_INCOMPLETE, "--cluster needs Dask: pip install dask distributed.")
    return lambda tasks: measure_on_cluster(tasks, setup=setup, address=address)


def _measure_here(tasks: Iterable[FilmTask], setup: WorkSetup) -> Generator[FilmRecord]:
    with open_tools(setup.settings) as tools:
        for task in tasks:
            yield record_of(measure_with(tools, setup, task), setup=setup, task=task)
