"""Which questions are for answers that are the same for everybody, and which of them are for the same one."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, unquote_to_bytes, urlencode, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

from cms.core.db import row_id
from cms.web import kept
from cms.web.areas import is_api, is_private
from cms.web.requests import is_malformed

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Longer ones are no address of ours.
LONGEST = 600
#: Of what programs ask with.
LONGEST_QUERY = 2000
#: By endpoint, the parameters that make another page of it; all others are noise.
Pages = Mapping[str, tuple[str, ...]]


class Addresses:
    """Those of one site."""

    def __init__(self, app: Flask, base_url: str, pages: Pages) -> None:
        base = urlsplit(base_url)
        self._scheme, self._host = base.scheme, base.netloc
        self._app, self._pages = app, pages

    def key(self, environ: "WSGIEnvironment") -> str | None:
        """The address without noise; None for what is no plain question to this very site.

        Without parameters any address of the site has one: whether there is such a page is asked where none is kept.
        """
        if (
            environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            or environ.get("HTTP_HOST") != self._host
            or environ["wsgi.url_scheme"] != self._scheme
            or environ.get("SCRIPT_NAME")
            or len(environ["PATH_INFO"]) > LONGEST
            or is_private(environ["PATH_INFO"])
            or environ.get("CONTENT_LENGTH", "0") not in ("", "0")
            or "HTTP_TRANSFER_ENCODING" in environ
        ):
            return None
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        if is_api(path):
            return _key_for_programs(environ, path, query)
        if not query:
            return f"{path}?"
        parameters = self._parameters_of(path)
        return f"{path}?{cleaned(query, parameters)}" if parameters is not None and _is_text(query) else None

    def leads_somewhere(self, key: str, path: str) -> bool:
        """Whether there is an answer for everybody at this address; to programs, with these very parameters."""
        if not is_api(path):
            return self._parameters_of(path) is not None
        answers = kept.for_programs(self._app)
        known = answers.parameters.get(self._endpoint_of(path)) if answers is not None else None
        return known is not None and parse_qs(key.partition("?")[2], keep_blank_values=True).keys() <= known

    def _parameters_of(self, path: str) -> tuple[str, ...] | None:
        """What a page of this address may be asked for; None where there is no such page for everybody."""
        return self._pages.get(self._endpoint_of(path))

    def _endpoint_of(self, path: str) -> str:
        """Nothing where it leads nowhere, or elsewhere; or zeros stand before a number, of which any may."""
        try:
            where = self._app.url_map.bind(self._host, path_info=path.encode("latin-1").decode())
            endpoint, values = where.match()
        except (HTTPException, UnicodeDecodeError):
            return ""
        numbers = (value for value in values.values() if isinstance(value, int))
        return "" if any(re.search(rf"(?<!\d)0+{number}(?!\d)", path) for number in numbers) else endpoint


def cleaned(query: str, parameters: tuple[str, ...]) -> str:
    """Of the parameters those that make another page, each once, in one order and spelling."""
    given = dict(reversed(parse_qsl(query, keep_blank_values=True)))
    if "comments" in given and row_id(given["comments"]) is None:
        del given["comments"]  # as the page itself takes it: its beginning
    return urlencode([(name, given[name]) for name in parameters if name in given])


def _key_for_programs(environ: "WSGIEnvironment", path: str, query: str) -> str | None:
    """For them nothing is noise: each parameter makes another answer, or a refusal, for which Flask is asked.

    So it is for whoever sends a token, or has a script of another site ask, whose answer has more headers.
    """
    if "HTTP_AUTHORIZATION" in environ or "HTTP_ORIGIN" in environ or "HTTP_IF_MATCH" in environ:
        return None
    if not query:
        return f"{path}?"
    if len(query) > LONGEST_QUERY or not query.isascii() or not _is_text(query):
        return None
    given = parse_qsl(query, keep_blank_values=True)
    is_plain = len(dict(given)) == len(given) and not any(is_malformed(text) for pair in given for text in pair)
    return f"{path}?{urlencode(sorted(given))}" if is_plain else None


def _is_text(query: str) -> bool:
    """What is malformed is refused by whoever refuses it everywhere."""
    raw = unquote_to_bytes(query)
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in raw
