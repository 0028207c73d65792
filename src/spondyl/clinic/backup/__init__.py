"""Back up a running clinic into one file, check such a file, restore it."""

from spondyl.clinic.backup.check import BackupReport, check_backup
from spondyl.clinic.backup.make import BackupMade, make_backup
from spondyl.clinic.backup.manifest import BackupUnusableError
from spondyl.clinic.backup.restore import restore_backup

__all__ = [
    "BackupMade",
    "BackupReport",
    "BackupUnusableError",
    "check_backup",
    "make_backup",
    "restore_backup",
]
