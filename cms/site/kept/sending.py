"""A kept page as an answer: in the coding that was asked for, or as the news that nothing has changed."""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cms.site.kept.direct import Headers, lines_before, response_behind, send
from cms.site.kept.page import KeptPage
from cms.web.meters import Meters

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)


def answer(
    page: KeptPage,
    coding: str,
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
    meters: Meters,
    told: Headers | None = None,
) -> Iterable[bytes]:
    """304 to whoever has these very bytes, else the page; nothing but its length to HEAD.

    It names no request, as Flask's answers do, unless it is logged: no line of a log would have that name. What is
    `told` goes to this program alone, and before the rest; to readers it is None.
    """
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known and _has_it(known, page.etag(coding)):
        (meters.kept_not_modified if told is None else meters.kept_api_not_modified).inc()
        status, is_whole, body = "304 NOT MODIFIED", False, b""
    else:
        (meters.kept_page if told is None else meters.kept_api).inc()
        status, is_whole, body = "200 OK", True, page.body(coding)
    if environ["REQUEST_METHOD"] == "GET" and (response := response_behind(start_response)) is not None:
        lines = page.lines_of(coding, is_whole=is_whole)
        send(response, status, lines_before(told) + lines if told else lines, body)
        return []
    headers = page.headers_of(coding, is_whole=is_whole)
    start_response(status, told + headers if told else headers)
    return [body] if environ["REQUEST_METHOD"] == "GET" else []


def logged(environ: "WSGIEnvironment", start_response: "StartResponse") -> "StartResponse":
    """Begins the answer, and leaves an entry such as a request to Flask leaves. What follows the `?` is not in it."""

    def start(status: str, headers: Headers, *more: Any) -> Any:
        told = {
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
            "status": int(status[:3]),
            "request_id": str(uuid4()),
        }
        log.info("kept page", extra=told)
        return start_response(status, [*headers, ("X-Request-Id", told["request_id"])], *more)

    return start


def _has_it(known: str, tag: str) -> bool:
    """The very bytes that would be sent; a weak tag is compared as RFC 9110, 13.1.2, says."""
    if known in (tag, "*"):
        return True
    return known.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in known.split(",")}
