"""The text of a token: shown once, and kept as a digest that a copy of the database alone cannot test."""

from cms.accounts.secrets import fresh_secret
from cms.core.keys import keyed_digest

#: By which people, and programs that look for lost secrets, know one of ours.
PREFIX = "cds_"
HINT_LENGTH = 4


def fresh_token() -> str:
    return PREFIX + fresh_secret()


def digest_of(token: str, key: str) -> str:
    return keyed_digest(key, token)
