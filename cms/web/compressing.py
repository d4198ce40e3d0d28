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
from cms.web.codings import GZIP, GZIP_LEVEL, PACK, PLAIN, ZSTD, taken

SMALLEST = 600
#: In this order. It is packed anew for each answer, for which Brotli takes longest.
PUBLIC, PRIVATE = (ZSTD, GZIP), (GZIP,)
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
    private = is_private(request.path)
    coding = taken(request.headers.get("Accept-Encoding", ""), PRIVATE if private else PUBLIC)
    if coding == PLAIN:
        return response
    plain = response.get_data()
    response.set_data(_blurred(plain) if private else PACK[coding](plain))
    response.headers["Content-Encoding"] = coding
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
    )


def _blurred(plain: bytes) -> bytes:
    """As gzip, and longer by chance."""
    name = "a" * secrets.randbelow(MOST_NOISE)
    stream = BytesIO()
    with gzip.GzipFile(filename=name, mode="wb", fileobj=stream, compresslevel=GZIP_LEVEL, mtime=0) as packed:
        packed.write(plain)
    return stream.getvalue()
