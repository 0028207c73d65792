"""Claims: a backup holds everything but the key, says when it was changed, and comes back on either database."""

import errno
import hashlib
import hmac
import io
import json
import os
import shlex
import tarfile
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from typer.testing import CliRunner

from clinic_charts import SECRET
from postgres_server import PostgresServer
from spondyl.clinic.backup import (
    BackupUnusableError,
    check_backup,
    make,
    make_backup,
    restore,
    restore_backup,
)
from spondyl.clinic.chart import documents
from spondyl.clinic.chart.anchor import write_checkpoint
from spondyl.clinic.chart.canonical_json import canonical
from spondyl.clinic.chart.engine import open_engine
from spondyl.clinic.chart.films import FilmSource, NewFilm, add_film
from spondyl.clinic.chart.keys import anchor_signer, derive, read_key_file
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.people import PersonDetails, add_person, person
from spondyl.clinic.chart.tables import metadata
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.cli.app import app
from spondyl.clinic.clinic_home import home_at, open_chart, secret_of
from spondyl.clinic.clinic_settings import read_settings
from spondyl.clinic.films.store import MAGIC, FilmStore
from spondyl.clinic.own_certificate import own_certificate
from spondyl.radiograph.limits import MIB


@pytest.fixture
def data_dir(engine: sa.Engine, tmp_path: Path) -> Path:
    """A clinic with a person, a signed document, a film and a key."""
    folder = tmp_path / "clinic"
    (folder / "films").mkdir(parents=True)
    (folder / "films" / "a.bin").write_bytes(b"film" * 1000)
    (folder / "clinic.key").write_text(SECRET.hex())
    with writing(engine) as connection:
        ana = add_person(connection, PersonDetails(given_name="Ana", family_name="Núñez"), actor="desk")
        one = documents.save(connection, kind="exam", person_id=ana.id, body={"á": 1.5}, actor="dr")
        documents.sign(connection, document_id=one.document_id, version=1, actor="dr", digest=one.digest)
    with reading(engine) as connection:
        write_checkpoint(connection, folder / "audit-anchor.jsonl", signer=anchor_signer(SECRET))
    return folder


def contents(engine: sa.Engine) -> dict[str, list[tuple[object, ...]]]:
    with reading(engine) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def test_a_large_file_is_packed_a_piece_at_a_time(
    embedded_engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "clinic"
    (folder / "films").mkdir(parents=True)
    for name, magic in (("large.film", MAGIC), ("readable.dcm", b"")):
        with (folder / "films" / name).open("wb") as file:
            file.write(magic)
            for number in range(48):
                file.write(bytes([number]) * MIB)
    monkeypatch.setattr("spondyl.clinic.backup.make._copy", lambda *given: given[1].write_bytes(b"chart"))
    tracemalloc.start()
    try:
        make_backup(embedded_engine, folder, tmp_path / "b.tar", secret=SECRET)
        _, highest_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert highest_bytes < 8 * MIB
    with tarfile.open(tmp_path / "b.tar") as archive:
        manifest = json.loads(archive.extractfile("manifest.json").read())  # type: ignore[union-attr]
        for name, added_bytes in (("films/large.film", len(MAGIC)), ("films/readable.dcm", 8 + 12 + 16)):
            packed = archive.extractfile(name)
            assert packed is not None
            assert hashlib.file_digest(packed, "sha256").hexdigest() == manifest["files"][name]
            assert archive.getmember(name).size == 48 * MIB + added_bytes


def test_a_backup_comes_back_to_the_letter_on_both_databases(
    engine: sa.Engine, data_dir: Path, tmp_path: Path, postgres: PostgresServer
) -> None:
    backup = tmp_path / "monday.tar"
    make_backup(engine, data_dir, backup, secret=SECRET)
    for database in (None, postgres.new_database()):
        home = home_at(tmp_path / f"new {database is None}", key_file=tmp_path / "k", database=database)
        report = restore_backup(backup, home, secret=SECRET)
        assert report.problems == ()
        restored = open_engine(home.url, key=SECRET)
        assert contents(restored) == contents(engine)
        assert (home.data_dir / "films" / "a.bin").read_bytes() == b"film" * 1000
        restored.dispose()


def test_neither_key_nor_a_readable_name_is_in_it(engine: sa.Engine, data_dir: Path, tmp_path: Path) -> None:
    backup = tmp_path / "b.tar"
    make_backup(engine, data_dir, backup, secret=SECRET)
    content = backup.read_bytes()
    assert SECRET.hex().encode() not in content
    assert "Núñez".encode() not in content
    assert backup.stat().st_mode & 0o777 == 0o600


def test_what_was_changed_is_named(embedded_engine: sa.Engine, tmp_path: Path) -> None:
    folder = tmp_path / "clinic"
    (folder / "films").mkdir(parents=True)
    (folder / "films" / "a.bin").write_bytes(b"x" * 5000)
    good = tmp_path / "good.tar"
    make_backup(embedded_engine, folder, good, secret=SECRET)
    unpacked = tmp_path / "unpacked"
    assert check_backup(good, unpacked, secret=SECRET).sound

    def repacked(name: str, without: str = "") -> Path:
        path = tmp_path / f"{name}.tar"
        with tarfile.open(path, "w") as archive:
            for file in sorted(one for one in unpacked.rglob("*") if one.is_file()):
                inner = file.relative_to(unpacked).as_posix()
                if inner != without:
                    archive.add(file, inner)
        return path

    def refused(backup: Path, said: str, secret: bytes = SECRET) -> None:
        with pytest.raises(BackupUnusableError, match=said):
            check_backup(backup, tmp_path / f"check {backup.name} {said[:4]}", secret=secret)

    refused(repacked("short", "films/a.bin"), "films/a.bin is missing")
    refused(repacked("bare", "manifest.json"), "no manifest.json")
    refused(good, "does not fit", secret=bytes(32))
    (unpacked / "films" / "a.bin").write_bytes(b"y" * 5000)
    refused(repacked("changed"), "films/a.bin was changed")
    (tmp_path / "torn.tar").write_bytes(good.read_bytes()[:20_000])
    refused(tmp_path / "torn.tar", "unpacked|manifest")


def test_a_backup_or_a_clinic_is_never_replaced(embedded_engine: sa.Engine, tmp_path: Path) -> None:
    folder = tmp_path / "clinic"
    folder.mkdir()
    backup = tmp_path / "b.tar"
    make_backup(embedded_engine, folder, backup, secret=SECRET)
    with pytest.raises(BackupUnusableError, match="never replaces"):
        make_backup(embedded_engine, folder, backup, secret=SECRET)
    home = home_at(tmp_path / "new", key_file=tmp_path / "k")
    restore_backup(backup, home, secret=SECRET)
    with pytest.raises(BackupUnusableError, match="empty folder"):
        restore_backup(backup, home, secret=SECRET)
    engine = open_engine(home.url, key=SECRET)
    with reading(engine) as connection, pytest.raises(LookupError):
        person(connection, "nobody")
    engine.dispose()


@pytest.fixture
def backup(embedded_engine: sa.Engine, tmp_path: Path) -> Path:
    """A backup with a film, settings and one checkpoint."""
    folder = tmp_path / "made from"
    (folder / "films" / "aa").mkdir(parents=True)
    (folder / "films" / "aa" / "1.film").write_bytes(b"old film")
    (folder / "settings.toml").write_text('clinic_name = "Old"')
    (folder / "audit-anchor.jsonl").write_text("")
    make_backup(embedded_engine, folder, tmp_path / "b.tar", secret=SECRET)
    return tmp_path / "b.tar"


@pytest.mark.parametrize(
    "left",
    ["chart.db", "chart.db-wal", "films/bb/2.film", "audit-anchor.jsonl", "settings.toml", "letters/1.eml"],
)
@pytest.mark.parametrize("database", [None, "postgresql+psycopg://nowhere.invalid/clinic"])
def test_a_restore_beside_what_is_left_of_a_clinic_is_refused_and_changes_nothing(
    backup: Path, tmp_path: Path, left: str, database: str | None
) -> None:
    home = home_at(tmp_path / "clinic", database=database)
    (home.data_dir / left).parent.mkdir(parents=True)
    (home.data_dir / left).write_bytes(b"newer")
    home.key_file.write_text(SECRET.hex())
    before = {path: path.is_file() and path.read_bytes() for path in home.data_dir.rglob("*")}
    with pytest.raises(BackupUnusableError, match=rf"is not empty: {Path(left).parts[0]} would be .*--data"):
        restore_backup(backup, home, secret=SECRET)
    assert {path: path.is_file() and path.read_bytes() for path in home.data_dir.rglob("*")} == before


def test_an_empty_folder_of_that_name_is_in_the_way_too(backup: Path, tmp_path: Path) -> None:
    home = home_at(tmp_path / "clinic")
    (home.data_dir / "films").mkdir(parents=True)
    with pytest.raises(BackupUnusableError, match="is not empty: films would be"):
        restore_backup(backup, home, secret=SECRET)


@pytest.mark.parametrize("key_name", ["clinic.key", "keys/spondyl.key"])
def test_key_certificate_and_a_killed_restore_are_not_in_the_way(
    backup: Path, tmp_path: Path, key_name: str
) -> None:
    folder = tmp_path / "clinic"
    for name in (key_name, "tls/server.pem", ".restore-killed/chart.db", "lost+found/1"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SECRET.hex())
    home = home_at(folder, key_file=folder / key_name)
    assert restore_backup(backup, home, secret=SECRET).sound
    assert (folder / "films" / "aa" / "1.film").read_bytes() == b"old film"
    assert (folder / key_name).read_text() == SECRET.hex()
    engine = open_engine(home.url, key=SECRET)
    with reading(engine) as connection, pytest.raises(LookupError):
        person(connection, "nobody")
    engine.dispose()


def test_a_restore_that_is_killed_leaves_no_chart_without_its_films(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at the last move, whichever order the folder has: what is there is no clinic, and is named next time."""
    home, moved = home_at(tmp_path / "clinic", key_file=tmp_path / "clinic.key"), list[str]()
    whole = Path.rename

    def killed_at_the_last(path: Path, target: Path) -> Path:
        if len(moved) == 4:
            raise KeyboardInterrupt
        moved.append(path.name)
        return whole(path, target)

    monkeypatch.setattr(Path, "rename", killed_at_the_last)
    with pytest.raises(KeyboardInterrupt):
        restore_backup(backup, home, secret=SECRET)
    monkeypatch.undo()
    assert sorted(moved) == ["audit-anchor.jsonl", "films", "restored.txt", "settings.toml"]
    with pytest.raises(BackupUnusableError, match="is not empty"):
        restore_backup(backup, home, secret=SECRET)


def test_a_database_is_filled_when_its_films_are_there_and_a_failure_leaves_neither(
    backup: Path, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_at(tmp_path / "clinic", key_file=tmp_path / "clinic.key", database=postgres_url)
    film = home.data_dir / "films" / "aa" / "1.film"
    was_there = list[bool]()

    def broken_off(*_: sa.Engine) -> None:
        was_there.append(film.is_file())
        raise OSError("the connection broke")

    with monkeypatch.context() as patched:
        patched.setattr(restore, "copy_chart", broken_off)
        with pytest.raises(OSError, match="broke"):
            restore_backup(backup, home, secret=SECRET)
    assert was_there == [True]
    assert list(home.data_dir.iterdir()) == []
    assert restore_backup(backup, home, secret=SECRET).sound
    assert film.read_bytes() == b"old film"


def test_the_command_to_start_what_was_restored_names_the_database_without_its_password(
    backup: Path, tmp_path: Path, postgres_url: str
) -> None:
    key = tmp_path / "k"
    key.write_text(SECRET.hex())
    key.chmod(0o600)
    address = sa.make_url(postgres_url).set(password="secret").render_as_string(hide_password=False)
    there = ["--data", str(tmp_path / "a clinic"), "--database", address]
    said = CliRunner().invoke(app, ["restore", str(backup), "--key", str(key), *there])
    shown = sa.make_url(address).render_as_string(hide_password=True)
    start = shlex.join(
        ["spondyl", "serve", "--data", str(tmp_path / "a clinic"), "--database", shown, "--key", str(key)]
    )
    assert said.exit_code == 0 and said.output.endswith(f"\nStart it with: {start}\n"), said.output
    assert "secret" not in said.output


def names_in(backup: Path) -> set[str]:
    with tarfile.open(backup) as archive:
        return set(archive.getnames())


def test_a_file_that_goes_away_meanwhile_is_in_neither_backup_nor_list(
    embedded_engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "clinic"
    for name in ("films/aa/1.film", "films/arrivals/x.json"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(b"1")
    packed = make._packed  # pyright: ignore[reportPrivateUsage]

    def taken_after_listing(*given: Any) -> Iterator[tuple[str, str]]:
        (folder / "films/arrivals/x.json").unlink()
        return packed(*given)

    monkeypatch.setattr(make, "_packed", taken_after_listing)
    make_backup(embedded_engine, folder, tmp_path / "b.tar", secret=SECRET)
    assert names_in(tmp_path / "b.tar") == {"chart.db", "films/aa/1.film", "manifest.json"}
    assert check_backup(tmp_path / "b.tar", tmp_path / "checked", secret=SECRET).sound


def test_a_backup_that_fails_leaves_nothing_behind(
    embedded_engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object, **_named: object) -> bytes:
        raise OSError(28, "No space left on device")

    for name in ("backups", "clinic"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(make, "sealed_manifest", full)
    with pytest.raises(OSError, match="No space"):
        make_backup(embedded_engine, tmp_path / "clinic", tmp_path / "backups" / "b.tar", secret=SECRET)
    assert list((tmp_path / "backups").iterdir()) == []


def test_neither_the_key_nor_a_password_file_is_in_it_wherever_it_lies(
    embedded_engine: sa.Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "clinic"
    (folder / "keys").mkdir(parents=True)
    (folder / "keys" / "spondyl.key").write_text(SECRET.hex() + "\n")
    (folder / "copy of the key.txt").write_text(f" {SECRET.hex().upper()}\n")
    (folder / "keys" / "mail").write_text("mail's password")
    (folder / "oidc.secret").write_text("provider's secret")
    (folder / "settings.toml").write_text(
        f'[oidc]\nclient_secret_file = "{folder}/oidc.secret"\n[mail]\npassword_file = "keys/mail"\n'
    )
    make_backup(embedded_engine, folder, tmp_path / "b.tar", secret=SECRET)
    assert names_in(tmp_path / "b.tar") == {"chart.db", "settings.toml", "manifest.json"}


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_no_private_key_of_a_certificate_is_in_it_wherever_it_lies(
    embedded_engine: sa.Engine, tmp_path: Path, form: PrivateFormat
) -> None:
    """As ``openssl pkcs12`` writes it, one file has words, the certificate and then the key."""
    folder = tmp_path / "clinic"
    made = own_certificate(folder / "tls", names=("clinic.test",), now=datetime(2026, 3, 2, tzinfo=UTC))
    key = load_pem_private_key(made.key.read_bytes(), None)
    text = key.private_bytes(Encoding.PEM, form, NoEncryption())
    certificate = made.certificate.read_bytes()
    (folder / "certificate.pem").write_bytes(certificate)
    (folder / "clinic-key.pem").write_bytes(text)
    (folder / "both.pem").write_bytes(b"Bag Attributes\n" + certificate * 4 + text)
    make_backup(embedded_engine, folder, tmp_path / "b.tar", secret=SECRET)
    assert names_in(tmp_path / "b.tar") == {"chart.db", "certificate.pem", "manifest.json"}


def test_without_readable_settings_no_password_is_risked(embedded_engine: sa.Engine, tmp_path: Path) -> None:
    (tmp_path / "clinic").mkdir()
    (tmp_path / "clinic" / "settings.toml").write_text("[mail")
    with pytest.raises(BackupUnusableError, match=r"which files hold passwords.*Put it right"):
        make_backup(embedded_engine, tmp_path / "clinic", tmp_path / "b.tar", secret=SECRET)


def test_backups_in_the_data_folder_do_not_hold_each_other(
    embedded_engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clinic" / "old").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    for name in ("a.tar", "old/b.tar", "c.tar"):
        made = Path("clinic") / name
        make_backup(embedded_engine, tmp_path / "clinic", made, secret=SECRET)
        assert names_in(made) == {"chart.db", "manifest.json"}


READABLE = {
    "letters/1.eml": b"To: ana@example.org\n\nDear Ana O'Neil-Ruiz,",
    "adjustments/p/session-1.tar": b"waveform" * 4000,
    "settings.toml": b'clinic_name = "Hill Clinic"',
    "letters/empty.eml": b"",
}


def test_nothing_that_stands_in_a_file_can_be_read_in_it_and_all_comes_back(
    embedded_engine: sa.Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "clinic"
    for name, content in READABLE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    films = FilmStore(folder=folder / "films", key=derive(SECRET, "films"))
    film = films.put(b"pixels" * 1000)
    backup = tmp_path / "b.tar"
    make_backup(embedded_engine, folder, backup, secret=SECRET)
    packed = backup.read_bytes()
    for words in (b"Ruiz", b"ana@", b"waveform", b"Hill Clinic", b"pixels"):
        assert words not in packed
    assert films.path_of(film).read_bytes() in packed
    home = home_at(tmp_path / "new", key_file=tmp_path / "k")
    assert restore_backup(backup, home, secret=SECRET).sound
    for name, content in READABLE.items():
        assert (home.data_dir / name).read_bytes() == content
        assert (home.data_dir / name).stat().st_mode & 0o777 == 0o600
    assert FilmStore(folder=home.data_dir / "films", key=films.key).get(film) == b"pixels" * 1000
    assert {path.name for path in home.data_dir.iterdir()} == {
        "chart.db",
        "films",
        "letters",
        "adjustments",
        "restored.txt",
        "settings.toml",
    }


def test_a_file_whose_name_is_no_text_comes_back_too(embedded_engine: sa.Engine, tmp_path: Path) -> None:
    """Old scanners write Latin-1 names; such a film is set aside in the watched folder."""
    name = os.fsdecode("incoming/not taken/André.dcm".encode("latin-1"))
    path = tmp_path / "clinic" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no film")
    make_backup(embedded_engine, tmp_path / "clinic", tmp_path / "b.tar", secret=SECRET)
    home = home_at(tmp_path / "new", key_file=tmp_path / "k")
    assert restore_backup(tmp_path / "b.tar", home, secret=SECRET).sound
    assert (home.data_dir / name).read_bytes() == b"no film"


def test_films_on_a_larger_disk_are_in_it_and_a_disk_that_is_not_there_is_named(
    embedded_engine: sa.Engine, tmp_path: Path
) -> None:
    folder, disk = tmp_path / "clinic", tmp_path / "larger disk" / "films"
    folder.mkdir()
    film = FilmStore(folder=disk, key=derive(SECRET, "films")).put(b"pixels")
    (folder / "films").symlink_to(disk)
    (disk / "elsewhere").symlink_to(tmp_path)
    make_backup(embedded_engine, folder, tmp_path / "b.tar", secret=SECRET)
    assert names_in(tmp_path / "b.tar") == {
        "chart.db",
        f"films/{film[:2]}/{film}.film",
        "manifest.json",
    }
    (folder / "loop").symlink_to(tmp_path)
    with pytest.raises(BackupUnusableError, match="holds the data folder itself"):
        make_backup(embedded_engine, folder, tmp_path / "c.tar", secret=SECRET)
    (folder / "loop").unlink()
    disk.rename(tmp_path / "unmounted")
    with pytest.raises(BackupUnusableError, match=r"where nothing is.*Mount that disk"):
        make_backup(embedded_engine, folder, tmp_path / "c.tar", secret=SECRET)


@pytest.mark.parametrize("has_links", [True, False])
def test_two_backups_under_one_name_are_one_whole_backup_and_one_refusal(
    embedded_engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    """The second is begun and ends while the first one packs; a memory stick has no hard links."""
    for name in ("clinic/films", "backups"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "clinic" / "films" / "1.film").write_bytes(MAGIC + b"film" * 30_000)
    target, packed = tmp_path / "backups" / "b.tar", make._packed  # pyright: ignore[reportPrivateUsage]

    def another_meanwhile(*given: Any) -> Iterator[tuple[str, str, bool]]:
        monkeypatch.setattr(make, "_packed", packed)
        first, *others = packed(*given)
        yield first
        make_backup(embedded_engine, tmp_path / "clinic", target, secret=SECRET)
        yield from others

    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(make, "_packed", another_meanwhile)
    if not has_links:
        monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(BackupUnusableError, match="never replaces another"):
        make_backup(embedded_engine, tmp_path / "clinic", target, secret=SECRET)
    assert check_backup(target, tmp_path / "checked", secret=SECRET).sound
    assert [path.name for path in target.parent.iterdir()] == ["b.tar"]
    assert target.stat().st_mode & 0o777 == 0o600


def test_checkpoints_of_another_name_are_found_from_anywhere_and_are_no_newer_than_the_chart(
    embedded_engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_at(tmp_path / "clinic")
    home.data_dir.mkdir()
    home.settings_file.write_text('anchor_file = "checks/a.jsonl"')
    monkeypatch.chdir(tmp_path)
    anchor = home.anchor_file(read_settings(home.settings_file))
    assert anchor == home.data_dir / "checks" / "a.jsonl"
    copied = make._copy  # pyright: ignore[reportPrivateUsage]

    def written_meanwhile(engine: sa.Engine, *given: Any) -> int:
        rows = copied(engine, *given)
        anchor.write_text("newer than the chart")
        return rows

    anchor.parent.mkdir()
    anchor.write_text("older")
    monkeypatch.setattr(make, "_copy", written_meanwhile)
    make_backup(embedded_engine, home.data_dir, tmp_path / "b.tar", secret=SECRET)
    assert check_backup(tmp_path / "b.tar", tmp_path / "checked", secret=SECRET).sound
    assert (tmp_path / "checked" / "checks" / "a.jsonl").read_text() == "older"


def test_a_file_with_the_name_of_the_list_is_refused_at_the_top_only(
    embedded_engine: sa.Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "clinic"
    (folder / "incoming").mkdir(parents=True)
    (folder / "incoming" / "manifest.json").write_text("{}")
    make_backup(embedded_engine, folder, tmp_path / "a.tar", secret=SECRET)
    assert check_backup(tmp_path / "a.tar", tmp_path / "checked", secret=SECRET).sound
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(BackupUnusableError, match=r"own list of files.*another name"):
        make_backup(embedded_engine, folder, tmp_path / "b.tar", secret=SECRET)


def test_films_that_the_chart_names_and_the_backup_lacks_are_counted_and_the_rest_comes_back(
    embedded_engine: sa.Engine, tmp_path: Path
) -> None:
    (tmp_path / "clinic").mkdir()
    films = FilmStore(folder=tmp_path / "clinic" / "films", key=derive(SECRET, "films"))
    with writing(embedded_engine) as connection:
        for digest in (films.put(b"here"), "0" * 64, "1" * 64):
            new = NewFilm(content_sha256=digest, size_bytes=4, source=FilmSource.UPLOAD, source_name="x")
            add_film(connection, new, actor="test")
    make_backup(embedded_engine, tmp_path / "clinic", tmp_path / "b.tar", secret=SECRET)
    key = tmp_path / "k"
    key.write_text(SECRET.hex())
    key.chmod(0o600)
    for more in (["--check"], ["--data", str(tmp_path / "new")]):
        said = CliRunner().invoke(app, ["restore", str(tmp_path / "b.tar"), "--key", str(key), *more])
        assert (said.exit_code, "PROBLEM 2 files of films" in said.output) == (10, True), said.output
    assert (tmp_path / "new" / "chart.db").is_file()


def test_a_chart_that_a_newer_version_wrote_is_refused_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, backup, run = home_at(tmp_path / "clinic"), tmp_path / "b.tar", CliRunner()
    engine = open_chart(home, secret=secret_of(home))

    def newer(chart: sa.Engine) -> None:
        upgrade(chart)
        with writing(chart) as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_later'")

    newer(engine)
    with monkeypatch.context() as patched:
        patched.setattr(make, "upgrade", newer)
        make_backup(engine, home.data_dir, backup, secret=read_key_file(home.key_file))
    engine.dispose()
    data, key = ["--data", str(home.data_dir)], ["--key", str(home.key_file)]
    for command in (
        ["serve", "--prepare", *data],
        ["verify-audit", *data],
        ["backup", str(tmp_path / "c.tar"), *data],
        ["export", str(tmp_path / "x"), *data],
        ["restore", str(backup), *key, "--check"],
        ["restore", str(backup), *key, "--data", str(tmp_path / "new")],
    ):
        said = run.invoke(app, command)
        assert said.exit_code == 6 and "9999_later" in said.output, (command, said.output)
        assert said.output.endswith("Use the newer Spondyl.\n")


def test_what_a_database_cannot_do_is_said_and_has_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, run, backup = home_at(tmp_path / "clinic"), CliRunner(), tmp_path / "b.tar"
    engine = open_chart(home, secret=secret_of(home))
    with writing(engine) as connection:
        for number in range(200):
            details = PersonDetails(given_name=f"Ana{number}", family_name="Demo")
            add_person(connection, details, actor="test")
    engine.dispose()
    data, key = ["--data", str(home.data_dir)], ["--key", str(home.key_file)]

    def ends(command: list[str], code: int, said: str) -> None:
        ended = run.invoke(app, command)
        assert (ended.exit_code, said in ended.output) == (code, True), (command, ended)

    def full(*_: sa.Engine) -> int:
        raise sa.exc.OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as patched:
        patched.setattr(make, "copy_chart", full)
        ends(["backup", str(backup), *data], 6, f"no room left in {tmp_path} for the backup. Make room")
    ends(["backup", str(backup), *data], 0, "holds")
    for address in ("postgresql+psycopg://nobody@/none?host=/nowhere", "mysql://nobody"):
        there = ["--data", str(tmp_path / "new"), "--database", address]
        ends(["restore", str(backup), *key, *there], 6, "Nothing was restored.")
    assert list((tmp_path / "new").iterdir()) == []
    home.settings_file.write_text("nonsense = 1")
    ends(["verify-audit", *data], 6, "There is no setting 'nonsense'")
    home.settings_file.unlink()
    page_bytes, content = 2048, bytearray(home.embedded_file.read_bytes())
    for at in range(page_bytes * 3, len(content), page_bytes * 7):
        content[at + 100] ^= 1
    home.embedded_file.write_bytes(content)
    ends(["verify-audit", *data], 10, "is damaged")
    for command in ("backup", "export"):
        ends([command, str(tmp_path / f"late {command}"), *data], 6, "restore the newest sound backup")


def with_manifest(backup: Path, unpacked: Path, body: dict[str, Any]) -> Path:
    """A backup of these unpacked files under a manifest as another version of Spondyl seals it."""
    seal = hmac.digest(derive(SECRET, "backup"), canonical(body).encode(), "sha256").hex()
    content = canonical(body | {"seal": seal}).encode()
    with tarfile.open(backup, "w") as archive:
        for name in body["files"]:
            archive.add(unpacked / name, name)
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return backup


def test_a_backup_of_the_first_form_comes_back_and_one_of_a_later_form_is_refused(
    backup: Path, tmp_path: Path
) -> None:
    unpacked = tmp_path / "unpacked"
    check_backup(backup, unpacked, secret=SECRET)
    names = ("chart.db", "films/aa/1.film", "settings.toml")
    digests = {name: hashlib.sha256((unpacked / name).read_bytes()).hexdigest() for name in names}
    body: dict[str, Any] = {"made_at": "2026-03-02T16:00:00+00:00", "files": digests, "form": 1}
    home = home_at(tmp_path / "new", key_file=tmp_path / "k")
    assert restore_backup(with_manifest(tmp_path / "old.tar", unpacked, body), home, secret=SECRET).sound
    assert home.settings_file.read_text() == 'clinic_name = "Old"'
    later = with_manifest(tmp_path / "later.tar", unpacked, body | {"form": 3})
    with pytest.raises(BackupUnusableError, match="has form 3; this version reads up to 2"):
        check_backup(later, tmp_path / "checked", secret=SECRET)


def test_what_stands_beside_the_running_chart_is_not_in_it(
    embedded_engine: sa.Engine, tmp_path: Path
) -> None:
    (tmp_path / "clinic").mkdir()
    for end in ("", "-wal", "-shm", ".turn", ".sync", ".line"):
        (tmp_path / "clinic" / f"chart.db{end}").write_bytes(b"of the running server")
    make_backup(embedded_engine, tmp_path / "clinic", tmp_path / "b.tar", secret=SECRET)
    assert names_in(tmp_path / "b.tar") == {"chart.db", "manifest.json"}
