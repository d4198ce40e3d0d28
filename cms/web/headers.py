"""Security headers on every answer, errors included."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask_talisman import Talisman

from cms.web.areas import is_private
from cms.web.probes import PATHS
from cms.web.runtimes import runtime, runtime_of
from config import Config

YEAR = 31_536_000
#: May be kept by everybody, and has to be asked about each time.
ASK_EACH_TIME = "public, max-age=0, must-revalidate"
#: Of the answer to a page that is kept, what is said anew with each that is sent.
MADE_ANEW = frozenset({"content-length", "content-encoding", "etag", "vary", "x-request-id", "date", "connection"})


class Policies(Talisman):  # type: ignore[misc]  # it has no types
    """Talisman, which puts the same words together for each answer: here once, but for views with some of their own."""

    def __init__(self, app: Flask, **options: Any) -> None:
        self._usual: dict[bool, list[tuple[str, str]]] = {}
        super().__init__(app, **options)

    def _set_response_headers(self, response: Response) -> Response:
        view = current_app.view_functions.get(request.endpoint or "")
        if hasattr(view, "talisman_view_options"):
            return cast(Response, super()._set_response_headers(response))
        is_https = request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"
        usual = self._usual.get(is_https)
        if usual is None:
            empty = Response()
            empty.headers.clear()
            usual = self._usual[is_https] = list(super()._set_response_headers(empty).headers)
        there = {name.lower() for name, _value in response.headers}
        for name, value in usual:
            put = response.headers.set if name.lower() in there else response.headers.add  # which looks for no other
            put(name, value)
        return response


def init_app(app: Flask, config: Config) -> None:
    """Talisman keeps the options on itself, so that each application of a process needs one of its own."""
    Policies(
        app,
        force_https=config.is_https and config.is_public,
        session_cookie_secure=config.is_https,
        session_cookie_http_only=True,
        session_cookie_samesite="Lax",
        strict_transport_security=True,
        strict_transport_security_max_age=YEAR,
        frame_options="DENY",
        referrer_policy="strict-origin-when-cross-origin",
        content_security_policy=_policy(config),
        permissions_policy={"browsing-topics": "()", "camera": "()", "geolocation": "()", "microphone": "()"},
        x_xss_protection=False,
    )
    app.after_request(_more)
    app.jinja_env.globals["is_rehearsal"] = config.is_rehearsal


def of_kept_pages(app: Flask) -> list[tuple[str, str]]:
    """What goes with every page that is the same for everybody, but for what belongs to its body."""
    with app.test_request_context(min(PATHS), base_url=runtime_of(app).config.base_url):  # asks no database
        answer = app.process_response(Response(mimetype="text/html"))
    answer.headers["Cache-Control"] = ASK_EACH_TIME
    return [(name, value) for name, value in answer.headers if name.lower() not in MADE_ANEW]


def with_policy(policy: dict[str, str]) -> Callable[[Any], Any]:
    """A view whose answers have a Content-Security-Policy of their own."""
    decorator: Callable[[Any], Any] = Talisman()(content_security_policy=policy)
    return decorator


def _policy(config: Config) -> dict[str, str]:
    """No `unsafe-*`, no nonce: public pages are the same bytes for everybody."""
    here = "'self'"
    if config.asset_url:
        parts = urlsplit(config.asset_url)
        here += f" {parts.scheme}://{parts.netloc}"
    return {
        "default-src": "'none'",
        "script-src": here,
        "style-src": here,
        "img-src": f"{here} data:",
        "font-src": here,
        "media-src": here,
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }


def _more(response: Response) -> Response:
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if runtime().config.is_rehearsal:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if is_private(request.path):
        response.headers["Cache-Control"] = "no-store"
    return response
