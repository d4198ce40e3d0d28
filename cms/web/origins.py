"""Where a form was sent from, as far as the browser says so: beside the token, which is what protects."""

from urllib.parse import urlsplit

from flask import Flask, abort, request

from cms.core.i18n import _
from cms.web.requests import SAFE_METHODS
from cms.web.runtimes import runtime

#: Endpoints that look at the origin themselves, because they keep what was typed.
LOOKED_AT: set[str] = set()


def init_app(app: Flask) -> None:
    app.before_request(_refuse_foreign)


def is_ours(source: str) -> bool:
    """Whether an Origin or a Referer is of this site, under the name that was asked or the one that is configured."""
    config = runtime().config
    try:
        host = urlsplit(source).netloc
    except ValueError:
        return False
    return bool(host) and host in {request.host, urlsplit(config.base_url).netloc}


def _refuse_foreign() -> None:
    """A browser that keeps the origin to itself says `null`, as it does on our own pages without referrer."""
    origin = request.headers.get("Origin", "null")
    if request.method in SAFE_METHODS or request.endpoint in LOOKED_AT or origin == "null":
        return
    if not is_ours(origin):
        abort(400, _("This form was sent from another site."))
