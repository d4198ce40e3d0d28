"""Random secrets that are handed out once; only their digest is kept."""

import hashlib
import secrets


def fresh_secret() -> str:
    """256 bits as text that fits an address or a cookie."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """SHA-256 is enough where the secret itself is random; 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()
