"""Where to go after a form: only ever an address of this site."""

import re
from urllib.parse import urlsplit

_NEVER_IN_A_PATH = re.compile(r"[\x00-\x20\x7f\\]")
LONGEST = 2000


def safe_next(target: str | None, default: str = "/") -> str:
    """The target if every browser would stay on this site with it, else the default."""
    if not target or len(target) > LONGEST or _NEVER_IN_A_PATH.search(target):
        return default
    if not target.startswith("/") or target.startswith("//"):
        return default
    try:
        parts = urlsplit(target)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else target
