"""The files of a chart that is erased: listed before the erasure is committed, so that one cut short is finished."""

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from spondyl.clinic.chart.people import PersonUnknownError, person
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.cohort.atomic_file import atomic_file
from spondyl.clinic.web.services import Services

FOLDER = "erasing"


def list_files(data_dir: Path, person_id: str, files: Iterable[Path]) -> None:
    """Write down which files go with a chart; on the disk when this returns. Their names tell nothing about anybody."""
    path = _list_of(data_dir, person_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    names = [one.relative_to(data_dir).as_posix() for one in files]
    with atomic_file(path, mode=0o600) as file:
        file.write(json.dumps(names).encode())


def delete_listed(data_dir: Path, person_id: str) -> None:
    """Delete the files of a chart that is erased, then their list."""
    path = _list_of(data_dir, person_id)
    for name in json.loads(path.read_bytes()):
        file = data_dir / name
        file.unlink(missing_ok=True)
        if file.parent.name == person_id:
            with suppress(OSError):  # another file of the patient is left
                file.parent.rmdir()
    path.unlink()


def finish_erasures(services: Services) -> None:
    """Delete what a server that was ended in the middle left of erased charts; forget lists of those never erased."""
    for path in sorted((services.data_dir / FOLDER).glob("*.json")):
        with reading(services.engine) as connection:
            try:
                is_erased = person(connection, path.stem).erased_at is not None
            except PersonUnknownError:  # a list of another chart, from a backup
                is_erased = False
        if is_erased:
            delete_listed(services.data_dir, path.stem)
        else:
            path.unlink()


def _list_of(data_dir: Path, person_id: str) -> Path:
    return data_dir / FOLDER / f"{person_id}.json"
