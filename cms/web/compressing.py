"""Answers made for the moment are sent compressed.

Where a secret and what a stranger chose stand in one page, the length of the compressed page tells of the secret
(BREACH). So the private areas get a file name of random length in the head of the compressed stream, which browsers
skip: as many looks as it takes to see through that, nobody gets, and cookies do not ride along from other sites.
"""

import gzip
import secrets
from io import BytesIO

from flask import Flask, Response, request

from cms.web.areas import is_private

SMALLEST = 600
LEVEL = 6
#: What the length of a private answer varies by at random.
MOST_NOISE = 100
TEXTS = frozenset(
    {
        "application/json",
        "application/atom+xml",
        "application/feed+json",
        "application/javascript",
        "application/rss+xml",
        "application/xml",
        "image/svg+xml",
    }
)


def init_app(app: Flask) -> None:
    """Before anything else that wants to see the answer last: hooks run in the reverse order."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if not _is_text(response):
        return response
    response.vary.add("Accept-Encoding")
    if not _is_worth_it(response):
        return response
    plain = response.get_data()
    response.set_data(_gzipped(plain, noise=secrets.randbelow(MOST_NOISE) if is_private(request.path) else 0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _is_weak = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)  # the same text, in other bytes
    return response


def _is_text(response: Response) -> bool:
    return (
        (response.mimetype or "").startswith("text/") or response.mimetype in TEXTS
    ) and not response.direct_passthrough


def _is_worth_it(response: Response) -> bool:
    """Not what is streamed, which begins at once and may be without end."""
    return (
        not response.is_streamed
        and "Content-Encoding" not in response.headers
        and "Content-Range" not in response.headers
        and (response.content_length or 0) >= SMALLEST
        and request.accept_encodings["gzip"] > 0
    )


def _gzipped(plain: bytes, *, noise: int) -> bytes:
    name = "a" * noise
    stream = BytesIO()
    with gzip.GzipFile(filename=name, mode="wb", fileobj=stream, compresslevel=LEVEL, mtime=0) as packed:
        packed.write(plain)
    return stream.getvalue()
