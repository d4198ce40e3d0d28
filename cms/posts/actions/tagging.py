"""Adding and taking tags, one post at a time: a save like any other. Deleting a tag takes it from all at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import Changes
from cms.core.decision import require
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import COMMAS, _
from cms.core.text import clean_line
from cms.posts.actions.editing import save
from cms.posts.models import Edition, Post, edition_tags, post_tags
from cms.posts.slugs import path_of_tag
from cms.redirects.actions import lead_on
from cms.redirects.ends import look_again
from cms.taxonomy import actions as taxonomy
from cms.taxonomy.models import Tag
from cms.taxonomy.policy import TagPolicy


def add_tag(session: Session, post: Post, name: str, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """Tag the working text; Conflict where it has the tag already."""
    require_one_tag(name)
    names = [tag.name for tag in post.tags]
    if not _save_tags(session, post, [*names, name], by=by, at=at, batch_id=batch_id):
        raise Conflict(_("It has this tag already."))


def require_one_tag(name: str) -> None:
    """In the editor a comma parts one tag from the next, so a name with one could never be typed there."""
    if set(name) & set(COMMAS):
        raise Invalid(_("One tag at a time: a comma is no part of a name."))


def remove_tag(session: Session, post: Post, name: str, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """Take a tag from the working text; Conflict where it does not have it."""
    names = [tag.name for tag in post.tags if tag.key != clean_line(name).casefold()]
    if not _save_tags(session, post, names, by=by, at=at, batch_id=batch_id):
        raise Conflict(_("It does not have this tag."))


def update_tag(
    session: Session, tag: Tag, changes: dict[str, Any], *, by: User, at: datetime, batch_id: int | None = None
) -> bool:
    """Rename, describe or move a tag; an address that it gives up leads to its new one. False where nothing differs."""

    def moved(old_slug: str) -> None:
        lead_on(session, path_of_tag(old_slug), path_of_tag(tag.slug), by=by, at=at)

    return taxonomy.update(session, tag, changes, by=by, at=at, batch_id=batch_id, moved=moved)


def delete_tag(session: Session, tag: Tag, *, by: User, at: datetime, batch_id: int | None = None) -> int:
    """Take a tag from every post and from what readers see, and delete it; returns how many posts had it.

    Old versions keep its name, so that no revision is written; the event holds the ids, which is enough to undo it.
    """
    require(TagPolicy(by).may_manage())
    return drop_tag(session, tag, by=by, at=at, batch_id=batch_id)


def drop_tag(session: Session, tag: Tag, *, by: User, at: datetime, batch_id: int | None = None) -> int:
    """`delete_tag`, where who may was asked about what this is part of."""
    posts = list(session.scalars(select(post_tags.c.post_id).where(post_tags.c.tag_id == tag.id)))
    editions = list(session.scalars(select(edition_tags.c.edition_id).where(edition_tags.c.tag_id == tag.id)))
    session.execute(delete(post_tags).where(post_tags.c.tag_id == tag.id))
    session.execute(delete(edition_tags).where(edition_tags.c.tag_id == tag.id))
    untagged: Changes = {"posts": (posts, []), "editions": (editions, [])}
    taxonomy.drop(session, tag, by=by, at=at, untagged=untagged, batch_id=batch_id)
    forget_loaded_tags(session)
    look_again(session, at=at, paths=[path_of_tag(tag.slug)])
    return len(posts)


def forget_loaded_tags(session: Session) -> None:
    """What was loaded before tags were given or taken by the thousand reads them again."""
    for known in session.identity_map.values():
        if isinstance(known, Post | Edition):
            session.expire(known, ["tags"])


def _save_tags(session: Session, post: Post, names: list[str], *, by: User, at: datetime, batch_id: int | None) -> bool:
    """False where it has just these tags already."""
    made = save(session, post, {"tags": names}, base_version=post.version, by=by, at=at, batch_id=batch_id)
    return made is not None
