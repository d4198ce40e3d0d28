"""Between the password and the second factor: the cookie knows who it may become, and opens nothing yet."""

from dataclasses import dataclass
from datetime import timedelta

from flask import g, session
from sqlalchemy import select

from cms.accounts.models import User
from cms.accounts.secrets import digest_of
from cms.extensions import db
from cms.web import now

KEY = "pending"
LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Pending:
    """Somebody whose password was right."""

    user: User
    remember: bool
    next: str


def begin(user: User, *, remember: bool, next: str) -> None:
    """The password was right; what the cookie held before is dropped."""
    session.clear()
    g.pop("csrf_token", None)
    session[KEY] = {
        "user": user.id,
        "proof": _proof(user),
        "remember": remember,
        "next": next,
        "until": (now() + LASTS).timestamp(),
    }


def current(*, for_update: bool = False) -> Pending | None:
    """Who is in between, unless it took too long or the password or the account has changed since."""
    kept = session.get(KEY)
    if not isinstance(kept, dict) or kept["until"] < now().timestamp():
        return None
    query = select(User).where(User.id == kept["user"], User.active)
    user = db.session.scalar(query.with_for_update() if for_update else query)
    if user is None or kept["proof"] != _proof(user):
        return None
    return Pending(user, kept["remember"], kept["next"])


def forget() -> None:
    """Back to the password."""
    session.pop(KEY, None)


def _proof(user: User) -> str:
    return digest_of(user.password or "")[:16]
