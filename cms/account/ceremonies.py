"""The two ceremonies of WebAuthn, by its library; imported when a passkey is used, since it brings much along for few.

The device must check who holds it, so that a passkey alone is both factors.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from cms.accounts.actions.second_factors import Credential
from cms.accounts.models import WebAuthn

VERIFIED = UserVerificationRequirement.REQUIRED
KNOWN = {transport.value for transport in AuthenticatorTransport}


class Unreadable(ValueError):
    """What was sent is not what a browser makes of this challenge on this site."""


@dataclass(frozen=True)
class Site:
    """Whom a passkey is for: the name of the machine, and the address that browsers show."""

    host: str
    origin: str


def creation_options(site: Site, title: str, *, name: str, shown: str, handle: str, challenge: bytes, has: Any) -> Any:
    """For `navigator.credentials.create`, by somebody who `has` these keys already."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=title,
        user_id=handle.encode(),
        user_name=name,
        user_display_name=shown,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
        exclude_credentials=_descriptors(has),
    )
    return json.loads(webauthn.options_to_json(options))


def created(site: Site, sent: str, challenge: bytes) -> Credential:
    """What the browser made for the challenge; Unreadable where anything does not fit."""
    with _readable():
        verified = webauthn.verify_registration_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    return Credential(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=_transports(sent),
        backed_up=verified.credential_backed_up,
        device_type=verified.credential_device_type.value,
    )


def request_options(site: Site, *, challenge: bytes, only: Iterable[WebAuthn] | None) -> Any:
    """For `navigator.credentials.get`: `only` these keys, or any that the device has for this site."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        user_verification=VERIFIED,
        allow_credentials=None if only is None else _descriptors(only),
    )
    return json.loads(webauthn.options_to_json(options))


def id_in(sent: str) -> bytes:
    """Which key signed, as the browser says."""
    with _readable():
        told: Any = json.loads(sent)
        return webauthn.base64url_to_bytes(told["rawId"])


def counted(site: Site, sent: str, challenge: bytes, key: WebAuthn) -> int:
    """How often the device says that the key has signed, this time included; Unreadable where the key did not sign."""
    with _readable():
        verified = webauthn.verify_authentication_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    return verified.new_sign_count


@contextmanager
def _readable() -> Iterator[None]:
    """Around what reads and checks; it raises these where the browser did not write what was sent."""
    try:
        yield
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable from error


def _descriptors(keys: Iterable[WebAuthn]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=key.credential_id,
            transports=[AuthenticatorTransport(name) for name in key.transports or [] if name in KNOWN],
        )
        for key in keys
    ]


def _transports(sent: str) -> list[str]:
    """Only names that the standard knows: they go back to browsers later."""
    told = json.loads(sent).get("response", {}).get("transports", [])
    return [name for name in told if name in KNOWN] if isinstance(told, list) else []
