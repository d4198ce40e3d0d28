"""A signature before pages that lie outside of a process, so that nobody else can put a page of theirs before readers.

It is of the place as well: a page that was moved is none there. What is broken or half written has no good one either.
"""

import hashlib
import hmac

from cms.core.keys import derived_key

BYTES = hashlib.sha256().digest_size


class Seal:
    """By the secret of the installation; each purpose has its own."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._key = bytes.fromhex(derived_key(secret, purpose))

    def closed(self, place: str, data: bytes) -> bytes:
        return self._of(place, data) + data

    def opened(self, place: str, data: bytes) -> bytes:
        """ValueError for what was not closed by one of ours, for this place."""
        inside = data[BYTES:]
        if not hmac.compare_digest(data[:BYTES], self._of(place, inside)):
            raise ValueError("This was not put there by us.")
        return inside

    def _of(self, place: str, data: bytes) -> bytes:
        return hmac.digest(self._key, place.encode() + b"\0" + data, "sha256")
