"""Keys and keyed digests, all made from one secret."""

import hashlib
import hmac


def derived_key(secret: str, purpose: str) -> str:
    """A key of its own for each purpose, 64 hexadecimal digits; what one key leaks says nothing of another."""
    return keyed_digest(secret, f"copydesk {purpose}")


def keyed_digest(key: str, value: str) -> str:
    """64 hexadecimal digits, which nobody without the key can find out by trying all values."""
    return hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()
