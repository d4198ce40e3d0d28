"""Passkeys: a challenge is good once, for five minutes, in the browser that got it; `ceremonies` has the answers."""

import secrets
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Response, jsonify, make_response, request, session
from sqlalchemy import select

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


def are_possible() -> bool:
    """Browsers refuse them where a site is only an IP address."""
    try:
        ip_address(_host())
    except ValueError:
        return True
    return False


def creation_options(user: User, name: str) -> Response:
    """For `navigator.credentials.create`; the name is kept until the browser has made the passkey."""
    from cms.account import ceremonies

    if not user.fs_webauthn_user_handle:
        user.fs_webauthn_user_handle = secrets.token_hex(32)
        db.session.commit()
    options = ceremonies.creation_options(
        ceremonies.Site(_host(), _origin()),
        settings().title,
        name=user.email,
        shown=user.name,
        handle=user.fs_webauthn_user_handle or "",
        challenge=_new_challenge(name=name, user=user.id),
        has=user.webauthn,
    )
    return jsonify(options)


def created(user: User) -> tuple[Credential, str]:
    """What the browser made, and the name it was asked for; Invalid where anything does not fit."""
    from cms.account import ceremonies

    kept = _used_challenge()
    if kept is None or kept.get("user") != user.id:
        raise _did_not_work()
    site, sent = ceremonies.Site(_host(), _origin()), request.form.get("credential", "")
    try:
        credential = ceremonies.created(site, sent, bytes.fromhex(kept["challenge"]))
    except ceremonies.Unreadable as error:
        raise _did_not_work() from error
    return credential, str(kept["name"])


def request_options(user: User | None) -> Response:
    """For `navigator.credentials.get`: one person's passkeys, or any that the device has for this site."""
    from cms.account import ceremonies

    site, only = ceremonies.Site(_host(), _origin()), user.webauthn if user else None
    return jsonify(ceremonies.request_options(site, challenge=_new_challenge(), only=only))


def checked_sign_in(expected: User | None) -> User:
    """Whose passkey signed the challenge; it has to be the one that is expected, where one is. Invalid otherwise."""
    from cms.account import ceremonies

    kept, sent = _used_challenge(), request.form.get("credential", "")
    if kept is None:
        raise _did_not_work()
    try:
        key, user = _locked(ceremonies.id_in(sent), expected)
        site, challenge = ceremonies.Site(_host(), _origin()), bytes.fromhex(kept["challenge"])
        count = ceremonies.counted(site, sent, challenge, key)
    except ceremonies.Unreadable as error:
        raise _did_not_work() from error
    _use_up(kept["challenge"])
    key.sign_count = count
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


def _locked(credential_id: bytes, expected: User | None) -> tuple[WebAuthn, User]:
    """The key, and whose it is."""
    key = db.session.scalar(select(WebAuthn).where(WebAuthn.credential_id == credential_id).with_for_update())
    user = None if key is None else db.session.get(User, key.user_id)
    if key is None or user is None or not user.active or (expected is not None and user.id != expected.id):
        raise _did_not_work()
    return key, user


def _host() -> str:
    return urlsplit(f"//{request.host}").hostname or ""


def _origin() -> str:
    return request.host_url.rstrip("/")


def _did_not_work() -> Invalid:
    return Invalid(_("The passkey did not work. Try again, or use another way to sign in."))
