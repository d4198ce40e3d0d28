"""/account/confirm: an open screen is not enough to change how somebody signs in: the password is asked again."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, redirect, request, session, url_for
from werkzeug.wrappers import Response

from cms.account import checking
from cms.account.forms import CurrentPasswordForm
from cms.account.pages import page
from cms.core.errors import Invalid, TooOften
from cms.extensions import db
from cms.web import now
from cms.web.next import safe_next
from cms.web.requests import SAFE_METHODS

blueprint = Blueprint("confirming", __name__, url_prefix="/account/confirm", template_folder="templates")

Given = ParamSpec("Given")
KEY = "confirmed_until"
LASTS = timedelta(minutes=10)


@blueprint.route("", methods=["GET", "POST"])
def confirm() -> Response:
    """Good for ten minutes, in this session; having just signed in does not count."""
    form = CurrentPasswordForm()
    target = safe_next(request.args.get("next"), url_for("profile.show"))
    if request.method != "POST":
        return page("confirm_password", form=form, target=target)
    try:
        form.require()
        checking.check_current_password(form)
    except (Invalid, TooOften) as refusal:
        form.show(refusal)
        return page("confirm_password", refusal=refusal, form=form, target=target)
    db.session.commit()
    session[KEY] = (now() + LASTS).timestamp()
    return redirect(target)


def is_confirmed() -> bool:
    """Whether the password was entered a moment ago."""
    until = session.get(KEY)
    return isinstance(until, float) and until > now().timestamp()


def asks_password(view: Callable[Given, Response]) -> Callable[Given, Response]:
    """Lead to the page that asks, and back (from a form to where its area begins), unless it was entered just now."""

    @wraps(view)
    def asked(*values: Given.args, **named: Given.kwargs) -> Response:
        if not is_confirmed():
            target = request.path if request.method in SAFE_METHODS else url_for(f"{request.blueprint}.show")
            return redirect(url_for("confirming.confirm", next=target))
        return view(*values, **named)

    return asked
