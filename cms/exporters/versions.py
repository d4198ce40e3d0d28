"""What becomes a file: of each post what readers see, and beside it what is still being written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, select
from sqlalchemy.orm import Session

from cms.exporters.batches import Rows
from cms.posts.fields import EDITABLE
from cms.posts.lifecycle import ARCHIVED, DRAFT, PUBLISHED
from cms.posts.models import Edition, Post, PostKind, Revision, edition_tags, post_tags
from cms.posts.queries import is_open
from cms.posts.slugs import working_paths
from cms.taxonomy.models import Tag

SCHEDULED = "scheduled"
_FIELDS = tuple(field for field in EDITABLE if field != "tags")
_TIMES = ("id", "kind", "status", "version", "published_at", "created_at", "updated_at", "shown_until")
COLUMNS = tuple(getattr(Post, name) for name in (*_TIMES, *_FIELDS))


@dataclass(frozen=True, slots=True)
class Version:
    """`fields` are those that can be edited; `is_change` where readers see another version of it."""

    id: int
    kind: PostKind
    fields: dict[str, Any]
    address: str
    status: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None
    expires_at: datetime | None = None
    is_change: bool = False


def versions_of(session: Session, posts: Rows, at: datetime) -> Iterator[Version]:
    """In the order of the posts; so many questions for a batch, however large it is."""
    addresses = working_paths(session, posts, at)
    tags = _tags(session, post_tags.c.post_id, [post.id for post in posts])
    open_now = _open_editions(session, [post.id for post in posts], at)
    others = [edition for edition in open_now.values() if edition.is_another]
    snapshots = _snapshots(session, others) if others else {}
    for post in posts:
        working = {field: getattr(post, field) for field in _FIELDS} | {"tags": tags.get(post.id, [])}
        shown = open_now.get(post.id)
        address = shown.path if shown is not None else addresses[post.id]
        # An old version may lack a field of later days; and a post that was given away is of its new author.
        seen = working | snapshots.get(shown.revision_id if shown else 0, {}) | {"author_id": post.author_id}
        yield Version(fields=seen, address=address, **_standing(post, shown, at), **_of_post(post))
        if seen != working:
            yield Version(fields=working, address=addresses[post.id], status=DRAFT, is_change=True, **_of_post(post))


def _of_post(post: Any) -> dict[str, Any]:
    return {"id": post.id, "kind": post.kind, "created_at": post.created_at, "updated_at": post.updated_at}


def _standing(post: Any, shown: Any, at: datetime) -> dict[str, Any]:
    """Status, since when and until when readers see it; what they do not see is never told as if they did."""
    if post.status is not PUBLISHED:
        return {"status": post.status, "published_at": post.published_at if post.status is ARCHIVED else None}
    if shown is not None:
        until = {"expires_at": shown.planned_until}
        if shown.live_from > at:
            return {"status": SCHEDULED, "published_at": shown.live_from} | until
        return {"status": PUBLISHED, "published_at": post.published_at} | until
    began, ended = post.published_at, post.shown_until
    if began is None or ended is None or began >= ended:
        return {"status": DRAFT}
    return {"status": PUBLISHED, "published_at": began, "expires_at": ended}


def _open_editions(session: Session, ids: list[int], at: datetime) -> dict[int, Any]:
    """Of each post the one that is live, else the one that will be first."""
    is_another = (Revision.number != Post.version).label("is_another")
    columns = (
        Edition.id,
        Edition.post_id,
        Edition.revision_id,
        Edition.live_from,
        Edition.planned_until,
        Edition.path,
        is_another,
    )
    query = select(*columns).join(Revision, Revision.id == Edition.revision_id).join(Post, Post.id == Edition.post_id)
    query = query.where(Edition.post_id.in_(ids), Post.status == PUBLISHED, is_open(at))
    rows = session.execute(query.order_by(Edition.live_from.desc()))
    return {row.post_id: row for row in rows}


def _snapshots(session: Session, editions: list[Any]) -> dict[int, dict[str, Any]]:
    """By revision, with the tags as they are called by now."""
    tags = _tags(session, edition_tags.c.edition_id, [edition.id for edition in editions])
    named = {edition.revision_id: tags.get(edition.id, []) for edition in editions}
    rows = session.execute(select(Revision.id, Revision.snapshot).where(Revision.id.in_(named)))
    return {row.id: row.snapshot | {"tags": named[row.id]} for row in rows}


def _tags(session: Session, of: Column[int], ids: list[int]) -> dict[int, list[str]]:
    named = select(of, Tag.name).join(Tag, Tag.id == of.table.c.tag_id).where(of.in_(ids))
    found: dict[int, list[str]] = {}
    for id, name in session.execute(named):
        found.setdefault(id, []).append(name)
    return {id: sorted(names) for id, names in found.items()}
