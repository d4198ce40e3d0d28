"""What Flask's proxies stand for: some need it itself, and each look through a proxy takes time."""

from flask import Flask, Request, current_app, request


def this_app() -> Flask:
    """The application that answers this request."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's proxies are untyped
    return app


def this_request() -> Request:
    """The request that is answered."""
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]
    return asked
