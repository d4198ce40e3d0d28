"""Pages behind a link in a mail: their address is a secret, so it must not travel on."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.wrappers import Response as BaseResponse
from wtforms import ValidationError

from cms.account.pages import page
from cms.accounts.actions.tokens import DeadLink
from cms.extensions import csrf, db

Given = ParamSpec("Given")
MARK = "_copydesk_behind_link"


def behind_link(view: Callable[Given, BaseResponse]) -> Callable[Given, BaseResponse]:
    """No referrer, and a page of its own where the link is dead.

    A page without referrer sends none with its own form either, and over HTTPS Flask-WTF asks for one: so the token
    is checked here, and the referrer is not.
    """

    @wraps(view)
    def guarded(*values: Given.args, **named: Given.kwargs) -> BaseResponse:
        if request.method == "POST":
            try:
                validate_csrf(request.form.get("csrf_token"))
            except ValidationError as error:
                raise CSRFError(str(error)) from error
        try:
            return view(*values, **named)
        except DeadLink as refusal:
            db.session.rollback()
            return page("dead_link", refusal=refusal)

    setattr(guarded, MARK, True)
    return csrf.exempt(guarded)


def init_app(app: Flask) -> None:
    """First in the list, so last to run: Talisman sets the policy of every answer before."""

    def without_referrer(response: Response) -> Response:
        if hasattr(app.view_functions.get(request.endpoint or ""), MARK):
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    app.after_request_funcs.setdefault(None, []).insert(0, without_referrer)
