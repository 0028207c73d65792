"""Claims: what hinders the start is said in words with what to do and exit code 6, before anything is served."""

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.engine import utc_now
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.cli.app import app
from spondyl.clinic.clinic_home import home_at
from spondyl.clinic.own_certificate import own_certificate
from spondyl.clinic.serve import (
    ServeOptions,
    StartRefusedError,
    build_services,
    run_server,
    tls_files,
    welcome,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def served(data: Path, *options: object) -> tuple[int, str]:
    said = CliRunner().invoke(app, ["serve", "--data", str(data), "--port", "0", *map(str, options)])
    return said.exit_code, said.output


def test_a_certificate_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text("no certificate")
    code, said = served(tmp_path / "clinic", "--cert", tmp_path / "c.pem", "--cert-key", tmp_path / "c.pem")
    assert (code, "The certificate and its key cannot be used" in said) == (6, True), said


@pytest.mark.parametrize(
    ("address", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)], ids=["IPv4", "IPv6"]
)
def test_a_port_for_films_that_is_in_use_is_said_and_no_other(
    tmp_path: Path, address: str, family: socket.AddressFamily
) -> None:
    with socket.create_server((address, 0), family=family) as taken:
        port = taken.getsockname()[1]
        (tmp_path / "settings.toml").write_text(
            f'[dicom]\naddress = "{address}"\nport = {port}\npeers = ["XRAY1@127.0.0.1"]\n'
        )
        said = rf"by DICOM at {address} port {port} \(Address already in use.*another port"
        with pytest.raises(StartRefusedError, match=said):
            run_server(home_at(tmp_path), ServeOptions(port=0))


def test_a_name_with_an_accent_is_known_as_browsers_send_it_and_stands_in_the_certificate(
    tmp_path: Path,
) -> None:
    """xn--clnica-4va: what Python's own codec and every browser make of it (RFC 3490, 3492)."""
    (tmp_path / "settings.toml").write_text('host_names = ["clínica.example"]', encoding="utf-8")
    services = build_services(home_at(tmp_path), ServeOptions(own_tls=True))
    services.engine.dispose()
    files = tls_files(services, ServeOptions(own_tls=True))
    assert files is not None and "xn--clnica-4va.example" in services.settings.host_names
    found = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "xn--clnica-4va.example" in names.get_values_for_type(x509.DNSName)


def test_a_name_that_no_host_can_have_is_said(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(f'host_names = ["{"í" * 70}"]', encoding="utf-8")
    with pytest.raises(StartRefusedError, match=r"host_names in settings.toml .* can be no name of a host"):
        build_services(home_at(tmp_path), ServeOptions())


@pytest.mark.parametrize("torn", ["certificate.pem", "key.pem"])
@pytest.mark.parametrize("holds", ["", "torn", "of another"])
def test_a_torn_certificate_or_the_key_of_another_is_made_anew(tmp_path: Path, torn: str, holds: str) -> None:
    own_certificate(tmp_path / "tls", names=["localhost"], now=NOW)
    own_certificate(tmp_path / "other", names=["localhost"], now=NOW)
    other = (tmp_path / "other" / torn).read_text()
    (tmp_path / "tls" / torn).write_text({"": "", "torn": other[:90], "of another": other}[holds])
    broken = {path.name: path.read_bytes() for path in (tmp_path / "tls").iterdir()}
    made = own_certificate(tmp_path / "tls", names=["localhost"], now=NOW)
    assert {path.name: path.read_bytes() for path in (tmp_path / "tls").iterdir()}.keys() == broken.keys()
    assert made.certificate.read_bytes() != broken["certificate.pem"]
    assert own_certificate(tmp_path / "tls", names=["localhost"], now=NOW).fingerprint == made.fingerprint


def test_a_clock_that_is_behind_the_log_is_said_at_the_start(tmp_path: Path) -> None:
    home = home_at(tmp_path / "clinic")
    for ahead, is_said in ((timedelta(days=30), False), (timedelta(0), True)):
        services = build_services(home, ServeOptions())
        services = replace(services, clock=lambda ahead=ahead: utc_now() + ahead)
        said = any(
            "the clock is wrong now, or was then" in one for one in welcome(services, ServeOptions(), None)
        )
        engine = services.engine.execution_options(spondyl_clock=services.clock)
        with writing(engine) as connection:
            record(connection, actor="test", action="look", subject="clinic")
        services.engine.dispose()
        assert said == is_said


@pytest.mark.parametrize("table", ["mail]\npassword_file", "oidc]\nclient_secret_file"])
def test_a_password_file_begins_in_the_data_folder_and_is_missed_at_the_start(
    tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "clinic"
    data.mkdir()
    (data / "settings.toml").write_text(f'[{table} = "secrets/one"')
    monkeypatch.chdir(tmp_path)
    code, said = served(data, "--prepare")
    assert (code, f"names {data / 'secrets/one'}, which cannot be read" in said) == (6, True), said
    (data / "secrets").mkdir()
    (data / "secrets" / "one").write_text("four unrelated words\n")
    services = build_services(home_at(data), ServeOptions())
    services.engine.dispose()
    assert "mail" not in table or services.settings.mail.password == "four unrelated words"
