"""The end of every way in."""

from flask import make_response, redirect
from werkzeug.wrappers import Response

from cms.account import limits, sessions
from cms.accounts.models import User
from cms.extensions import db
from cms.web.areas import desk_path


def finish(user: User, *, remember: bool, target: str, via: str) -> Response:
    """Every factor was right: open the session and go where they wanted to go."""
    sessions.sign_in(user, remember=remember, via=via)
    db.session.commit()
    response = make_response(redirect(target or home_of(user)))
    return limits.remember_device(sessions.mark(response), user)


def home_of(user: User) -> str:
    """Where somebody lands after signing in: the back office, if there is anything in it for them."""
    return desk_path() if user.roles else "/"
