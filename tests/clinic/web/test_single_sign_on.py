"""Claims: a provider's true answer signs in the tied account; every forged, stale or foreign one is refused.

The provider is an independent one of this test, on a loopback port, with keys of its own.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from clinic_apps import ADDRESS, Browser
from clinic_charts import START
from spondyl.clinic.chart.accounts import add_account, set_oidc_subject
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.clinic_settings import OidcSettings
from spondyl.clinic.web import create_app
from spondyl.clinic.web.services import Services

KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})
OF_TOMORROW = {"kty": "EC", "crv": "brainpoolP256r1", "x": "AA", "y": "AA", "kid": "two"}
OTHER_KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})


class Provider(ThreadingHTTPServer):
    """Answers discovery, keys and the token endpoint; ``claims`` and ``key`` make the ID token."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.claims: dict[str, Any] = {}
        self.key = KEY
        self.challenge = ""
        self.name = self.issuer


class Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        issuer = self.server.issuer
        if self.path == "/keys":
            self._say({"keys": [OF_TOMORROW, KEY.as_dict(private=False)]})
            return
        names = {"authorization_endpoint": "/go", "token_endpoint": "/token", "jwks_uri": "/keys"}
        self._say({"issuer": self.server.name, **{name: issuer + path for name, path in names.items()}})

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        proved = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.server.challenge
        basic = base64.b64decode(self.headers["Authorization"].split()[1]).decode()
        if not (proved and basic == "spondyl:se%3Acret+%25" and form["code"] == ["code-1"]):
            self.send_error(400)
            return
        token = jwt.encode({"alg": "RS256", "kid": "one"}, self.server.claims, self.server.key)
        self._say({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""

    def _say(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def person(services: Services, provider: Provider, tmp_path: Path) -> Browser:
    secret = tmp_path / "oidc.secret"
    secret.write_text("se:cret %\n")
    secret.chmod(0o600)
    oidc = OidcSettings(issuer=provider.issuer, client_id="spondyl", client_secret_file=str(secret))
    with writing(services.engine) as connection:
        account = add_account(
            connection,
            sign_in_name="mara",
            full_name="Mara",
            role=Role.CLINICIAN,
            password=None,
            actor="test",
        )
        set_oidc_subject(connection, account.id, subject=f"{provider.issuer}|sub-1", actor="test")
    app = create_app(replace(services, settings=replace(services.settings, oidc=oidc)))
    return Browser(app, base_url=ADDRESS, follow_redirects=False)


def sent_to(person: Browser, provider: Provider) -> dict[str, str]:
    """What the browser carries to the provider."""
    sent = person.get("/sign-in/single-sign-on?next=/patients")
    assert sent.headers["location"].startswith(f"{provider.issuer}/go?")
    query = {name: value[0] for name, value in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    provider.challenge = query["code_challenge"]
    provider.claims = {
        "iss": provider.issuer,
        "aud": "spondyl",
        "sub": "sub-1",
        "nonce": query["nonce"],
        "exp": int(START.timestamp()) + 300,
    }
    return query


def test_a_true_answer_signs_in_the_tied_account(person: Browser, provider: Provider) -> None:
    query = sent_to(person, provider)
    assert query["redirect_uri"] == f"{ADDRESS}/sign-in/single-sign-on/return"
    back = person.get(f"/sign-in/single-sign-on/return?code=code-1&state={query['state']}")
    assert (back.status_code, back.headers["location"]) == (303, "/patients")
    assert "Mara" in person.get("/today").text


Change = Callable[[Provider], None]
FORGED: dict[str, Change] = {
    "another key": lambda one: setattr(one, "key", OTHER_KEY),
    "another audience": lambda one: one.claims.update(aud="other"),
    "another issuer": lambda one: one.claims.update(iss="https://evil.example"),
    "given to another": lambda one: one.claims.update(aud=["spondyl", "other"], azp="other"),
    "an old token": lambda one: one.claims.update(exp=int(START.timestamp()) - 61),
    "no end": lambda one: one.claims.pop("exp"),
    "another sign-in": lambda one: one.claims.update(nonce="other"),
    "nobody": lambda one: one.claims.update(sub=""),
    "another verifier": lambda one: setattr(one, "challenge", "other"),
    "another name": lambda one: setattr(one, "name", "https://evil.example"),
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_answer_is_refused(person: Browser, provider: Provider, forged: str) -> None:
    query = sent_to(person, provider)
    FORGED[forged](provider)
    back = person.get(f"/sign-in/single-sign-on/return?code=code-1&state={query['state']}")
    assert back.status_code == 502
    assert "spondyl_session" not in person.cookies


def test_another_state_and_a_missing_cookie_are_refused(person: Browser, provider: Provider) -> None:
    sent_to(person, provider)
    assert person.get("/sign-in/single-sign-on/return?code=code-1&state=x").status_code == 400
    person.cookies.clear()
    assert person.get("/sign-in/single-sign-on/return?code=code-1&state=x").status_code == 400


def test_somebody_not_tied_gets_no_account_but_the_line_to_hand_over(
    person: Browser, provider: Provider
) -> None:
    query = sent_to(person, provider)
    provider.claims["sub"] = "sub-2"
    back = person.get(f"/sign-in/single-sign-on/return?code=code-1&state={query['state']}")
    assert back.status_code == 403
    assert f"{provider.issuer}|sub-2" in back.text
    assert "spondyl_session" not in person.cookies


def test_without_a_provider_there_is_no_such_page(browser: Callable[[Role], Browser]) -> None:
    assert browser(Role.NOBODY).get("/sign-in/single-sign-on").status_code == 404
    assert "single-sign-on" not in browser(Role.NOBODY).get("/sign-in").text
