"""Unpack a backup and hold everything in it against its seal, the database's own check and the audit log."""

import tarfile
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from spondyl.clinic.backup.manifest import (
    ANCHOR,
    CHART,
    FILMS,
    NAME,
    BackupUnusableError,
    digest_of_file,
    read_manifest,
)
from spondyl.clinic.backup.seal import unseal
from spondyl.clinic.chart.anchor import check_anchor
from spondyl.clinic.chart.audit import Verdict, verify
from spondyl.clinic.chart.engine import DatabaseUnusableError, embedded_url, open_engine
from spondyl.clinic.chart.keys import anchor_signer, derive
from spondyl.clinic.chart.migrations import present_revision, refuse_newer
from spondyl.clinic.chart.tables import film_reports, films, metadata
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.films.store import FilmStore
from spondyl.radiograph import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What a backup holds, and what is wrong with it.

    With ``problems`` the file is damaged, and nothing is restored. The others come from the clinic itself, and what
    there is can be restored all the same: ``log_problems`` of the audit log or its checkpoints, as ``verify-audit``
    says them; ``films_missing``, files of films and of their signed reports that the chart names and the backup lacks
    or holds damaged.
    """

    made_at: str
    files: int
    rows: int
    audit_rows: int
    revision: str | None
    problems: tuple[str, ...]
    log_problems: tuple[str, ...]
    films_missing: int

    @property
    def sound(self) -> bool:
        """True when the file is what was backed up."""
        return not self.problems


def check_backup(backup: Path, folder: Path, *, secret: bytes) -> BackupReport:
    """Unpack ``backup`` into the empty ``folder`` and check it; raises ``BackupUnusableError``."""
    _unpack(backup, folder)
    manifest = folder / NAME
    if not manifest.is_file():
        raise BackupUnusableError(
            f"{backup} holds no {NAME}: it is no backup of Spondyl, or its end is missing."
        )
    body = read_manifest(manifest.read_bytes(), secret=secret)
    problems = _wrong_files(folder, body["files"])
    if problems:
        raise BackupUnusableError(printable(" ".join(problems)))
    for name in body.get("encrypted", ()):
        unseal(folder / name, name=name, secret=secret)
    engine = open_engine(embedded_url(folder / CHART), key=secret, survives_power_loss=False)
    try:
        with reading(engine) as connection:
            refuse_newer(connection)
            return _report(connection, folder, body["made_at"], len(body["files"]), secret)
    except DatabaseUnusableError as error:
        raise BackupUnusableError(str(error)) from error
    finally:
        engine.dispose()


def _unpack(backup: Path, folder: Path) -> None:
    try:
        with tarfile.open(backup, mode="r:") as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, OSError) as error:
        raise BackupUnusableError(f"{backup} cannot be unpacked ({error}).") from error


def _wrong_files(folder: Path, files: dict[str, str]) -> list[str]:
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {NAME}
    missing = [f"{name} is missing." for name in sorted(set(files) - present)]
    added = [f"{name} is not in the list." for name in sorted(present - set(files))]
    changed = [
        f"{name} was changed."
        for name in sorted(present & set(files))
        if digest_of_file(folder / name) != files[name]
    ]
    return missing + added + changed


def log_verdict(connection: sa.Connection, anchor: Path | None, *, secret: bytes) -> Verdict:
    """The log of a chart that is in a backup, held against the checkpoints that are in it, if there are any."""
    verdict = verify(connection)
    if anchor is None or not anchor.is_file():
        return verdict
    anchored = check_anchor(connection, anchor, public_key=anchor_signer(secret).public_key())
    # The folder in which it is looked at is gone before anybody reads this.
    told = tuple(problem.replace(str(anchor), ANCHOR) for problem in anchored.problems)
    return Verdict(rows=verdict.rows, problems=verdict.problems + told)


def _report(connection: sa.Connection, folder: Path, made_at: str, files: int, secret: bytes) -> BackupReport:
    damaged = tuple(map(str, connection.exec_driver_sql("PRAGMA cipher_integrity_check").scalars()))
    if damaged:  # a page that was changed cannot be read: nothing is counted, and no row is looked at
        return BackupReport(
            made_at=made_at,
            files=files,
            rows=0,
            audit_rows=0,
            revision=None,
            problems=damaged,
            log_problems=(),
            films_missing=0,
        )
    log = log_verdict(connection, folder / ANCHOR, secret=secret)
    store = FilmStore(folder=folder / FILMS, key=derive(secret, "films"))
    return BackupReport(
        made_at=made_at,
        files=files,
        rows=rows_in(connection),
        audit_rows=log.rows,
        revision=present_revision(connection),
        problems=(),
        log_problems=log.problems,
        films_missing=sum(not store.opens(one) for one in _film_digests(connection)),
    )


def rows_in(connection: sa.Connection) -> int:
    """How many rows a chart has."""
    return sum(
        connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in _tables(connection)
    )


def _tables(connection: sa.Connection) -> list[sa.Table]:
    there = set(sa.inspect(connection).get_table_names())  # of an older version: fewer
    return [table for table in metadata.sorted_tables if table.name in there]


def _film_digests(connection: sa.Connection) -> set[str]:
    """The digests of every stored film and of every file of its reports."""
    return {
        digest
        for table in (films, film_reports)
        if table in _tables(connection)
        for digest in connection.execute(sa.select(table.c.content_sha256)).scalars()
    }
