"""Claims: a new file has small pages with SHA-256, one of any earlier form still opens; a change is betrayed."""

import shutil
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2  # pyright: ignore[reportAttributeAccessIssue]

from spondyl.clinic.chart.encrypted_file import DatabaseUnusableError, EncryptedFile

KEY = bytes(range(32))


def test_a_new_file_is_authenticated_by_sha_256(tmp_path: Path) -> None:
    connection = EncryptedFile(tmp_path / "new.db", KEY).connect()
    assert connection.execute("PRAGMA cipher_hmac_algorithm").fetchone() == ("HMAC_SHA256",)
    assert connection.execute("PRAGMA cipher_use_hmac").fetchone() == ("1",)
    assert connection.execute("PRAGMA page_size").fetchone() == ("2048",)
    connection.close()


@pytest.mark.parametrize("code", ["HMAC_SHA512", "HMAC_SHA256"])
def test_a_file_of_an_earlier_version_opens_with_what_its_log_holds(
    tmp_path: Path, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    old = dbapi2.connect(tmp_path / "old.db", isolation_level=None)
    old.execute(
        f"PRAGMA key = \"x'{KEY.hex()}'\""
    )  # otherwise SQLCipher's own settings: SHA-512, pages of 4096
    old.execute(f"PRAGMA cipher_hmac_algorithm = {code}")
    old.execute("PRAGMA journal_mode = WAL")
    old.execute("CREATE TABLE t (n INTEGER)")
    old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    old.execute("INSERT INTO t VALUES (7)")  # stands in the log only, as after a power cut
    for end in ("", "-wal"):
        shutil.copy(tmp_path / f"old.db{end}", tmp_path / f"copy.db{end}")
    old.close()
    file = EncryptedFile(tmp_path / "copy.db", KEY)
    for _ in range(2):
        connection = file.connect()
        assert connection.execute("SELECT n FROM t").fetchall() == [(7,)]
        connection.execute("INSERT INTO t VALUES (7)")
        connection.execute("DELETE FROM t WHERE rowid > 1")
        assert connection.execute("PRAGMA cipher_hmac_algorithm").fetchone() == (code,)
        assert connection.execute("PRAGMA page_size").fetchone() == ("4096",)
        assert connection.execute("PRAGMA cipher_integrity_check").fetchall() == []
        connection.close()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("hindrance", ["clinic", "clinic/chart.db-wal", "clinic/chart.db"])
def test_what_the_disk_hinders_is_not_called_a_wrong_key(tmp_path: Path, hindrance: str) -> None:
    """No such folder, and where a file has to be a folder: both as SQLite meets them at a disk that is not there."""
    if hindrance != "clinic":
        (tmp_path / hindrance).mkdir(parents=True)
    with pytest.raises(
        DatabaseUnusableError, match=r"cannot be opened .*Look at the disk, its room"
    ) as refused:
        EncryptedFile(tmp_path / "clinic" / "chart.db", KEY).connect()
    assert "key" not in str(refused.value)


def test_another_key_and_a_changed_page_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "chart.db"
    connection = EncryptedFile(path, KEY).connect()
    connection.execute("CREATE TABLE t (n INTEGER)")
    connection.close()
    with pytest.raises(DatabaseUnusableError, match="key file that was made with it"):
        EncryptedFile(path, bytes(32)).connect()
    changed = bytearray(path.read_bytes())
    changed[200] ^= 1
    path.write_bytes(changed)
    with pytest.raises(DatabaseUnusableError):
        EncryptedFile(path, KEY).connect()
