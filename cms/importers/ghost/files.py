"""The files that Ghost keeps below `/content/`, whatever address a text gives them."""

import re
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from cms.core.text import printable
from cms.importers.html.text import link_target
from cms.importers.html.tree import attribute
from cms.importers.parsed import ParsedAttachment

#: What an export says in place of the address of the site.
SITE = "__GHOST_URL__"
STORED = re.compile(r"/content/(?P<kind>images|media|files)/(?:size/w\d+(?:h\d+)?/)?(?:format/\w+/)?(?P<name>[^?#]+)")
PLACES = (("img", "src"), ("a", "href"), ("audio", "src"), ("video", "src"), ("video", "poster"), ("source", "src"))


class Shown:
    """Gathers the files of a whole export: each once, described as it was described first."""

    def __init__(self, site: str = "") -> None:
        self._site = site
        self._found: dict[str, ParsedAttachment] = {}

    def all(self) -> tuple[ParsedAttachment, ...]:
        return tuple(self._found.values())

    def at_home(self, address: str) -> str:
        """An address of the site itself begins with where it was, which an export does not say, or with a slash."""
        path = address.strip().removeprefix(SITE)
        if path == address.strip() and (not path.startswith("/") or path.startswith("//")):
            return path
        return self._site + (path if path.startswith(("/", "#", "?")) else f"/{path}")

    def settle(self, soup: BeautifulSoup, item: str) -> dict[str, str]:
        """Bring the addresses of a text home, and say which of them are files."""
        files: dict[str, str] = {}
        for name, key in PLACES:
            for tag in soup.find_all(name):
                address = self.at_home(attribute(tag, key))
                if tag.has_attr(key):
                    tag[key] = address
                source_id = self.take(address, item, alt=attribute(tag, "alt"))
                if source_id is not None:
                    files[address] = files[link_target(address).strip("<>")] = source_id
        return files

    def take(self, address: str, item: str, *, alt: str = "", caption: str = "") -> str | None:
        """What the file is called, if it is one of the site's own."""
        address = self.at_home(address)
        stored = STORED.search(_path(address))
        if stored is None:
            return None
        source_id = f"{stored['kind']}/{stored['name']}"
        known = self._found.get(source_id)
        if known is None:
            url = STORED.sub(r"/content/\g<kind>/\g<name>", address)
            known = ParsedAttachment(source_id, url, alt=alt, caption=caption, parent_id=item)
        self._found[source_id] = replace(known, alt=known.alt or alt, caption=known.caption or caption)
        return source_id


def _path(address: str) -> str:
    try:
        return printable(unquote(urlsplit(address).path))
    except ValueError:
        return ""
