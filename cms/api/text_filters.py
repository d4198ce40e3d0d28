"""What lists of texts are narrowed by: as readers see them, and as they are worked on."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, false, select

from cms.accounts.models import User
from cms.api.viewing import refuse_of_desk
from cms.extensions import db
from cms.posts import public
from cms.posts.models import Edition, Post, post_tags
from cms.posts.queries import is_dated
from cms.posts.slugs import tags_called
from cms.series.queries import id_of as id_of_series
from cms.web import now


def public_where(asked: dict[str, Any]) -> Iterator[ColumnElement[bool]]:
    """A tag as its page shows it, with those below."""
    refuse_of_desk(asked, "status", "trashed")
    if "author" in asked:
        yield Edition.author_id == _person(asked["author"])
    if "tag" in asked:
        family = public.family_of(db.session(), asked["tag"], now())
        yield public.tagged(db.session(), family) if family is not None else false()
    if "series" in asked:
        yield Edition.series_id == id_of_series(asked["series"])
    if "since" in asked:
        yield Edition.published_at >= asked["since"]
    if "until" in asked:
        yield Edition.published_at < asked["until"]
    elif "cursor" not in asked:
        yield is_dated(now())


def desk_where(asked: dict[str, Any]) -> Iterator[ColumnElement[bool]]:
    yield Post.trashed_at.is_not(None) if asked["trashed"] else Post.trashed_at.is_(None)
    if "status" in asked:
        yield Post.status == asked["status"]
    if "author" in asked:
        yield Post.author_id == _person(asked["author"])
    if "tag" in asked:
        tagged = select(post_tags.c.post_id).where(post_tags.c.post_id == Post.id)
        yield tagged.where(post_tags.c.tag_id.in_(tags_called(asked["tag"]))).exists()
    if "series" in asked:
        yield Post.series_id == id_of_series(asked["series"])
    if "since" in asked:
        yield Post.updated_at >= asked["since"]
    if "until" in asked:
        yield Post.updated_at < asked["until"]


def _person(username: str) -> Any:
    return select(User.id).where(User.username == username).scalar_subquery()
