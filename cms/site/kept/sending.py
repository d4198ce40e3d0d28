"""A kept page as an answer: in the coding that was asked for, or as the news that nothing has changed."""

import os
import secrets
from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING

from cms.site.kept.page import PLAIN, KeptPage, taken
from cms.web.meters import Meters

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: Names of requests: random ones would be asked of the system, which lets another thread have its turn each time.
_BEGUN = secrets.token_hex(8)
_numbers = count(1)
#: An answer without a body says nothing about one.
_OF_THE_BODY = "Content-Type"


def answer(
    page: KeptPage, environ: "WSGIEnvironment", start_response: "StartResponse", meters: Meters
) -> Iterable[bytes]:
    """304 to whoever has these very bytes, else the page; nothing but its length to HEAD."""
    coding = next(coding for coding in taken(environ.get("HTTP_ACCEPT_ENCODING", "")) if coding in page.bodies)
    headers = [
        *page.headers,
        ("ETag", page.etag(coding)),
        ("Vary", "Accept-Encoding"),
        ("X-Request-Id", f"{_BEGUN}-{os.getpid():x}-{next(_numbers):x}"),
    ]
    if _has_it(environ.get("HTTP_IF_NONE_MATCH", ""), page.etag(coding)):
        meters.kept_not_modified.inc()
        start_response("304 NOT MODIFIED", [one for one in headers if one[0] != _OF_THE_BODY])
        return []
    meters.kept_page.inc()
    body = page.bodies[coding]
    if coding != PLAIN:
        headers.append(("Content-Encoding", coding))
    headers.append(("Content-Length", str(len(body))))
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _has_it(known: str, tag: str) -> bool:
    """The very bytes that would be sent; a weak tag is compared as RFC 9110, 13.1.2, says."""
    if not known:
        return False
    return known.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in known.split(",")}
