"""Who may keep an answer: anybody what anybody gets, if they ask each time whether it holds; nobody anything else.

We keep by the same rule, in front of Flask, what strangers are answered: see docs/decisions/0016.
"""

from collections.abc import Iterable
from functools import partial

from flask import Flask, Response, g, request

from cms.api.blueprint import ApiBlueprint
from cms.api.limits import count_stranger
from cms.web import kept
from cms.web.areas import is_api


def init_app(app: Flask) -> None:
    app.after_request(_mark)


def keep(app: Flask, areas: Iterable[ApiBlueprint]) -> None:
    """What the layer in front of Flask may answer: reads that anybody may ask, with the parameters that they know."""
    known = {endpoint: names for area in areas for endpoint, names in area.open_to_all.items()}
    kept.declare(app, kept.ForPrograms(known, partial(count_stranger, app)))


def _mark(response: Response) -> Response:
    if not is_api(request.path):
        return response
    response.vary.update(("Accept-Language", "Authorization"))
    is_public = request.method in ("GET", "HEAD") and response.status_code in (200, 304) and not g.get("caller")
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate" if is_public else "no-store"
    if is_public and response.status_code == 200 and (told := kept.note()) is not None:
        told.is_same_for_all = True
    return response
