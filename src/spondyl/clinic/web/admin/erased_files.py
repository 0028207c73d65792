"""The files of a chart that is erased: listed before the erasure is committed, so that one cut short is finished."""

import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from spondyl.atomic_file import atomic_file
from spondyl.clinic.chart.people import PersonUnknownError, person
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.web.services import Services

FOLDER = "erasing"
_LOG = logging.getLogger(__name__)


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
    """Delete what a server that was ended in the middle left of erased charts; forget lists of those never erased.

    What hinders it is in the log, and it is tried again at the next start: the clinic opens all the same.
    """
    for path in sorted((services.data_dir / FOLDER).glob("*.json")):
        try:
            if _is_erased(services, path.stem):
                delete_listed(services.data_dir, path.stem)
            else:
                path.unlink()
        except (OSError, ValueError) as error:
            _LOG.error("Files of an erased chart, listed in %s, could not be deleted: %s", path, error)


def _is_erased(services: Services, person_id: str) -> bool:
    with reading(services.engine) as connection:
        try:
            return person(connection, person_id).erased_at is not None
        except PersonUnknownError:  # a list of another chart, from a backup
            return False


def _list_of(data_dir: Path, person_id: str) -> Path:
    return data_dir / FOLDER / f"{person_id}.json"
