"""Pages behind a link in a mail, whose address is a secret."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import request
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.wrappers import Response as BaseResponse
from wtforms import ValidationError

from cms.account.pages import page
from cms.accounts.actions.tokens import DeadLink
from cms.extensions import csrf, db
from cms.web.secret_addresses import secret_address

Given = ParamSpec("Given")


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

    return secret_address(csrf.exempt(guarded))
