"""Claims: whatever was wrong with the clinic when it was backed up is said, and the backup comes back all the same;
what is left of a clinic is never taken for an empty folder."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from clinic_charts import SECRET
from spondyl.clinic.backup import make_backup
from spondyl.clinic.chart.anchor import write_checkpoint
from spondyl.clinic.chart.keys import anchor_signer, make_key_file
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.cli.app import app
from spondyl.clinic.clinic_home import ClinicHome, home_at, open_chart, secret_of

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


@pytest.mark.parametrize("torn", ["a checkpoint", "a row"])
def test_with_a_torn_checkpoint_or_an_odd_row_it_is_said_and_backed_up_and_restored_all_the_same(
    home: ClinicHome, tmp_path: Path, torn: str
) -> None:
    if torn == "a checkpoint":
        with (home.data_dir / "audit-anchor.jsonl").open("a") as file:
            file.write('{"at":"2026-')
    else:
        engine = open_chart(home, secret=secret_of(home))
        with writing(engine) as connection:
            connection.exec_driver_sql("DROP TRIGGER audit_no_update")
            connection.exec_driver_sql("UPDATE audit SET actor = 'somebody else' WHERE sequence = 1")
        engine.dispose()
    backup, key = tmp_path / "b.tar", ("--key", home.key_file)
    code, said = ended("backup", backup, "--data", home.data_dir)
    assert (code, "PROBLEM" in said, "can be restored" in said) == (10, True, True), said
    code, said = ended("restore", backup, *key, "--check")
    assert (code, "the audit log of 1 rows has 1 problem" in said) == (10, True), said
    code, said = ended("restore", backup, *key, "--data", tmp_path / "new")
    assert (code, "Restored. Start it with:" in said) == (10, True), said
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
