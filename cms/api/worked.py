"""A working text as the desk shows it, and which version of it that is."""

from typing import Any

from cms.api import conditions
from cms.api.text_shapes import DeskText, Worked
from cms.extensions import db
from cms.posts.models import Post
from cms.posts.policy import PostPolicy
from cms.posts.standing import standings
from cms.web import now, signed_in


def as_worked(post: Post) -> Worked:
    """With where it stands, and what whoever asks may do with it."""
    db.session.flush()
    return Worked(post, standings(db.session(), [post], now())[post.id], PostPolicy(signed_in()))


def version(post: Post) -> str:
    """As ETags name it."""
    return f"w{post.version}"


def current(post: Post) -> dict[str, Any]:
    """What is there now, to be told to whoever was not fast enough."""
    told: dict[str, Any] = DeskText().dump(as_worked(post))
    return told


def require_seen(post: Post, *, optional: bool = False) -> None:
    """Refuse where it is another version by now, with both of them."""
    conditions.require_seen(version(post), lambda: current(post), optional=optional)
