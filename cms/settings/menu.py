"""A line of the menu: the words, a bar, and where they lead."""

import re

from cms.core.sanitize_urls import is_web

_PATH = re.compile(r"/(?![/\\])\S*")


def parse(line: str) -> tuple[str, str] | None:
    """The words and the address; None where there are no words, or the address is no path here and none of the web."""
    words, _bar, address = (part.strip() for part in line.rpartition("|"))
    return (words, address) if words and (_PATH.fullmatch(address) or is_web(address)) else None
