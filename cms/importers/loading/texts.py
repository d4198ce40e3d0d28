"""Making what came from outside fit our columns; what would be cut off is kept elsewhere or named."""

import hashlib
import re

from cms.core.sanitize_urls import is_web

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
ORIGIN_LENGTH = 300


def printable(text: str) -> str:
    """Without what no page and no feed can carry."""
    return UNPRINTABLE.sub("", text)


def one_line(text: str) -> str:
    return " ".join(printable(text).split())


def shortened(text: str, most: int) -> str:
    """At most so many characters, cut at a word and marked where it was cut."""
    text = one_line(text)
    if len(text) <= most:
        return text
    whole_words = text[: most - 1].rpartition(" ")[0]
    return (whole_words if len(whole_words) > most // 2 else text[: most - 1]) + "…"


def origin_of(site: str, *parts: str) -> str:
    """Where a row came from, as its column holds it; a very long one ends in a digest."""
    origin = ":".join((site, *parts))
    if len(origin) <= ORIGIN_LENGTH:
        return origin
    digest = hashlib.sha256(origin.encode()).hexdigest()[:32]
    return f"{origin[: ORIGIN_LENGTH - 33]}~{digest}"


def web_address(text: str, most: int) -> str:
    """A whole address of the web, or nothing."""
    text = one_line(text)
    return text if is_web(text) and len(text) <= most else ""
