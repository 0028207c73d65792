"""Write a backup: the chart as an encrypted file, the films and the checkpoints, while the clinic runs."""

import hashlib
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from spondyl.clinic.backup.check import log_verdict, rows_in
from spondyl.clinic.backup.copy_chart import copy_as_it_is, copy_chart
from spondyl.clinic.backup.data_files import checkpoint_names, data_files
from spondyl.clinic.backup.manifest import (
    ANCHOR,
    CHART,
    MAKING,
    NAME,
    BackupUnusableError,
    sealed_manifest,
)
from spondyl.clinic.backup.seal import is_sealed, seal
from spondyl.clinic.chart.engine import embedded_url, is_embedded, open_engine, utc_now
from spondyl.clinic.chart.full_disk import is_full_disk
from spondyl.clinic.chart.migrations import newest_revision, present_revision, upgrade
from spondyl.clinic.chart.transaction import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade:
    """The rows in a backup that was written, and what is wrong with the audit log or the checkpoints in it."""

    rows: int
    problems: tuple[str, ...]


def make_backup(engine: sa.Engine, data_dir: Path, target: Path, *, secret: bytes) -> BackupMade:
    """Write ``target``. It appears under its name only when it is whole.

    The chart is copied into an encrypted file of the embedded kind, from PostgreSQL too; films are encrypted where they
    lie, and whatever else is readable is encrypted here. The key is not in it.
    """
    if target.exists():
        raise _exists(target)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=MAKING) as folder:
        chart = Path(folder) / CHART
        # The checkpoints first, the films last: no checkpoint is newer than the chart, no film is missing from it.
        checkpoints = _copied_checkpoints(data_dir, Path(folder))
        made = _copy(engine, chart, secret, checkpoints.get(ANCHOR))
        files = {CHART: chart} | dict(data_files(data_dir, target, secret=secret)) | checkpoints
        whole = _pack(Path(folder), files, secret)
        _name(whole, target)
    return made


def _copied_checkpoints(data_dir: Path, folder: Path) -> dict[str, Path]:
    names = [name for name in checkpoint_names(data_dir) if (data_dir / name).is_file()]
    copies = {name: folder / f"checkpoints-{number}" for number, name in enumerate(names)}
    for name, copied in copies.items():
        shutil.copyfile(data_dir / name, copied)
    return copies


def _exists(target: Path) -> BackupUnusableError:
    return BackupUnusableError(
        f"{target} exists already; a backup never replaces another. Choose a new name."
    )


def _name(whole: Path, target: Path) -> None:
    """Give a whole backup its name, and never another's: two may have been begun at once."""
    try:
        try:
            os.link(whole, target)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links, such as a memory stick's
            target.touch(exist_ok=False)
            whole.replace(target)
    except FileExistsError as error:
        raise _exists(target) from error


def _copy(engine: sa.Engine, path: Path, secret: bytes, anchor: Path | None) -> BackupMade:
    with reading(engine) as connection:
        is_older = is_embedded(engine) and present_revision(connection) != newest_revision()
    copy = open_engine(embedded_url(path), key=secret, survives_power_loss=False)
    try:
        if is_older:
            copy_as_it_is(engine, path, key=secret)
        else:
            upgrade(copy)
            copy_chart(engine, copy)
        with reading(copy) as connection:
            rows = rows_in(connection)
            log = log_verdict(connection, anchor, secret=secret)
        with copy.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.execute("PRAGMA journal_mode = DELETE")
    except (SQLAlchemyError, copy.dialect.loaded_dbapi.Error) as error:
        if is_full_disk(error):
            raise BackupUnusableError(
                f"There is no room left in {path.parent.parent} for the backup. Make room, or name another disk."
            ) from error
        raise
    finally:
        copy.dispose()
    return BackupMade(rows=rows, problems=log.problems)


def _pack(folder: Path, files: dict[str, Path], secret: bytes) -> Path:
    """The backup of these files, whole and on the disk, in a folder of its own."""
    whole = folder / "backup.tar"
    with open(whole, "xb", opener=partial(os.open, mode=0o600)) as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            packed = list(_packed(archive, files, secret, folder))
            digests = {name: digest for name, digest, _ in packed}
            encrypted = [name for name, _, here in packed if here]
            manifest = sealed_manifest(digests, encrypted, made_at=utc_now().isoformat(), secret=secret)
            _add(archive, NAME, io.BytesIO(manifest), len(manifest))
        file.flush()
        os.fsync(file.fileno())
    return whole


def _packed(
    archive: tarfile.TarFile, files: dict[str, Path], secret: bytes, room: Path
) -> Iterator[tuple[str, str, bool]]:
    """Pack the files, readable ones encrypted: name, digest, whether encrypted here.

    What went away since it was listed is left out. ``room`` is a folder on a disk with space for one file.
    """
    for name, path in files.items():
        try:
            content = path.open("rb")
        except FileNotFoundError:
            if name in (CHART, ANCHOR):
                raise
            continue
        with content:
            if name == CHART or is_sealed(content):
                yield name, _add(archive, name, content, os.fstat(content.fileno()).st_size), False
                continue
            with tempfile.TemporaryFile(dir=room) as sealed:
                size_bytes = seal(content, sealed, name=name, secret=secret)
                yield name, _add(archive, name, sealed, size_bytes), True


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], size_bytes: int) -> str:
    """Pack so many bytes, a piece at a time, and return their SHA-256; what a file gains meanwhile is left out."""
    entry = tarfile.TarInfo(name)
    entry.size = size_bytes
    entry.mode = 0o600
    read_once = _Digested(content)
    archive.addfile(entry, read_once)
    return read_once.digest.hexdigest()


class _Digested(io.RawIOBase):
    """A file read once and digested on the way: digest and packed bytes agree, whatever is written meanwhile."""

    def __init__(self, content: IO[bytes]) -> None:
        self.digest = hashlib.sha256()
        self._content = content

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        piece = self._content.read(size)
        self.digest.update(piece)
        return piece
