"""Claims: whatever was wrong with the clinic when it was backed up is said, and the backup comes back all the same;
what is left of a clinic is never taken for an empty folder."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from typer.testing import CliRunner

from clinic_apps import Browser
from clinic_charts import SECRET
from spondyl.clinic.backup import make_backup
from spondyl.clinic.chart.anchor import write_checkpoint
from spondyl.clinic.chart.engine import open_engine
from spondyl.clinic.chart.films import FilmSource
from spondyl.clinic.chart.keys import anchor_signer, derive, make_key_file
from spondyl.clinic.chart.migrations import present_revision
from spondyl.clinic.chart.migrations.upgrade import _config  # pyright: ignore[reportPrivateUsage]
from spondyl.clinic.chart.people import PersonDetails, add_person, find_people
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.cli.app import app
from spondyl.clinic.clinic_home import ClinicHome, home_at, open_chart, secret_of
from spondyl.clinic.films.store import FilmStore
from spondyl.clinic.films.take_in import Origin, take_folder, take_in
from spondyl.clinic.keep_bookings import BookingKeeper
from spondyl.clinic.sample_practice import sample_practice
from spondyl.clinic.serve import ServeOptions, StartRefusedError, build_services, welcome
from spondyl.clinic.web import create_app

RUN = CliRunner()


def added(engine: sa.Engine, family_name: str) -> None:
    with writing(engine) as connection:
        add_person(connection, PersonDetails(given_name="Ana", family_name=family_name), actor="test")


@pytest.fixture
def home(tmp_path: Path) -> ClinicHome:
    """A clinic with a patient and a checkpoint."""
    home = home_at(tmp_path / "clinic")
    secret = secret_of(home)
    engine = open_chart(home, secret=secret)
    added(engine, "Demo")
    with reading(engine) as connection:
        write_checkpoint(connection, home.data_dir / "audit-anchor.jsonl", signer=anchor_signer(secret))
    engine.dispose()
    return home


def ended(*command: object) -> tuple[int, str]:
    said = RUN.invoke(app, [str(part) for part in command])
    return said.exit_code, said.output


@pytest.mark.parametrize("torn", ["a checkpoint", "every checkpoint", "a row"])
def test_with_a_torn_checkpoint_or_an_odd_row_it_is_said_and_backed_up_and_restored_all_the_same(
    home: ClinicHome, tmp_path: Path, torn: str
) -> None:
    if torn == "a checkpoint":
        with (home.data_dir / "audit-anchor.jsonl").open("a") as file:
            file.write('{"at":"2026-')
    elif torn == "every checkpoint":
        (home.data_dir / "audit-anchor.jsonl").write_text("")
    else:
        engine = open_chart(home, secret=secret_of(home))
        with writing(engine) as connection:
            connection.exec_driver_sql("DROP TRIGGER audit_no_update")
            connection.exec_driver_sql("UPDATE audit SET actor = 'somebody else' WHERE sequence = 1")
        engine.dispose()
    backup, key = tmp_path / "b.tar", ("--key", home.key_file)
    code, said = ended("backup", backup, "--data", home.data_dir)
    assert (code, "PROBLEM" in said, "can be restored" in said) == (10, True, True), said
    of_none = "PROBLEM There is no checkpoint in audit-anchor.jsonl: "
    assert (of_none in said) == (torn == "every checkpoint"), said
    code, said = ended("restore", backup, *key, "--check")
    assert (code, "the audit log of 1 rows has 1 problem." in said) == (10, True), said
    assert (of_none in said) == (torn == "every checkpoint"), said
    code, said = ended("restore", backup, *key, "--data", tmp_path / "new")
    assert (code, "Start it with:" in said) == (10, True), said
    assert ended("verify-audit", "--data", tmp_path / "new", *key)[0] == 10


def test_a_backup_whose_pages_were_changed_before_it_was_sealed_is_not_restored(
    embedded_engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spondyl.clinic.backup import make

    copied = make._copy  # pyright: ignore[reportPrivateUsage]

    def spoilt(engine: sa.Engine, chart: Path, *given: object) -> object:
        made = copied(engine, chart, *given)  # type: ignore[arg-type]
        content = bytearray(chart.read_bytes())
        content[-100] ^= 1
        chart.write_bytes(content)
        return made

    (tmp_path / "clinic").mkdir()
    key = tmp_path / "k"
    key.write_text(SECRET.hex())
    key.chmod(0o600)
    monkeypatch.setattr(make, "_copy", spoilt)
    make_backup(embedded_engine, tmp_path / "clinic", tmp_path / "b.tar", secret=SECRET)
    code, said = ended("restore", tmp_path / "b.tar", "--key", key, "--data", tmp_path / "new")
    assert (code, "The backup is damaged; nothing was restored." in said) == (10, True), said
    assert list((tmp_path / "new").iterdir()) == []


def test_a_damaged_film_is_counted_and_mended_by_the_good_copy_in_the_watched_folder(
    home: ClinicHome, tmp_path: Path
) -> None:
    secret, film = secret_of(home), b"DICM" * 500
    engine, incoming = open_chart(home, secret=secret), tmp_path / "incoming"
    store = FilmStore(folder=home.data_dir / "films", key=derive(secret, "films"))
    brought = Origin(source=FilmSource.UPLOAD, name="a.dcm", actor="test")
    stored = store.path_of(take_in(engine, store, film, brought).content_sha256)
    stored.write_bytes(stored.read_bytes()[:-1])
    for name, code, count in (("a.tar", 10, 1), ("b.tar", 0, 0)):
        assert ended("backup", tmp_path / name, "--data", home.data_dir)[0] == 0
        ended_with, said = ended("restore", tmp_path / name, "--key", home.key_file, "--check")
        assert (ended_with, f"PROBLEM {count} file of films" in said) == (code, bool(count)), said
        incoming.mkdir(exist_ok=True)
        (incoming / "good copy.dcm").write_bytes(film)
        seen: dict[Path, tuple[int, int]] = {}
        for _ in range(2):
            take_folder(engine, store, incoming, seen)
        assert store.get(stored.stem) == film
        assert list(incoming.iterdir()) == []
    engine.dispose()


def test_a_restore_into_the_database_of_another_clinic_changes_nothing_there(
    home: ClinicHome, tmp_path: Path, postgres_url: str
) -> None:
    """It was migrated first and then refused: the older Spondyl that serves it could not go on."""
    other = home_at(tmp_path / "other", database=postgres_url)
    engine = open_chart(other, secret=secret_of(other))
    added(engine, "Other")
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0010_film_uids'")
    assert ended("backup", tmp_path / "b.tar", "--data", home.data_dir)[0] == 0
    into = ("--data", tmp_path / "new", "--database", postgres_url)
    code, said = ended("restore", tmp_path / "b.tar", "--key", home.key_file, *into)
    assert (code, "holds a clinic already" in said) == (6, True), said
    with reading(engine) as connection:
        assert present_revision(connection) == "0010_film_uids"
    engine.dispose()


def test_a_restored_copy_reaches_no_patient_no_x_ray_unit_and_no_checkpoints_of_the_clinic(
    home: ClinicHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, sent = tmp_path / "live anchor.jsonl", list[str]()
    home.settings_file.write_text(
        f'anchor_file = "{elsewhere}"\n[dicom]\npeers = ["XRAY1@192.168.1.20"]\n[mail]\nserver = "mail.example"\n'
        'password_file = "mail.password"\n[oidc]\nclient_secret_file = "oidc.secret"\n'
    )
    secrets = ("mail.password", "oidc.secret")  # which no backup holds
    for name in secrets:
        (home.data_dir / name).write_text("four unrelated words")
    services = build_services(home, ServeOptions())
    with writing(services.engine) as connection:
        save_practice(connection, sample_practice(), actor="test")
    services.engine.dispose()
    assert ended("backup", tmp_path / "b.tar", "--data", home.data_dir)[0] == 0
    copy = home_at(tmp_path / "copy", key_file=home.key_file)
    code, said = ended("restore", tmp_path / "b.tar", "--key", home.key_file, "--data", copy.data_dir)
    mark = copy.data_dir / "restored.txt"
    assert (code, f"While {mark} lies there" in said) == (0, True), said

    def send(*_: object, **__: object) -> None:
        sent.append("letters")

    monkeypatch.setattr("spondyl.clinic.keep_bookings.send_due", send)

    def started(clinic: ClinicHome) -> tuple[bool, bool, bool, bool]:
        services = build_services(clinic, ServeOptions())
        BookingKeeper(services, base="http://x").look()
        told = f"delete {mark}" in " ".join(welcome(services, ServeOptions(), None))
        page = Browser(create_app(services), base_url="http://localhost")
        page.submit(
            f"/setup/{services.setup_token}", full_name="M", name="mara", password="four unrelated words"
        )
        shown = f"delete {mark}" in page.get("/today").text
        services.engine.dispose()
        listens, anchor = services.settings.dicom.network.listens, clinic.anchor_file(services.settings)
        return listens, anchor == elsewhere, told, shown

    assert (started(copy), sent) == ((False, False, True, True), [])
    assert ended("serve", "--prepare", "--data", copy.data_dir, "--key", home.key_file)[0] == 0
    assert (copy.data_dir / "audit-anchor.jsonl").is_file() and not elsewhere.exists()
    elsewhere.write_text("a checkpoint of the clinic, which went on\n")
    code, said = ended("verify-audit", "--data", copy.data_dir, "--key", home.key_file)
    assert (code, " 0 problems" in said) == (0, True), said
    mark.unlink()
    with pytest.raises(StartRefusedError, match=r"mail.password_file in settings.toml names"):
        build_services(copy, ServeOptions())
    for name in secrets:
        (copy.data_dir / name).write_text("four unrelated words")
    assert (started(copy), sent) == ((True, True, False, False), ["letters"])


def test_a_chart_of_an_older_version_is_backed_up_as_it_is_before_it_is_migrated(tmp_path: Path) -> None:
    home, old = home_at(tmp_path / "clinic"), "0010_film_uids"
    engine = open_engine(home.url, key=secret_of(home))
    with writing(engine) as connection:
        present_revision(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, old)
    added(engine, "Demo")
    engine.dispose()
    code, said = ended("export", tmp_path / "x", "--data", home.data_dir)
    assert (code, "Back it up with 'spondyl backup'; then run" in said) == (6, True), said
    code, said = ended("backup", tmp_path / "b.tar", "--data", home.data_dir)
    assert code == 0, said
    new = home_at(tmp_path / "new", key_file=home.key_file)
    code, said = ended("restore", tmp_path / "b.tar", "--key", home.key_file, "--data", new.data_dir)
    assert (code, "the audit log of 1 rows is whole" in said) == (0, True), said
    restored = open_engine(new.url, key=secret_of(home))
    with reading(restored) as connection:
        assert present_revision(connection) == old
    restored.dispose()
    restored = open_chart(new, secret=secret_of(home))
    with reading(restored) as connection:
        assert [one.details.family_name for one in find_people(connection)] == ["Demo"]
    restored.dispose()


@pytest.mark.parametrize("key_is_there", [True, False])
@pytest.mark.parametrize("rest", ["chart.db-wal", "films/aa/1.film", "adjustments/1", "audit-anchor.jsonl"])
def test_no_new_clinic_begins_beside_what_is_left_of_one(
    tmp_path: Path, rest: str, key_is_there: bool
) -> None:
    """SQLite threw the acknowledged rows in chart.db-wal away, and a missing key file was made anew."""
    home = home_at(tmp_path / "clinic")
    (home.data_dir / rest).parent.mkdir(parents=True)
    (home.data_dir / rest).write_bytes(b"acknowledged")
    if key_is_there:
        make_key_file(home.key_file)
    before = {path: path.is_file() and path.read_bytes() for path in home.data_dir.rglob("*")}
    code, said = ended("serve", "--prepare", "--data", home.data_dir)
    left = Path(rest).parts[0]
    assert (code, f"chart.db is missing, but {left} of a clinic is there" in said) == (6, True), said
    assert {path: path.is_file() and path.read_bytes() for path in home.data_dir.rglob("*")} == before


def test_a_new_clinic_begins_beside_settings_and_an_empty_disk_for_its_films(tmp_path: Path) -> None:
    home = home_at(tmp_path / "clinic")
    for name in ("films/lost+found", "incoming"):
        (home.data_dir / name).mkdir(parents=True)
    home.settings_file.write_text('clinic_name = "Nord"')
    for _ in range(2):
        assert ended("serve", "--prepare", "--data", home.data_dir)[0] == 0
