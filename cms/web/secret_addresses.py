"""Pages whose address is a secret, such as behind a link in a mail: it must not travel on, nor be written down."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, request

View = TypeVar("View", bound=Callable[..., Any])
MARK = "_copydesk_secret_address"


def secret_address(view: View) -> View:
    """Browsers tell nobody where they came from, and no log has it."""
    setattr(view, MARK, True)
    return view


def is_secret(app: Flask, endpoint: str | None) -> bool:
    return hasattr(app.view_functions.get(endpoint or ""), MARK)


def init_app(app: Flask) -> None:
    """First in the list, so last to run: Talisman sets the policy of every answer before."""

    def without_referrer(response: Response) -> Response:
        if is_secret(app, request.endpoint):
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    app.after_request_funcs.setdefault(None, []).insert(0, without_referrer)
