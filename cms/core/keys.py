"""A key of its own for each purpose, all made from one secret."""

import hashlib
import hmac


def derived_key(secret: str, purpose: str) -> str:
    """64 hexadecimal digits; what one key leaks says nothing of another."""
    return hmac.new(secret.encode(), f"copydesk {purpose}".encode(), hashlib.sha256).hexdigest()
