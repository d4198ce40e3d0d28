"""What must wait in the database and not lie there in the clear, such as a link that signs somebody in."""

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app

from cms.core.keys import derived_key

PURPOSE = "sealed jobs"


def seal(values: dict[str, Any]) -> str:
    """Encrypted with a key made from CMS_SECRET_KEY, so that a copy of the database alone does not tell."""
    return _fernet().encrypt(json.dumps(values).encode()).decode()


def unseal(sealed: str, *, within: timedelta | None = None) -> dict[str, Any] | None:
    """None where it was sealed with another secret or longer ago than this, or is no seal at all."""
    seconds = int(within.total_seconds()) if within is not None else None
    try:
        values: dict[str, Any] = json.loads(_fernet().decrypt(sealed.encode(), ttl=seconds))
    except InvalidToken:
        return None
    return values


def _fernet() -> MultiFernet:
    """The first seals, and each of them opens: letters wait for as long as a mail server is away."""
    secret = str(current_app.secret_key)
    whole = bytes.fromhex(derived_key(secret, PURPOSE))
    of_its_beginning = hashlib.blake2b(b"copydesk sealed jobs", key=secret.encode()[:64], digest_size=32).digest()
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in (whole, of_its_beginning)])
