"""Password hashes: the one place that makes and checks them. Slow on purpose: never with a transaction open."""

from functools import cache

from cms.accounts import security
from cms.accounts.passwords import MOST_BYTES, as_kept


def hash_password(password: str) -> str:
    """Argon2id, about 50 ms; the rules for passwords are `accounts.passwords`, and were asked before."""
    text = as_kept(password)
    if text is None:
        raise ValueError("longer than a password may be")
    made: str = security.hash_password(text)
    return made


def is_right(password: str, kept: str | None) -> bool:
    """Whether the password fits; an account without one, or none at all, takes just as long to say no."""
    text = as_kept(password)
    if text is None:
        text, kept = "x" * MOST_BYTES, None
    if kept is not None and security.current_security.pwd_context.identify(kept) is None:
        kept = None  # no hash that we know: nobody has the password to it
    fits: bool = security.verify_password(text, kept or _nobodys())
    return fits and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    outdated: bool = security.current_security.pwd_context.needs_update(kept)
    return outdated


@cache
def _nobodys() -> str:
    return hash_password("nobody has this password")
