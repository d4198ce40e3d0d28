"""The second factor: an app's codes, passkeys, and recovery codes for the day the phone is lost."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User, WebAuthn
from cms.accounts.secrets import digest_of
from cms.audit.actions import record
from cms.core.errors import Conflict, Invalid, NotFound
from cms.core.i18n import _
from cms.core.text import clean_line

RECOVERY_CODES = 8
KEY_NAME_LENGTH = 64


@dataclass(frozen=True)
class Credential:
    """What a browser registered: verified by the edge."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str]
    backed_up: bool
    device_type: str


def switch_app_on(session: Session, person: User, secret: str, counter: int, *, at: datetime) -> list[str]:
    """Keep the encrypted secret of an app that has shown a right code; returns the first recovery codes, if new."""
    person.tf_totp_secret = secret
    person.tf_primary_method = "authenticator"
    person.tf_last_code = str(counter)
    person.updated_at = at
    record(session, "user.second_factor_on", person, by=person, at=at, changes={"app": (False, True)})
    return [] if person.mf_recovery_codes else _fresh_codes(person)


def switch_app_off(session: Session, person: User, *, at: datetime) -> None:
    """Refuses with Conflict where it is the last factor and a role asks for one."""
    if not person.tf_totp_secret:
        raise Conflict(_("No app is set up."))
    _refuse_last(person, others=bool(person.webauthn))
    person.tf_totp_secret = person.tf_primary_method = person.tf_last_code = None
    person.updated_at = at
    record(session, "user.second_factor_off", person, by=person, at=at, changes={"app": (True, False)})
    _forget_codes_without_factor(person)


def add_passkey(session: Session, person: User, credential: Credential, name: str, *, at: datetime) -> list[str]:
    """Keep a passkey under a name of the person's own; returns recovery codes if these are the first."""
    name = clean_line(name) or _("Passkey %(number)s", number=len(person.webauthn) + 1)
    if len(name) > KEY_NAME_LENGTH or name in {key.name for key in person.webauthn}:
        message = _("Choose another name, of at most %(most)s characters.", most=KEY_NAME_LENGTH)
        raise Invalid(message, {"name": message})
    if session.scalar(select(WebAuthn.id).where(WebAuthn.credential_id == credential.credential_id)):
        raise Conflict(_("This passkey is in use already."))
    person.webauthn.append(
        WebAuthn(
            credential_id=credential.credential_id,
            public_key=credential.public_key,
            sign_count=credential.sign_count,
            transports=credential.transports,
            backup_state=credential.backed_up,
            device_type=credential.device_type,
            lastuse_datetime=at,
            create_datetime=at,
            name=name,
            usage="first",
        )
    )
    person.updated_at = at
    record(session, "user.add_passkey", person, by=person, at=at, changes={"passkey": (None, name)})
    return [] if person.mf_recovery_codes else _fresh_codes(person)


def remove_passkey(session: Session, person: User, key_id: int, *, at: datetime) -> None:
    """Refuses with Conflict where it is the last factor and a role asks for one."""
    key = next((key for key in person.webauthn if key.id == key_id), None)
    if key is None:
        raise NotFound(_("There is no such passkey."))
    _refuse_last(person, others=len(person.webauthn) > 1 or bool(person.tf_totp_secret))
    person.webauthn.remove(key)
    person.updated_at = at
    record(session, "user.remove_passkey", person, by=person, at=at, changes={"passkey": (key.name, None)})
    _forget_codes_without_factor(person)


def new_recovery_codes(session: Session, person: User, *, at: datetime) -> list[str]:
    """Eight codes to write down; those of before are dead."""
    if not person.has_second_factor:
        raise Conflict(_("Set up a second factor first."))
    codes = _fresh_codes(person)
    person.updated_at = at
    record(session, "user.new_recovery_codes", person, by=person, at=at)
    return codes


def use_recovery_code(session: Session, person: User, code: str, *, at: datetime) -> bool:
    """Whether the code is one of theirs; it is burned. The caller holds the row, so two at once are one success."""
    digest = digest_of(normalised_code(code))
    left = list(person.mf_recovery_codes or [])
    if digest not in left:
        return False
    left.remove(digest)
    person.mf_recovery_codes = left
    record(session, "user.use_recovery_code", person, by=person, at=at, changes={"left": (len(left) + 1, len(left))})
    return True


def normalised_code(code: str) -> str:
    """As it was handed out, however it was typed."""
    return "".join(code.split()).replace("-", "").casefold()


def _fresh_codes(person: User) -> list[str]:
    """80 random bits each, so that a plain digest cannot be guessed back."""
    codes = [base64.b32encode(secrets.token_bytes(10)).decode().casefold() for _number in range(RECOVERY_CODES)]
    person.mf_recovery_codes = [digest_of(code) for code in codes]
    return ["-".join(code[start : start + 4] for start in range(0, 16, 4)) for code in codes]


def _refuse_last(person: User, *, others: bool) -> None:
    if not others and any(role.second_factor_required for role in person.roles):
        raise Conflict(_("One of your roles asks for a second factor. Set up another one before you remove this."))


def _forget_codes_without_factor(person: User) -> None:
    if not person.has_second_factor:
        person.mf_recovery_codes = None
