"""Put a backup into an empty data folder, or into an empty PostgreSQL database."""

import shutil
import tempfile
from pathlib import Path

from spondyl.clinic.backup.check import BackupReport, check_backup
from spondyl.clinic.backup.copy_chart import copy_chart
from spondyl.clinic.backup.manifest import CHART, NAME, BackupUnusableError
from spondyl.clinic.chart.audit import heads
from spondyl.clinic.chart.engine import embedded_url, open_engine
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.clinic_home import ClinicHome


def restore_backup(backup: Path, home: ClinicHome, *, secret: bytes) -> BackupReport:
    """Check a backup and, when it is sound, put it into the empty ``home``; a clinic is never overwritten."""
    home.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if home.embedded_file.exists():
        raise BackupUnusableError(f"{home.embedded_file} exists; restore into an empty folder, then compare.")
    with tempfile.TemporaryDirectory(dir=home.data_dir, prefix=".restore-") as name:
        folder = Path(name)
        report = check_backup(backup, folder, secret=secret)
        if not report.sound:
            return report
        (folder / NAME).unlink()
        if home.database is not None:
            _into_database(folder / CHART, home, secret)
            (folder / CHART).unlink()
        for path in list(folder.iterdir()):
            shutil.move(path, home.data_dir / path.name)
    return report


def _into_database(chart: Path, home: ClinicHome, secret: bytes) -> None:
    source = open_engine(embedded_url(chart), key=secret, survives_power_loss=False)
    target = open_engine(home.url, key=secret)
    try:
        upgrade(source)
        upgrade(target)
        with reading(target) as connection:
            if heads(connection):
                raise BackupUnusableError("The database holds a clinic already; name an empty one.")
        copy_chart(source, target)
    finally:
        source.dispose()
        target.dispose()
