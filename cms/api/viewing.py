"""Which view of things was asked for: what readers see, or what the back office shows to the owner of the token."""

from typing import Any

from cms.accounts.models import User
from cms.accounts.policy import PlainPolicy
from cms.core.decision import require
from cms.core.errors import marked
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.web import visitor
from cms.web.callers import asks_for_token


def is_desk(asked: dict[str, Any]) -> bool:
    return bool(asked["view"] == "desk")


def refuse_of_desk(asked: dict[str, Any], *filters: str) -> None:
    """Filters that mean nothing to readers: ignored without a word, one would find everything."""
    for name in filters:
        if asked.get(name) and not is_desk(asked):
            raise marked({name: _("This is a filter of the desk: ask for “view=desk”.")})


def desk_viewer(*any_of: Permission) -> User:
    """Whoever asks, with one of these rights; without a token nobody sees the desk."""
    user = visitor()
    if user is None:
        raise asks_for_token()
    require(PlainPolicy(user).may_any(*any_of))
    return user
