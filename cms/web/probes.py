"""Health checks and metrics: a machine asks a process by its number and without HTTPS, where no visitor may."""

from collections.abc import Iterable
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from config import Config

#: Their answers name neither the site nor whoever asks.
PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


def init_app(app: Flask, config: Config) -> None:
    """Inside of what a proxy says: to the application these seem to be asked under the site's own address."""
    inner: WSGIApplication = app.wsgi_app
    own = urlsplit(config.base_url)

    def answering(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in PATHS:
            scheme = "https" if environ["wsgi.url_scheme"] == "https" else own.scheme
            environ = environ | {"HTTP_HOST": own.netloc, "wsgi.url_scheme": scheme}
        return inner(environ, start_response)

    app.wsgi_app = answering  # type: ignore[method-assign]
