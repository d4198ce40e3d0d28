"""Making what came from outside fit our columns; what would be cut off is kept elsewhere or named."""

import hashlib

from cms.core.sanitize_urls import is_web
from cms.core.text import excerpt
from cms.importers.lines import one_line

ORIGIN_LENGTH = 300


def shortened(text: str, most: int) -> str:
    """On one line, at most so many characters, cut at a word and marked where it was cut."""
    line = one_line(text)
    return line if len(line) <= most else excerpt(line, most)


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
