"""Add a passkey and sign in with one (WebAuthn level 2); the challenge travels in a sealed cookie for five minutes."""

import secrets
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Request
from sqlalchemy.exc import IntegrityError
from starlette.responses import JSONResponse, Response
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from spondyl.clinic.chart.attempts import ChallengeUsedError, attempt_succeeded, begin_proof
from spondyl.clinic.chart.passkeys import add_passkey, note_use, passkey, passkeys_of
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.account.again import unproved
from spondyl.clinic.web.cookies import drop_cookie, set_cookie
from spondyl.clinic.web.front.password import client_address, refused
from spondyl.clinic.web.front.sign_in import begin_session, safe_address
from spondyl.clinic.web.page import keep_visitor
from spondyl.clinic.web.patient_link import LinkUnusableError, PatientLink, make_link, read_link
from spondyl.clinic.web.rights import AnyStaff, open_to_all
from spondyl.clinic.web.services import Clinic, Services
from spondyl.clinic.web.site_address import site_address

router = APIRouter(include_in_schema=False)
COOKIE = "spondyl_challenge"
LASTS = timedelta(minutes=5)
_REFUSED = "The passkey did not prove itself. Try again, or sign in with your password."
_SIGN_IN = "sign-in"
_UNKNOWN = "one that is not known here, or of an account that may not sign in"
_UNPROVED = (WebAuthnException, ValueError, KeyError, TypeError)
Sent = Annotated[dict[str, Any], Body()]


@router.post("/account/passkeys/options")
def options_for_new(request: Request, services: Clinic, viewer: AnyStaff, sent: Sent) -> Response:
    """What the browser needs to make a passkey, after the present password was given."""
    assert viewer.account is not None
    if problem := unproved(request, services, viewer, present=_plain(sent.get("present", ""))[:200]):
        raise HTTPException(422, problem)
    challenge = secrets.token_bytes(32)
    with reading(services.engine) as connection:
        known = passkeys_of(connection, viewer.account.id)
    options = generate_registration_options(
        rp_id=_host(request),
        rp_name=services.settings.clinic_name,
        user_name=viewer.account.sign_in_name,
        user_id=viewer.account.id.encode(),
        user_display_name=viewer.account.full_name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in known
        ],
    )
    return _with_challenge(services, options_to_json(options), f"{viewer.account.id}:{challenge.hex()}")


@router.post("/account/passkeys")
def add(request: Request, services: Clinic, viewer: AnyStaff, sent: Sent) -> Response:
    """Check the new passkey's answer and keep its public half."""
    assert viewer.account is not None
    challenge = _challenge(request, services, whose=viewer.account.id)
    try:
        proved = verify_registration_response(
            credential=_credential(sent),
            expected_challenge=challenge,
            expected_rp_id=_host(request),
            expected_origin=site_address(request),
            require_user_verification=True,
        )
    except _UNPROVED as error:
        raise HTTPException(422, _REFUSED) from error
    try:
        with writing(services.engine) as connection:
            proof = begin_proof(connection, challenge=challenge, address=client_address(request))
            attempt_succeeded(connection, proof)
            add_passkey(
                connection,
                owner=viewer.account,
                credential_id=bytes_to_base64url(proved.credential_id),
                public_key=proved.credential_public_key.hex(),
                sign_count=proved.sign_count,
                label=_plain(sent.get("label", "")),
            )
    except (ChallengeUsedError, IntegrityError) as error:  # or another account has a passkey of this name
        raise HTTPException(422, _REFUSED) from error
    return _done(services, {"next": "/account"})


@router.post("/sign-in/passkey/options", dependencies=[Depends(open_to_all())])
def options_for_sign_in(request: Request, services: Clinic) -> Response:
    """What the browser needs to use a passkey; it offers those it has for this host."""
    challenge = secrets.token_bytes(32)
    options = generate_authentication_options(
        rp_id=_host(request), challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    response = _with_challenge(services, options_to_json(options), f"{_SIGN_IN}:{challenge.hex()}")
    keep_visitor(request, response)
    return response


@router.post("/sign-in/passkey", dependencies=[Depends(open_to_all())])
def sign_in(request: Request, services: Clinic, sent: Sent) -> Response:
    """Check the passkey's answer and begin a session."""
    challenge = _challenge(request, services, whose=_SIGN_IN)
    try:
        with writing(services.engine) as connection:
            proof = begin_proof(connection, challenge=challenge, address=client_address(request))
    except ChallengeUsedError as error:
        raise _let_in_nobody(request, services, "an answer sent before") from error
    with reading(services.engine) as connection:
        found = passkey(connection, _plain(_credential(sent).get("id", "")))
    if found is None:
        raise _let_in_nobody(request, services, _UNKNOWN)
    known, owner = found
    try:
        proved = verify_authentication_response(
            credential=_credential(sent),
            expected_challenge=challenge,
            expected_rp_id=_host(request),
            expected_origin=site_address(request),
            credential_public_key=bytes.fromhex(known.public_key),
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except _UNPROVED as error:
        raise _let_in_nobody(request, services, f"account {owner.sign_in_name}") from error
    with writing(services.engine) as connection:
        attempt_succeeded(connection, proof)
        note_use(connection, known.credential_id, sign_count=proved.new_sign_count)
    begun = begin_session(request, services, owner, how="passkey", then="/today")
    response = _done(services, {"next": safe_address(str(sent.get("next", "/today")))})
    for value in begun.headers.getlist("set-cookie"):
        response.headers.append("set-cookie", value)
    return response


def _let_in_nobody(request: Request, services: Services, passkey: str) -> HTTPException:
    with writing(services.engine) as connection:
        refused(connection, {"address": client_address(request), "passkey": passkey})
    return HTTPException(422, _REFUSED)


def _credential(sent: dict[str, Any]) -> dict[str, Any]:
    found = sent.get("credential")
    return found if isinstance(found, dict) else {}


def _plain(said: Any) -> str:
    """As text that a database keeps: JSON may hold half a character, and the one of number 0."""
    return str(said).encode("utf-8", "replace").decode().replace("\0", "")


def _host(request: Request) -> str:
    return request.url.hostname or "localhost"


def _with_challenge(services: Services, text: str, subject: str) -> Response:
    link = PatientLink(purpose="passkey", subject=subject, until=services.clock() + LASTS)
    response = Response(text, media_type="application/json")
    token = make_link(link, key=services.key_for("passkey challenge"))
    set_cookie(response, COOKIE, token, settings=services.settings, max_age_s=int(LASTS.total_seconds()))
    return response


def _challenge(request: Request, services: Services, *, whose: str) -> bytes:
    key = services.key_for("passkey challenge")
    try:
        token = request.cookies.get(COOKIE, "")
        subject = read_link(token, purpose="passkey", key=key, now=services.clock()).subject
    except LinkUnusableError as error:
        raise HTTPException(422, "This took longer than five minutes; begin again.") from error
    owner, _, challenge = subject.partition(":")
    if owner != whose:
        raise HTTPException(422, _REFUSED)
    return bytes.fromhex(challenge)


def _done(services: Services, content: dict[str, str]) -> JSONResponse:
    response = JSONResponse(content)
    drop_cookie(response, COOKIE, settings=services.settings)
    return response
