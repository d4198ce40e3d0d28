"""A page of the account, with the status that fits: the form again with what was wrong, or how long to wait."""

from collections.abc import Set
from datetime import datetime
from typing import Any

from flask import Flask, Response, make_response, render_template, request

from cms.core.errors import CmsError, TooOften
from cms.web import errors, settings, visitor
from cms.web.agents import agent_name
from cms.web.areas import desk_path
from cms.web.dates import date_words, time_words


def init_app(app: Flask, blueprints: Set[str]) -> None:
    """No page of ours is kept by a browser or a proxy, redirects included."""

    @app.after_request
    def keep_nothing(response: Response) -> Response:
        if request.blueprint in blueprints:
            response.headers["Cache-Control"] = "no-store"
        return response


def page(template: str, *, refusal: CmsError | None = None, status: int = 200, **values: Any) -> Response:
    """The template of that name, under `account/`."""
    user = visitor()
    frame = {
        "site_title": settings().title,
        "desk": desk_path() if user and user.roles else None,
        "agent_name": agent_name,
        "moment": moment,
    }
    response = make_response(render_template(f"account/{template}.html", **frame, **values))
    response.status_code = errors.status_of(refusal) if refusal else status
    if isinstance(refusal, TooOften):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def moment(at: datetime) -> str:
    """Date and time in the person's own zone and language."""
    return f"{date_words(at)}, {time_words(at, 'short')}"
