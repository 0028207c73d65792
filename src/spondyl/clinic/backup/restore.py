"""Put a backup into an empty data folder, or into an empty PostgreSQL database."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from spondyl.clinic.backup.check import BackupReport, check_backup
from spondyl.clinic.backup.copy_chart import copy_chart
from spondyl.clinic.backup.manifest import CHART, NAME, RESTORING, BackupUnusableError
from spondyl.clinic.chart.audit import holds_log
from spondyl.clinic.chart.engine import DatabaseUnusableError, embedded_url, open_engine
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.clinic_home import RESTORED, ClinicHome
from spondyl.radiograph import printable

BESIDE = ("tls", "lost+found")
"""What may lie in a folder before a restore: no backup holds it, and an empty disk has its own."""

_COPY = """Restored from the backup of {made_at}.
While this file lies here, Spondyl takes this folder for a copy of a clinic that goes on elsewhere: it sends no letters,
receives no films by DICOM and writes checkpoints of the audit log into this folder only.
If this is to be the clinic from now on: stop the old one for good, delete this file, start Spondyl again.
"""


def restore_backup(backup: Path, home: ClinicHome, *, secret: bytes) -> BackupReport:
    """Check a backup and, when its file is sound, put it into the empty ``home``; a clinic is never overwritten."""
    home.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    _refuse(home.data_dir, _in_the_way(home))
    with tempfile.TemporaryDirectory(dir=home.data_dir, prefix=RESTORING) as name:
        folder = Path(name)
        report = check_backup(backup, folder, secret=secret)
        if not report.sound:
            return report
        (folder / NAME).unlink()
        (folder / RESTORED).write_text(_COPY.format(made_at=report.made_at), encoding="utf-8")
        _refuse(home.data_dir, [one.name for one in folder.iterdir() if (home.data_dir / one.name).exists()])
        # The chart last: a restore that is killed leaves no clinic that looks whole and lacks its films.
        files = [path for path in folder.iterdir() if path.name != CHART]
        if home.database is None:
            _move(files, home.data_dir)
            (folder / CHART).rename(home.data_dir / CHART)
        else:
            with _told():
                _into_database(folder / CHART, files, home, secret)
    return report


def _in_the_way(home: ClinicHome) -> list[str]:
    key = home.key_file.resolve()
    return [
        path.name
        for path in home.data_dir.iterdir()
        if path.name not in BESIDE and not path.name.startswith(RESTORING) and not _only_key(path, key)
    ]


def _only_key(path: Path, key: Path) -> bool:
    if path.is_dir() and not path.is_symlink():
        inner = list(path.iterdir())
        return bool(inner) and all(_only_key(one, key) for one in inner)
    return path.resolve() == key


def _refuse(folder: Path, names: list[str]) -> None:
    """A file of another state of the clinic would be mixed with the backup's, or be lost under it."""
    if names:
        shown = printable(", ".join(sorted(names)[:8])) + (
            f" and {len(names) - 8} more" if len(names) > 8 else ""
        )
        raise BackupUnusableError(
            f"{folder} is not empty: {shown} would be mixed with the backup's files or replaced by them. Nothing was "
            "changed. Name an empty folder with --data, or move these to another place first and keep them: they may "
            "be newer than the backup. Only the key file and tls may stay."
        )


def _into_database(chart: Path, files: list[Path], home: ClinicHome, secret: bytes) -> None:
    """The files into the data folder, then the chart into the database, in one transaction; or neither."""
    target = open_engine(home.url, key=secret)
    source = open_engine(embedded_url(chart), key=secret, survives_power_loss=False)
    try:
        with reading(target) as connection:
            if holds_log(connection):
                raise BackupUnusableError("The database holds a clinic already; name an empty one.")
        upgrade(source)
        upgrade(target)
        _move(files, home.data_dir)
        try:
            copy_chart(source, target)
        except BaseException:
            _move([home.data_dir / path.name for path in files], chart.parent)
            raise
    finally:
        source.dispose()
        target.dispose()


@contextmanager
def _told() -> Generator[None]:
    """Raise ``BackupUnusableError`` when the database cannot be used."""
    try:
        yield
    except (DatabaseUnusableError, SQLAlchemyError) as error:
        said = getattr(error, "orig", None) or error
        raise BackupUnusableError(
            f"The database cannot be used ({said}). Nothing was restored. Look at its address, and that it runs and "
            "has room."
        ) from error


def _move(files: list[Path], folder: Path) -> None:
    for path in files:
        path.rename(folder / path.name)
