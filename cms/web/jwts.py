"""JSON Web Tokens that others verify without asking us: signed with a key whose public half everybody may read.

The key is made from CMS_SECRET_KEY, so that every process has the same and another secret ends all of them.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cms.core.keys import derived_key

ALGORITHM = "EdDSA"
LONGEST = timedelta(minutes=15)
REQUIRED = ["iss", "sub", "aud", "iat", "exp", "jti", "tid", "scope"]


@dataclass(frozen=True)
class Claims:
    """What one says: in whose name, by which of their tokens, and what may be done."""

    user_id: int
    token_id: int
    scopes: frozenset[str]


def signed(secret: str, claims: dict[str, Any]) -> str:
    import jwt  # here and below, since it brings X.509 along, and most sites never see one

    headers = {"kid": public_key(secret)["kid"]}
    return jwt.encode(claims, _key(secret), algorithm=ALGORITHM, headers=headers)


def read(text: str, secret: str, *, issuer: str, audience: str, at: datetime) -> Claims | None:
    """None unless it was signed here, for this audience, and holds now; one algorithm, whatever the header says."""
    import jwt

    options: Any = {"require": REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    public = _key(secret).public_key()
    try:
        said = jwt.decode(text, public, algorithms=[ALGORITHM], issuer=issuer, audience=audience, options=options)
        begins, ends = int(said["iat"]), int(said["exp"])
        if not begins <= at.timestamp() < ends or ends - begins > LONGEST.total_seconds():
            return None
        return Claims(int(said["sub"]), int(said["tid"]), frozenset(said["scope"].split()))
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        return None


@lru_cache(maxsize=8)
def public_key(secret: str) -> dict[str, str]:
    """As a JSON Web Key (RFC 8037), named by its thumbprint (RFC 7638)."""
    raw = _key(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key = {"crv": "Ed25519", "kty": "OKP", "x": _base64(raw)}
    thumbprint = hashlib.sha256(json.dumps(key, sort_keys=True, separators=(",", ":")).encode()).digest()
    return key | {"kid": _base64(thumbprint), "use": "sig", "alg": ALGORITHM}


@lru_cache(maxsize=8)
def _key(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(derived_key(secret, "jwt")))


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
