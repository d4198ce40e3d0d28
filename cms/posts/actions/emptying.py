"""Emptying the trash for good: the post goes, and whatever only it had. The record of it stays."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, aliased

from cms import references
from cms.audit.actions import record
from cms.posts.models import Edition, Post, PostReads, Revision, edition_tags, post_tags
from cms.redirects.actions import lead_nowhere
from cms.search import EDITIONS, POSTS
from cms.search import remove as forget_words
from cms.workspace import unsaved


def trashed_before(session: Session, moment: datetime, *, most: int) -> Sequence[Post]:
    """Locked; a page with pages below it waits for them, and what somebody is restoring is left to them."""
    below = aliased(Post)
    return session.scalars(
        select(Post)
        .where(Post.trashed_at < moment, ~exists().where(below.parent_id == Post.id))
        .order_by(Post.trashed_at, Post.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()


def remove(session: Session, post: Post, *, at: datetime) -> None:
    """For good, its comments having been removed; old addresses that led to it say that it is gone."""
    lead_nowhere(session, post.id, at=at)
    record(session, f"{post.kind}.delete", post, by=None, at=at, changes={"trashed_at": (post.trashed_at, None)})
    editions = list(session.scalars(select(Edition.id).where(Edition.post_id == post.id)))
    for edition_id in editions:
        forget_words(session, EDITIONS, edition_id)
    forget_words(session, POSTS, post.id)
    references.forget(session, Edition.__tablename__, editions)
    references.forget(session, Post.__tablename__, [post.id])
    unsaved.forget_post(session, post.id)
    for statement in (
        delete(edition_tags).where(edition_tags.c.edition_id.in_(editions)),
        delete(Edition).where(Edition.post_id == post.id),
        delete(Revision).where(Revision.post_id == post.id),
        delete(post_tags).where(post_tags.c.post_id == post.id),
        delete(PostReads).where(PostReads.post_id == post.id),
        delete(Post).where(Post.id == post.id),
    ):
        session.execute(statement)
