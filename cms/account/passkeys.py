"""Passkeys: the two ceremonies of WebAuthn. A challenge is good once, for five minutes, in the browser that got it.

The device must check who holds it, so that a passkey alone is both factors.
"""

import json
import secrets
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from flask import Response, jsonify, make_response, request, session
from sqlalchemy import select
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from cms.accounts.actions import attempts
from cms.accounts.actions.attempts import Limit, Tally
from cms.accounts.actions.second_factors import Credential
from cms.accounts.models import User, WebAuthn
from cms.accounts.secrets import digest_of
from cms.core.errors import CmsError, Invalid, TooOften
from cms.core.i18n import _
from cms.extensions import db
from cms.web import errors, now, settings

KEY = "passkey"
LASTS = timedelta(minutes=5)
#: The cookie that holds a challenge can be sent again after its use; what is counted here cannot.
USED = Limit("passkey.challenge", 1, LASTS)
#: What reading and checking raise where the browser did not write what it sends.
UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError, RecursionError)


def are_possible() -> bool:
    """Browsers refuse them where a site is only an IP address."""
    try:
        ip_address(_host())
    except ValueError:
        return True
    return False


def creation_options(user: User, name: str) -> Response:
    """For `navigator.credentials.create`; the name is kept until the browser has made the passkey."""
    if not user.fs_webauthn_user_handle:
        user.fs_webauthn_user_handle = secrets.token_hex(32)
        db.session.commit()
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=settings().title,
        user_id=(user.fs_webauthn_user_handle or "").encode(),
        user_name=user.email,
        user_display_name=user.name,
        challenge=_new_challenge(name=name, user=user.id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(user),
    )
    return jsonify(json.loads(webauthn.options_to_json(options)))


def created(user: User) -> tuple[Credential, str]:
    """What the browser made, and the name it was asked for; Invalid where anything does not fit."""
    kept = _used_challenge()
    if kept is None or kept.get("user") != user.id:
        raise _did_not_work()
    try:
        verified = webauthn.verify_registration_response(
            credential=request.form.get("credential", ""),
            expected_challenge=bytes.fromhex(kept["challenge"]),
            expected_rp_id=_host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except UNREADABLE as error:
        raise _did_not_work() from error
    credential = Credential(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=_transports(request.form.get("credential", "")),
        backed_up=verified.credential_backed_up,
        device_type=verified.credential_device_type.value,
    )
    return credential, str(kept["name"])


def request_options(user: User | None) -> Response:
    """For `navigator.credentials.get`: one person's passkeys, or any that the device has for this site."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=_new_challenge(),
        user_verification=UserVerificationRequirement.REQUIRED,
        allow_credentials=_descriptors(user) if user else None,
    )
    return jsonify(json.loads(webauthn.options_to_json(options)))


def checked_sign_in(expected: User | None) -> User:
    """Whose passkey signed the challenge; it has to be the one that is expected, where one is. Invalid otherwise."""
    kept, raw = _used_challenge(), request.form.get("credential", "")
    if kept is None:
        raise _did_not_work()
    key = db.session.scalar(select(WebAuthn).where(WebAuthn.credential_id == _id_in(raw)).with_for_update())
    user = None if key is None else db.session.get(User, key.user_id)
    if key is None or user is None or not user.active or (expected is not None and user.id != expected.id):
        raise _did_not_work()
    try:
        verified = webauthn.verify_authentication_response(
            credential=raw,
            expected_challenge=bytes.fromhex(kept["challenge"]),
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except UNREADABLE as error:
        raise _did_not_work() from error
    _use_up(kept["challenge"])
    key.sign_count = verified.new_sign_count
    key.lastuse_datetime = now()
    return user


def refusal(error: CmsError) -> Response:
    """For the script, which shows the sentence beside its button."""
    fields = error.fields if isinstance(error, Invalid) else {}
    body = jsonify(error={"code": error.code, "message": error.message, "fields": fields})
    return make_response(body, errors.status_of(error))


def _new_challenge(**more: Any) -> bytes:
    challenge = secrets.token_bytes(32)
    session[KEY] = {"challenge": challenge.hex(), "until": (now() + LASTS).timestamp(), **more}
    return challenge


def _used_challenge() -> dict[str, Any] | None:
    kept = session.pop(KEY, None)
    return kept if isinstance(kept, dict) and kept["until"] > now().timestamp() else None


def _use_up(challenge: str) -> None:
    """One answer to each; the row of the key is held, so that of two at once only one gets in."""
    try:
        attempts.take(db.session(), [Tally(USED, digest_of(challenge))], at=now())
    except TooOften as error:
        raise _did_not_work() from error


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    known = {transport.value for transport in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=key.credential_id,
            transports=[AuthenticatorTransport(name) for name in key.transports or [] if name in known],
        )
        for key in user.webauthn
    ]


def _id_in(raw: str) -> bytes:
    try:
        sent: Any = json.loads(raw)
        return webauthn.base64url_to_bytes(sent["rawId"])
    except UNREADABLE as error:
        raise _did_not_work() from error


def _transports(raw: str) -> list[str]:
    """Only names that the standard knows: they go back to browsers later."""
    sent = json.loads(raw).get("response", {}).get("transports", [])
    known = {transport.value for transport in AuthenticatorTransport}
    return [name for name in sent if name in known] if isinstance(sent, list) else []


def _host() -> str:
    return urlsplit(f"//{request.host}").hostname or ""


def _origin() -> str:
    return request.host_url.rstrip("/")


def _did_not_work() -> Invalid:
    return Invalid(_("The passkey did not work. Try again, or use another way to sign in."))
