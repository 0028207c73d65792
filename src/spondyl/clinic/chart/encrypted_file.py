"""Connections to the encrypted file (SQLCipher): AES-256, and a code on every page that betrays any change of it."""

from pathlib import Path
from typing import Any, NamedTuple

BUSY_TIMEOUT_MS = 20_000
LOG_PAGES = 4000  # 8 MB; copying the log into the file makes every writer wait for the disk
_OTHER_FORM = "file is not a database"  # what a page that fails its code is called


class PageForm(NamedTuple):
    """How a page is authenticated, and how large it is; a file keeps the form that it was made with."""

    code: str
    size_bytes: int


PAGE_FORMS = (PageForm("HMAC_SHA256", 2048), PageForm("HMAC_SHA256", 4096), PageForm("HMAC_SHA512", 4096))
"""The first is for new files: a booking changes some bytes on each of some thirty pages, and every page that it writes
or reads is encrypted and authenticated whole. Processors have instructions for SHA-256. The last is SQLCipher's own."""


class DatabaseUnusableError(ValueError):
    """The database cannot be opened as asked; the message says what to do."""


class EncryptedFile:
    """One database file and its key; ``connect`` opens it, or makes it."""

    def __init__(self, path: Path, key: bytes) -> None:
        from sqlcipher3 import dbapi2  # pyright: ignore[reportMissingTypeStubs, reportAttributeAccessIssue]

        self.driver: Any = dbapi2
        self._path, self._key = path, key
        self._forms = PAGE_FORMS

    def connect(self) -> Any:
        """A new connection; raises ``DatabaseUnusableError`` when the key does not open it or the disk hinders."""
        problem: Exception | None = None
        for form in self._forms:
            try:
                connection = self._opened(form)
            except self.driver.DatabaseError as error:
                if _OTHER_FORM not in str(error):  # no other form and no other key helps
                    raise DatabaseUnusableError(
                        f"{self._path} cannot be opened ({error}). Look at the disk, its room, and who may write there."
                    ) from error
                problem = error
                continue
            self._forms = (form,)
            return self._set_up(connection)
        raise DatabaseUnusableError(
            f"{self._path} cannot be opened with this key ({problem}). Use the key file that was made with it."
        ) from problem

    def _opened(self, form: PageForm) -> Any:
        connection = self._keyed(form)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except self.driver.DatabaseError:
            connection.close()
            raise
        return connection

    def _keyed(self, form: PageForm) -> Any:
        # isolation_level None: the driver opens no transaction of its own; `begin` in the engine says which kind.
        connection = self.driver.connect(
            self._path, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1000
        )
        # A form that does not fit is no trouble, and what is gets an exception: nothing for the error stream.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
        connection.execute(f"PRAGMA cipher_hmac_algorithm = {form.code}")
        connection.execute(f"PRAGMA cipher_page_size = {form.size_bytes}")
        return connection

    def _set_up(self, connection: Any) -> Any:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")  # `writing` waits for the disk, see SharedSync
        connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        return connection
