"""An answer of which all but three lines is ready, sent by gunicorn's own response in one piece.

Through `start_response` gunicorn checks and joins each of a dozen headers with every answer, and sends them apart from
the body: twice as much work as all that the layer does (ADR 0011). Whatever stands between gunicorn and the layer and
changes answers gives the layer a `start_response` of its own, and so gets the answer as WSGI has it.
"""

import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gunicorn.http.wsgi import Response
from gunicorn.util import http_date, write

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

Headers = list[tuple[str, str]]


def response_behind(start_response: "StartResponse") -> Response | None:
    """gunicorn's, where it would get the answer unchanged and in the one form that is ready; else None."""
    response: Any = getattr(start_response, "__self__", None)
    if type(response) is not Response:  # one for HTTP/2 is a Response, too
        return None
    return response if response.req.version == (1, 1) and response.status is None else None


def lines_of(headers: Headers) -> bytes:
    """As they are sent, and the empty line after them."""
    return lines_before(headers) + b"\r\n"


def lines_before(headers: Headers) -> bytes:
    """Of more headers, to stand before the others."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("latin-1")


def send(response: Response, status: str, lines: bytes, body: bytes) -> None:
    """What gunicorn looks at afterwards (its log, and whether the connection may stay open) is as if it had sent it."""
    response.status, response.status_code = status, int(status[:3])
    response.response_length = response.sent = len(body)
    connection = "close" if response.should_close() else "keep-alive"
    response.headers_sent = True
    write(response.sock, _first(status, response.version, int(time.time()), connection) + lines + body)


@lru_cache(maxsize=16)
def _first(status: str, server: str, second: int, connection: str) -> bytes:
    """The lines that gunicorn itself adds, which are the same for a second (since 1970)."""
    date = http_date(second)
    return f"HTTP/1.1 {status}\r\nServer: {server}\r\nDate: {date}\r\nConnection: {connection}\r\n".encode("latin-1")
