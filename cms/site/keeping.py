"""How long an answer may be kept, and by whom.

A page may be kept by everybody and has to be asked about each time, which costs a digest and no text: so a scheduled
post appears, and one taken back disappears, at its very moment. Answers to one person are kept by nobody.
"""

from collections.abc import Callable, Set

from flask import Response, request

from cms.web import runtime, settings
from cms.web.headers import ASK_EACH_TIME
from cms.web.kept import note


def of(kept: Set[str]) -> Callable[[Response], Response]:
    """A hook for after each request to the site; `kept` are the endpoints whose answers are the same for everybody."""

    def mark(response: Response) -> Response:
        if request.endpoint not in kept:
            response.headers["Cache-Control"] = "no-store"
            return response
        response.headers["Cache-Control"] = ASK_EACH_TIME
        if response.status_code == 200:
            if is_hidden():
                response.headers["X-Robots-Tag"] = "noindex, nofollow"
            if (told := note()) is not None:
                told.is_same_for_all = True
                return response
            response.add_etag()
            response.make_conditional(request)
        return response

    return mark


def is_hidden() -> bool:
    """Whether search engines are asked to leave the whole site out: by its owner, or because it is a rehearsal."""
    return bool(settings().noindex) or runtime().config.is_rehearsal
