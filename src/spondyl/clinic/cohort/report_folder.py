"""The folder of each film's reports: its name, which is one plain name whatever the film is called, and its files."""

import json
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from spondyl.atomic_file import write_whole
from spondyl.clinic.cohort.task import ReportFile, file_state, is_unchanged, report_of
from spondyl.clinic.report import write_report
from spondyl.clinic.result import FilmResult
from spondyl.radiograph import printable

REPORTS = "reports"
"""The folder inside ``--out`` that holds them all."""

NOTE = ".unrecorded"
"""In a film's folder until the run is through: the reports that were written there."""

STEM_BYTES = 180
"""A name may have 255 bytes: the stem leaves room for a number, ``.small.png`` and the name of an unfinished part."""


def report_stem(film: str) -> str:
    """What a film's reports are called: its stem, in text, not too long, and never hidden or a way out of a folder.

    >>> report_stem("films/anna.ap.dcm")
    'anna.ap'
    >>> report_stem("films/...dcm")
    '__'
    """
    stem = printable(Path(film).stem)
    shown = stem.lstrip(".")
    whole = "_" * (len(stem) - len(shown)) + shown
    return whole.encode()[:STEM_BYTES].decode(errors="ignore")


def report_names(films: Sequence[str]) -> dict[str, str]:
    """A folder name for each film, no two alike: its stem, numbered where films share one."""
    stems = {film: report_stem(film) for film in films}
    counts = Counter(stems.values())
    taken = set(counts)
    names: dict[str, str] = {}
    for film, stem in stems.items():
        name, number = stem, 1
        while counts[stem] > 1 and name in taken:
            name, number = f"{stem}-{number}", number + 1
        taken.add(name)
        names[film] = name
    return names


def write_report_folder(
    result: FilmResult, folder: Path, *, source: Path, formats: tuple[str, ...]
) -> tuple[ReportFile, ...]:
    """Write the reports of the film at ``source`` into ``folder``, which appears whole or not at all.

    With them comes a note of what they are: a run that is killed before the film's record is on the disk leaves no
    reports that nobody knows.
    """
    part = _part_of(folder)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    is_dicom = result.radiograph is not None and result.radiograph.sop_uid is not None
    stem = report_stem(str(source))
    written = write_report(result, part, stem=stem, formats=formats, dicom_path=source if is_dicom else None)
    states = {f"{folder.name}/{path.name}": file_state(path) for path in written}
    reports = tuple(ReportFile(name=name, file=state) for name, state in states.items() if state)
    write_whole(part / NOTE, json.dumps([asdict(one) for one in reports]).encode())
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    return reports


def are_in_place(reports: Iterable[ReportFile], folder: Path) -> bool:
    """True when each report lies in the run's reports ``folder`` as it was written: no other film's took its place."""
    return all(is_unchanged(folder / report.name, report.file) for report in reports)


def remove_unrecorded(folder: Path, *, owned: Collection[str]) -> None:
    """Remove what killed runs began to write, or wrote and never recorded; once all is recorded, every note too."""
    remove_unfinished(folder)
    for note in folder.glob(f"*/{NOTE}"):
        for report in _noted(note):
            path = folder / report.name
            if report.name not in owned and is_unchanged(path, report.file):
                path.unlink()
        note.unlink()
        _remove_empty(note.parent)


def remove_unfinished(folder: Path) -> None:
    """Remove what a stopped run had begun to write: on a full disk it would be in the way of the next one."""
    for part in folder.glob(".*.part"):
        shutil.rmtree(part, ignore_errors=True)


def _noted(note: Path) -> list[ReportFile]:
    """What a note names; nothing where it is none of ours."""
    try:
        return [report_of(one) for one in json.loads(note.read_bytes())]
    except (ValueError, KeyError, TypeError):
        return []


def remove_disowned(written: Iterable[ReportFile], folder: Path, *, owned: Collection[str]) -> None:
    """Remove what was ``written`` by earlier runs and is no longer ``owned``; what a person changed or added stays."""
    for report in written:
        path = folder / report.name
        if report.name not in owned and is_unchanged(path, report.file):
            path.unlink()
            _remove_empty(path.parent)
    _remove_empty(folder)


def _remove_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()


def remove_report_folder(folder: Path) -> None:
    """Remove a film's reports, finished or not: what an earlier run wrote tells of another result."""
    for left in (folder, _part_of(folder)):
        shutil.rmtree(left, ignore_errors=True)


def _part_of(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.part")
