"""Who may keep an answer: anybody what anybody gets, if they ask each time whether it holds; nobody anything else."""

from flask import Flask, Response, g, request

from cms.web.areas import is_api


def init_app(app: Flask) -> None:
    app.after_request(_mark)


def _mark(response: Response) -> Response:
    if not is_api(request.path):
        return response
    response.vary.update(("Accept-Language", "Authorization"))
    is_public = request.method in ("GET", "HEAD") and response.status_code in (200, 304) and not g.get("caller")
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate" if is_public else "no-store"
    return response
