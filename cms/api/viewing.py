"""Which view of things was asked for: what readers see, or what the back office shows to the owner of the token."""

from typing import Any

from cms.accounts.models import User
from cms.accounts.policy import PlainPolicy
from cms.core.decision import require
from cms.core.permissions import Permission
from cms.web import visitor
from cms.web.callers import asks_for_token


def is_desk(asked: dict[str, Any]) -> bool:
    return bool(asked["view"] == "desk")


def desk_viewer(*any_of: Permission) -> User:
    """Whoever asks, with one of these rights; without a token nobody sees the desk."""
    user = visitor()
    if user is None:
        raise asks_for_token()
    require(PlainPolicy(user).may_any(*any_of))
    return user
