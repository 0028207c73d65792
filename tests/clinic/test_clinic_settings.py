"""Claims: settings.toml is read strictly; the server never opens a door that would carry passwords in the clear."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from spondyl.clinic.chart.keys import make_key_file
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.clinic_home import home_at
from spondyl.clinic.clinic_settings import ClinicSettings, SettingsInvalidError, read_settings
from spondyl.clinic.opened import ChartUnusableError, opened_chart
from spondyl.clinic.own_certificate import own_certificate
from spondyl.clinic.serve import ServeOptions, StartRefusedError, build_services
from spondyl.clinic.verify_audit import audit_state

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "settings.toml") == ClinicSettings()


def test_every_kind_of_value_is_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        'clinic_name = "Nord"\nhost_names = ["a.example"]\nsession_hours = 2\n[oidc]\nissuer = "https://id"\n'
    )
    settings = read_settings(path)
    assert (settings.clinic_name, settings.host_names, settings.session_hours) == ("Nord", ("a.example",), 2)
    assert settings.oidc.used


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour = 1", "There is no setting 'colour'"),
        ("tls = true", "There is no setting 'tls'"),
        ("session_hours = true", "must be of type int"),
        ("session_hours = 0", "between 1 and 168"),
        ('host_names = "a"', "a list of texts"),
        ("[oidc]\nissuer = 3", "oidc.issuer is 3"),
        ("oidc = 3", "must be a table"),
        ("x = ", "no TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsInvalidError, match=said):
        read_settings(path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (ServeOptions(host="0.0.0.0"), "in the clear"),
        (ServeOptions(host="192.168.1.2", demo=True, own_tls=True), "All know the demo's passwords"),
        (ServeOptions(certificate=Path("c.pem")), "belong together"),
    ],
)
def test_an_open_door_is_refused(tmp_path: Path, options: ServeOptions, said: str) -> None:
    with pytest.raises(StartRefusedError, match=said):
        build_services(home_at(tmp_path / "clinic"), options)
    assert not (tmp_path / "clinic").exists()


_WITHOUT_DRIVER = """
import sys
sys.modules["psycopg"] = None  # as where the extra is not installed
from pathlib import Path
from spondyl.clinic.clinic_home import home_at
from spondyl.clinic.serve import ServeOptions, StartRefusedError, build_services
folder = Path(sys.argv[1])
build_services(home_at(folder), ServeOptions()).engine.dispose()
try:
    build_services(home_at(folder, database="postgresql+psycopg://clinic@127.0.0.1:9/chart"), ServeOptions())
except StartRefusedError as refused:
    print(refused)
"""


def test_a_clinic_starts_without_the_driver_of_postgresql_and_says_when_it_needs_it(tmp_path: Path) -> None:
    """A wheel without the extra could not even start with the embedded file."""
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_DRIVER, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "pip install 'psycopg[binary]'" in done.stdout


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    build_services(home, ServeOptions()).engine.dispose()
    home.key_file.chmod(0o644)
    with pytest.raises(StartRefusedError, match="chmod 600"):
        build_services(home, ServeOptions())


def test_a_wrong_key_and_a_lost_key_are_named(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    build_services(home, ServeOptions()).engine.dispose()
    home.key_file.write_text("00" * 32)
    with pytest.raises(StartRefusedError, match="cannot be opened with this key"):
        build_services(home, ServeOptions())
    home.key_file.unlink()
    with pytest.raises(StartRefusedError, match="Put the clinic's key back"):
        build_services(home, ServeOptions())


def test_a_clinic_in_postgresql_is_opened_with_its_own_key_only_and_gets_no_new_one(
    tmp_path: Path, postgres_url: str
) -> None:
    """A folder that is not mounted, a slip in --data or another's key: one row would break the log for good."""
    home = home_at(tmp_path / "clinic", database=postgres_url)
    services = build_services(home, ServeOptions())
    with writing(services.engine) as connection:
        add_person(connection, PersonDetails(given_name="Ana", family_name="Demo"), actor="test")
    services.engine.dispose()
    build_services(home, ServeOptions()).engine.dispose()
    elsewhere = home_at(tmp_path / "typo", database=postgres_url)
    with pytest.raises(StartRefusedError, match=r"no key file.*Put the clinic's key back"):
        build_services(elsewhere, ServeOptions())
    assert not elsewhere.data_dir.exists()
    make_key_file(elsewhere.key_file)
    with pytest.raises(StartRefusedError, match=r"not the one that this database's audit log.*--data"):
        build_services(elsewhere, ServeOptions())
    with pytest.raises(ChartUnusableError, match="not the one"), opened_chart(elsewhere):
        pass
    assert audit_state(home).problems[:-1] == ()  # the last: that no checkpoint was written
    assert "the seal does not fit" in audit_state(elsewhere).problems[0]


def test_the_chart_at_rest_shows_no_name(tmp_path: Path) -> None:
    """SQLite files begin with 'SQLite format 3' (sqlite.org/fileformat2.html); an encrypted one must not."""
    home = home_at(tmp_path)
    build_services(home, ServeOptions()).engine.dispose()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("chart.db*"))
    assert b"SQLite format 3" not in content
    assert b"CREATE TABLE" not in content


def test_an_own_certificate_lasts_has_the_names_and_is_made_anew_in_time(tmp_path: Path) -> None:
    first = own_certificate(tmp_path, names=["localhost", "127.0.0.1", "[::1]"], now=NOW)
    found = x509.load_pem_x509_certificate(first.certificate.read_bytes())
    held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(one.value) for one in held} == {"localhost", "127.0.0.1", "::1"}
    assert first.key.stat().st_mode & 0o777 == 0o600
    before = first.fingerprint
    assert own_certificate(tmp_path, names=["localhost"], now=NOW + timedelta(days=300)).fingerprint == before
    assert own_certificate(tmp_path, names=["localhost"], now=NOW + timedelta(days=380)).fingerprint != before
