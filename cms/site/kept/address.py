"""Which questions are for pages that are the same for everybody, and which of them are for the same one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

from cms.core.db import row_id

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Longer ones are no address of ours.
LONGEST = 600
#: By endpoint, the parameters that make another page of it; all others are noise.
Pages = Mapping[str, tuple[str, ...]]


class Addresses:
    """Those of one site."""

    def __init__(self, app: Flask, base_url: str, pages: Pages) -> None:
        base = urlsplit(base_url)
        self._scheme, self._host = base.scheme, base.netloc
        self._url_map, self._pages = app.url_map, pages

    def key(self, environ: "WSGIEnvironment") -> str | None:
        """The address without noise; None for what is no plain question to this very site.

        Without parameters any address has one: whether there is such a page is asked where none is kept.
        """
        if (
            environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            or environ.get("HTTP_HOST") != self._host
            or environ["wsgi.url_scheme"] != self._scheme
            or environ.get("SCRIPT_NAME")
            or len(environ["PATH_INFO"]) > LONGEST
            or environ.get("CONTENT_LENGTH", "0") not in ("", "0")
            or "HTTP_TRANSFER_ENCODING" in environ
        ):
            return None
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        if not query:
            return f"{path}?"
        parameters = self.parameters_of(path)
        return f"{path}?{cleaned(query, parameters)}" if parameters is not None and _is_text(query) else None

    def parameters_of(self, path: str) -> tuple[str, ...] | None:
        """What a page of this address may be asked for; None where there is no such page for everybody."""
        try:
            endpoint, _values = self._url_map.bind(self._host, path_info=path.encode("latin-1").decode()).match()
        except (HTTPException, UnicodeDecodeError):
            return None
        return self._pages.get(endpoint)


def cleaned(query: str, parameters: tuple[str, ...]) -> str:
    """Of the parameters those that make another page, each once, in one order and spelling."""
    given = dict(reversed(parse_qsl(query, keep_blank_values=True)))
    if "comments" in given and row_id(given["comments"]) is None:
        del given["comments"]  # as the page itself takes it: its beginning
    return urlencode([(name, given[name]) for name in parameters if name in given])


def _is_text(query: str) -> bool:
    """What is malformed is refused by whoever refuses it everywhere."""
    raw = unquote_to_bytes(query)
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in raw
