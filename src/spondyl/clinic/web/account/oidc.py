"""Ask an OpenID Connect provider who somebody is: authorization code flow with PKCE (RFC 7636)."""

import base64
import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, import_key

from spondyl.clinic.clinic_settings import OidcSettings

ALGORITHMS = ["RS256", "ES256", "EdDSA"]
TIMEOUT_S = 10.0
LEEWAY_S = 60
LARGEST_ANSWER = 1_000_000


class SignOnRefusedError(Exception):
    """The provider, or its answer, cannot be trusted or used; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was sent along with somebody to the provider and must come back with them."""

    state: str
    nonce: str
    verifier: str
    then: str


def authorization_address(settings: OidcSettings, asked: Asked, *, redirect: str) -> str:
    """Where to send the browser."""
    challenge = (
        base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
    )
    query = {
        "response_type": "code",
        "scope": "openid",
        "client_id": settings.client_id,
        "redirect_uri": redirect,
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    endpoint = _endpoint(_discovered(settings), "authorization_endpoint")
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def subject_of(settings: OidcSettings, asked: Asked, *, code: str, redirect: str, now: datetime) -> str:
    """Trade the code for an ID token and check it; returns "issuer|subject"."""
    found = _discovered(settings)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    form |= {"code_verifier": asked.verifier, "client_id": settings.client_id}
    answer = _fetch("POST", _endpoint(found, "token_endpoint"), form=form, basic=_credentials(settings))
    keys = _fetch("GET", _endpoint(found, "jwks_uri"))
    try:
        token = jwt.decode(str(answer["id_token"]), _known_keys(keys), algorithms=ALGORITHMS)
    except (JoseError, KeyError, ValueError, TypeError) as error:
        raise SignOnRefusedError(
            "The provider's ID token is missing or its signature does not fit."
        ) from error
    return _checked(token.claims, settings, asked, now)


def _known_keys(answer: dict[str, Any]) -> KeySet:
    """The provider's keys of kinds that are known here; any other is passed over (RFC 7517, 5)."""
    found: list[Any] = []
    for one in answer["keys"]:
        with suppress(JoseError, KeyError, ValueError, TypeError):
            found.append(import_key(one))
    return KeySet(found)


def _checked(claims: dict[str, Any], settings: OidcSettings, asked: Asked, now: datetime) -> str:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    expires, subject = claims.get("exp"), claims.get("sub")
    if claims.get("iss") != settings.issuer or settings.client_id not in audiences:
        raise SignOnRefusedError("The ID token is from another provider, or for another program.")
    if len(audiences) > 1 and claims.get("azp") != settings.client_id:
        raise SignOnRefusedError("The ID token was given to another program.")
    if not isinstance(expires, int | float) or now.timestamp() > expires + LEEWAY_S:
        raise SignOnRefusedError("The ID token is too old; check the clocks of both machines.")
    if claims.get("nonce") != asked.nonce:
        raise SignOnRefusedError("The ID token is not the answer to this sign-in.")
    if not isinstance(subject, str) or not subject:
        raise SignOnRefusedError("The ID token names nobody.")
    return f"{settings.issuer}|{subject}"


def _discovered(settings: OidcSettings) -> dict[str, Any]:
    found = _fetch("GET", _safe(settings.issuer.rstrip("/") + "/.well-known/openid-configuration"))
    if found.get("issuer") != settings.issuer:
        raise SignOnRefusedError(
            f"The provider calls itself {found.get('issuer')!r}, not {settings.issuer!r}."
        )
    return found


def _endpoint(found: dict[str, Any], name: str) -> str:
    return _safe(str(found.get(name, "")))


def _safe(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    ):
        return address
    raise SignOnRefusedError(f"The provider's address {address!r} is not https.")


def _credentials(settings: OidcSettings) -> tuple[str, str] | None:
    if not settings.client_secret_file:
        return None
    path = Path(settings.client_secret_file)
    try:
        if path.stat().st_mode & 0o077:
            raise SignOnRefusedError(f"Others can read {path}; run: chmod 600 {path}")
        # Encoded as in a form before it is joined by a colon (RFC 6749, 2.3.1).
        return quote_plus(settings.client_id), quote_plus(path.read_text().strip())
    except OSError as error:
        raise SignOnRefusedError(f"The secret's file cannot be read: {error}") from error


def _fetch(
    method: str, address: str, *, form: dict[str, str] | None = None, basic: tuple[str, str] | None = None
) -> dict[str, Any]:
    try:
        # No redirects, no proxies from the environment: only the named provider is asked.
        with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
            answer = client.request(
                method, address, data=form, auth=basic, headers={"Accept": "application/json"}
            )
        answer.raise_for_status()
        content = json.loads(answer.content[:LARGEST_ANSWER])
    except (httpx.HTTPError, ValueError) as error:
        raise SignOnRefusedError(
            f"The provider does not answer as it should at {address}: {error}"
        ) from error
    if not isinstance(content, dict):
        raise SignOnRefusedError(f"The provider's answer at {address} is no JSON object.")
    return content
