"""Scripts of other sites: those of the origins that the owner named may ask, and send a token, but never a cookie."""

from flask import Flask, Response, request

from cms.web import settings
from cms.web.areas import is_api

METHODS = "GET, HEAD, POST, PATCH, DELETE"
SENT = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match"
TOLD = (
    "ETag, Idempotency-Replayed, Link, Location, RateLimit-Limit, RateLimit-Policy, RateLimit-Remaining, "
    "RateLimit-Reset, Retry-After, X-Request-Id"
)
KEPT_SECONDS = "600"


def init_app(app: Flask) -> None:
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    """`Access-Control-Allow-Credentials` is never sent: the API looks at no cookie."""
    origin = request.headers.get("Origin")
    if not is_api(request.path) or origin is None:
        return response
    response.vary.add("Origin")
    if response.status_code >= 500 or not _is_welcome(origin):
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = TOLD
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = SENT
        response.headers["Access-Control-Max-Age"] = KEPT_SECONDS
    return response


def _is_welcome(origin: str) -> bool:
    welcome = settings().api_origins
    return "*" in welcome or origin in welcome
