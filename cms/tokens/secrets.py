"""The text of a token: shown once, and kept as a digest that a copy of the database alone cannot test."""

import hashlib
import hmac

from cms.accounts.secrets import fresh_secret

#: By which people, and programs that look for lost secrets, know one of ours.
PREFIX = "cds_"
HINT_LENGTH = 4


def fresh_token() -> str:
    return PREFIX + fresh_secret()


def digest_of(token: str, key: str) -> str:
    """64 hexadecimal digits."""
    return hmac.new(key.encode(), token.encode(), hashlib.sha256).hexdigest()
