"""Claims: the real program starts a clinic, keeps it over a restart, speaks TLS, and signs in by a passkey."""

import json
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from clinic_apps import Browser
from live_clinic import PATIENCE_MS, chromium
from served_clinic import Served, served_clinic
from spondyl.clinic.clinic_home import home_at
from spondyl.clinic.serve import (
    ServeOptions,
    StartRefusedError,
    build_services,
    is_localhost,
    open_listener,
    open_listeners,
    own_address,
    run_server,
    welcome,
)
from spondyl.clinic.web import create_app
from warm_program import PROGRAM

PASSWORD = "four unrelated words here"


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as browser:
        opened = browser.new_page()
        opened.set_default_timeout(PATIENCE_MS)
        yield opened


def answers(address: str) -> int:
    end_s = time.monotonic() + 60.0
    while time.monotonic() < end_s:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.status
        except OSError:
            time.sleep(0.05)
    return 0


def set_up(page: Page, served: Served) -> None:
    page.goto(served.setup_address())
    page.get_by_label("Full name").fill("Dr Mara Lind")
    page.get_by_label("Sign-in name").fill("mara")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()


def with_authenticator(page: Page) -> None:
    """A device with a fingerprint reader, as chromium imitates one."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    device |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": device})


def test_a_new_clinic_from_link_to_passkey_and_over_a_restart(tmp_path: Path, page: Page) -> None:
    data = tmp_path / "clinic"
    with served_clinic(data) as served:
        assert answers(f"{served.address}/health") == 200
        outside: list[str] = []
        page.on("request", lambda one: outside.append(one.url) if "://localhost:" not in one.url else None)
        set_up(page, served)
        page.get_by_role("heading", name="Today").wait_for()
        page.goto(served.setup_address())
        assert "administrator exists already" in page.content()
        with_authenticator(page)
        here = served.address
        page.goto(f"{here}/account")
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Add a passkey").click()
        page.get_by_text("This device, added").wait_for()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Use a passkey").click()
        page.get_by_role("heading", name="Today").wait_for()
        page.goto(f"{here}/account")
        remove = page.get_by_role("button", name="Remove This device")
        assert not remove.is_visible(), "a key is not gone by one press"
        page.locator("summary", has_text="Remove").click()
        page.get_by_text("This cannot be undone").wait_for()
        page.locator(".asks").get_by_label("Your password").fill(PASSWORD)
        remove.click()
        page.get_by_text("The passkey is removed.").wait_for()
        assert outside == []
    anchors = (data / "audit-anchor.jsonl").read_text().splitlines()
    assert sum(entry[0] for entry in json.loads(anchors[-1])["heads"].values()) >= 5
    with served_clinic(data, until="Spondyl serves") as served:
        assert "setup" not in served.printed
        page.goto(f"{served.address}/today")
        page.get_by_role("heading", name="Today").wait_for()  # the session outlives the restart
        page.context.clear_cookies()
        page.goto(f"{served.address}/sign-in")
        page.get_by_label("Sign-in name").fill("mara")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("heading", name="Today").wait_for()
    checked = subprocess.run(
        [PROGRAM, "verify-audit", "--data", str(data), "--json"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    assert json.loads(checked.stdout)["problems"] == []


def test_own_tls_serves_with_the_printed_certificate_and_marks_cookies(tmp_path: Path) -> None:
    with served_clinic(tmp_path / "clinic", "--own-tls") as served:
        assert served.address.startswith("https://")
        trust = ssl.create_default_context(cafile=tmp_path / "clinic" / "tls" / "certificate.pem")
        with urllib.request.urlopen(f"{served.address}/sign-in", timeout=20, context=trust) as answer:
            headers = answer.headers
        assert "Secure" in headers["set-cookie"]
        assert headers["set-cookie"].startswith("__Host-")
        assert headers["strict-transport-security"]
        assert "SHA-256 is" in served.printed
        assert f"Copy the key file {tmp_path / 'clinic' / 'clinic.key'} to" in served.printed
        served.process.send_signal(signal.SIGTERM)  # as a service manager does
        assert served.process.wait(60) == 0, "it ends as by Ctrl-C, taking away what it made for its children"


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        home, port = home_at(tmp_path / "clinic"), taken.getsockname()[1]
        with pytest.raises(StartRefusedError, match="Name another with --port"):
            run_server(home, ServeOptions(port=port))


def test_an_answer_does_not_wait_for_the_other_side_to_acknowledge_its_head() -> None:
    with open_listener(ServeOptions(port=0)) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(("demo", "address"), [(True, "127.0.0.1"), (False, "0.0.0.0")])
def test_nobody_but_this_machine_reaches_the_dicom_port_of_a_demo(
    tmp_path: Path, demo: bool, address: str
) -> None:
    (tmp_path / "settings.toml").write_text('[dicom]\npeers = ["XRAY1@192.168.1.20"]\n')
    options = ServeOptions(port=0, demo=demo)
    services = build_services(home_at(tmp_path), options)
    try:
        assert services.settings.dicom.network.address == address
        said = f"Films come by DICOM to SPONDYL at {address}:11112, from XRAY1@192.168.1.20"
        assert said in welcome(services, options, None)
    finally:
        services.engine.dispose()


@pytest.mark.parametrize(
    ("pages", "is_warned"), [("", True), ('pages_address = "https://book.example"', False)]
)
def test_a_mail_server_without_the_address_of_the_pages_is_warned_of(
    tmp_path: Path, pages: str, is_warned: bool
) -> None:
    (tmp_path / "settings.toml").write_text(f'[mail]\nserver = "mail.example"\n{pages}\n')
    options = ServeOptions(port=8080)
    services = build_services(home_at(tmp_path), options)
    try:
        said = any("pages_address" in one for one in welcome(services, options, None))
        assert said == is_warned
    finally:
        services.engine.dispose()


def test_a_free_port_for_films_is_not_told_as_port_0(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[dicom]\nport = 0\npeers = ["XRAY1@192.168.1.20"]\n')
    options = ServeOptions(port=0)
    services = build_services(home_at(tmp_path), options)
    try:
        (line,) = [one for one in welcome(services, options, None) if "DICOM" in one]
        assert "0.0.0.0, on a free port named below, from XRAY1" in line and ":0" not in line
    finally:
        services.engine.dispose()


def test_on_this_machine_the_name_localhost_is_printed_and_answers_at_both_its_addresses() -> None:
    listeners = open_listeners(ServeOptions(port=0))
    try:
        port = listeners[0].getsockname()[1]
        found = {one[4][0] for one in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM)}
        assert is_localhost(listeners)
        assert found <= {one.getsockname()[0] for one in listeners}
    finally:
        for one in listeners:
            one.close()


def test_where_another_program_has_localhost_of_ipv6_the_number_is_printed() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        listeners = open_listeners(ServeOptions(port=other.getsockname()[1]))
        assert len(listeners) == 1 and not is_localhost(listeners)
        listeners[0].close()


def test_an_address_of_ipv6_is_known_and_printed_as_browsers_write_it(tmp_path: Path) -> None:
    options = ServeOptions(host="FD00:0::2", port=8443, own_tls=True)
    services = build_services(home_at(tmp_path), options)
    try:
        assert own_address(options) == "https://[fd00::2]:8443"
        browser = Browser(create_app(services), base_url=own_address(options), follow_redirects=False)
        assert browser.get(f"/setup/{services.setup_token}").status_code == 200
    finally:
        services.engine.dispose()


def test_behind_a_proxy_it_is_said_at_the_start_which_headers_are_needed(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("behind_tls_proxy = true\n")
    services = build_services(home_at(tmp_path), ServeOptions())
    try:
        (line,) = [one for one in welcome(services, ServeOptions(), None) if "X-Forwarded-For" in one]
        assert "50 wrong sign-ins" in line and "15 minutes" in line
    finally:
        services.engine.dispose()
