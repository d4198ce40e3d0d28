"""Which addresses a text may carry: links to the web, to mail and to ourselves; media only from our own library."""

import re
from urllib.parse import urlsplit

LINK_SCHEMES = frozenset({"http", "https", "mailto"})

# No segment begins with a dot and none hides one, so the path cannot climb out of /media/ in a browser.
_OWN_MEDIA = re.compile(
    r"/media(?:/(?!\.|%2e)(?:[\w.~-]|%(?!2f|5c)[0-9a-f]{2})+)+(?:\?[\w=&.-]*)?", re.ASCII | re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x20\x7f]+")


def own_media(address: str) -> bool:
    """Only what our own site serves: a picture elsewhere would tell that site about every reader."""
    return _OWN_MEDIA.fullmatch(address) is not None


def safe_link(address: str) -> str | None:
    """The address as it may stand in `href`, or None where it is not a plain link that says where it leads."""
    address = address.strip()
    scheme, host = _scheme_and_host(address)
    if scheme is None or "@" in host or "\\" in address.partition("?")[0]:
        return None
    if scheme in ("http", "https") and not host:
        return None
    if scheme == "" and host:  # `//host` looks like a path of ours: say that it is not
        return f"https:{address}"
    return address


def is_web(address: str) -> bool:
    """A whole address, without blanks or somebody's name, of another place that a browser can open."""
    return (
        not _CONTROL.search(address)
        and safe_link(address) == address
        and _scheme_and_host(address)[0] in ("http", "https")
    )


def _scheme_and_host(address: str) -> tuple[str | None, str]:
    """None for a scheme that is not ours; blanks inside are ignored as browsers do."""
    try:
        parts = urlsplit(_CONTROL.sub("", address))
    except ValueError:
        return None, ""
    if parts.scheme and parts.scheme not in LINK_SCHEMES:
        return None, ""
    if not parts.scheme and ":" in re.split(r"[/?#]", parts.path)[0]:
        return None, ""
    return parts.scheme, parts.netloc
