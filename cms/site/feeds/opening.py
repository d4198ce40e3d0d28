"""A feed that is opened in a browser.

Chromium shows what is declared as Atom or RSS as its source, and applies a style sheet only to what is plainly XML. So
whoever asks for a page to look at is told that it is XML; programs that ask for a feed are told which.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from wsgiref.headers import Headers

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FEEDS = ("application/atom+xml", "application/rss+xml")
XML = "text/xml; charset=utf-8"
App = Callable[..., Iterable[bytes]]


def init_app(app: Flask) -> None:
    """In front of what is kept, which knows nothing of who asks."""
    app.wsgi_app = _Opened(app.wsgi_app)  # type: ignore[method-assign]


class _Opened:
    def __init__(self, inner: App) -> None:
        self._inner = inner

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not environ["PATH_INFO"].endswith((".atom", ".rss")):
            return self._inner(environ, start_response)
        looks = "text/html" in environ.get("HTTP_ACCEPT", "")

        def start(status: str, given: list[tuple[str, str]], *more: Any) -> Callable[[bytes], object]:
            headers = Headers(list(given))
            is_feed = (headers["Content-Type"] or "").startswith(FEEDS)
            if is_feed or status.startswith("304"):
                headers["Vary"] = ", ".join(filter(None, [headers["Vary"], "Accept"]))
            if is_feed and looks:
                headers["Content-Type"] = XML
            return start_response(status, headers.items(), *more)

        return self._inner(environ, start)
