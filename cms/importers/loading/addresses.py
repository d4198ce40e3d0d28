"""Old addresses in the texts: files that came and posts that moved are linked where they are now."""

import html
import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, unquote, urlsplit

from cms.importers.pieces import pieces
from cms.redirects.paths import normal

#: The targets of links and images, in Markdown and in HTML.
TARGET = re.compile(
    r"<(?P<bare>https?://[^<>\s]+)>"
    r"|(?P<before>\]\(\s*<|\b(?:src|href|poster)=\")(?P<quoted>[^<>\"\n]+)"
    r"|(?P<open>\]\(\s*|^ {0,3}\[[^\]\n]+\]:[ \t]*)(?P<plain>[^\s<>()\"]+)",
    re.MULTILINE,
)


class Addresses:
    """Knows where files and posts of an import are now."""

    def __init__(self, base_url: str, file_at: Callable[[str], str | None]) -> None:
        self._host = _host(base_url)
        self._file_at = file_at
        self._paths: dict[str, str] = {}
        self._numbers: dict[str, str] = {}

    def add(self, source_id: str, old_paths: tuple[str, ...], path: str) -> None:
        self._numbers[source_id] = path
        for old in old_paths:
            self._paths.setdefault(normal(old), path)

    def renewed(self, body: str, files: Mapping[str, str | None]) -> str:
        """The text with every address that is known here; code is left as it is.

        `files` says where those are that this text alone calls so; None for one that did not come.
        """

        def replaced(found: re.Match[str]) -> str:
            return self._replaced(found, files)

        if TARGET.sub(replaced, body) == body:
            return body
        return "".join(part if is_code else TARGET.sub(replaced, part) for is_code, part in pieces(body))

    def _replaced(self, found: re.Match[str], files: Mapping[str, str | None]) -> str:
        old = html.unescape(found["bare"] or found["quoted"] or found["plain"])
        new = _with_fragment(files[old], old) if old in files else self._now(old)
        if new is None:
            return found[0]
        return f"[{new}]({new})" if found["bare"] else f"{found['before'] or found['open']}{new}"

    def _now(self, url: str) -> str | None:
        file = self._file_at(url)
        if file is not None:
            return file
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        if parts.scheme not in ("", "http", "https") or (parts.netloc and _host(url) != self._host):
            return None
        query = parse_qs(parts.query)
        number = (query.get("p") or query.get("page_id") or [""])[0]
        if not number and not parts.path:  # a place in this very text
            return None
        path = self._numbers.get(number) if number else self._paths.get(normal(unquote(parts.path)))
        return f"{path}#{parts.fragment}" if path and parts.fragment else path


def _with_fragment(new: str | None, old: str) -> str | None:
    _file, mark, fragment = old.partition("#")
    return f"{new}{mark}{fragment}" if new else None


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower().removeprefix("www.")
    except ValueError:
        return ""
