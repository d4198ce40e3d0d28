"""Pages whose address is a secret, such as behind a link in a mail: it must not travel on."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, request

View = TypeVar("View", bound=Callable[..., Any])
MARK = "_copydesk_secret_address"


def secret_address(view: View) -> View:
    """Browsers tell nobody where they came from."""
    setattr(view, MARK, True)
    return view


def init_app(app: Flask) -> None:
    """First in the list, so last to run: Talisman sets the policy of every answer before."""

    def without_referrer(response: Response) -> Response:
        if hasattr(app.view_functions.get(request.endpoint or ""), MARK):
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    app.after_request_funcs.setdefault(None, []).insert(0, without_referrer)
