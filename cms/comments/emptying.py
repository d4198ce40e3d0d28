"""Removing comments for good. The record keeps that they were there, and no address of who wrote them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session, aliased

from cms.audit.actions import forget, record
from cms.audit.models import Event
from cms.comments.lifecycle import TRASHED
from cms.comments.models import Comment
from cms.posts.models import Post
from cms.search import COMMENTS
from cms.search import remove as forget_words


def trashed_before(session: Session, moment: datetime, *, most: int) -> Sequence[Comment]:
    """Locked; one that was answered waits for its answers, which would stand alone."""
    answer = aliased(Comment)
    return session.scalars(
        select(Comment)
        .where(
            Comment.status == TRASHED, Comment.moderated_at < moment, ~exists().where(answer.parent_id == Comment.id)
        )
        .order_by(Comment.moderated_at, Comment.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()


def below_trashed_before(session: Session, moment: datetime, *, most: int) -> Sequence[Comment]:
    """What was said about posts that go themselves as soon as nothing is left; locked together with them.

    What answers these stands alone from now on, since it goes next.
    """
    found = session.scalars(
        select(Comment)
        .join(Post, Post.id == Comment.post_id)
        .where(Post.trashed_at < moment)
        .order_by(Comment.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    answers = update(Comment).where(Comment.parent_id.in_([comment.id for comment in found])).values(parent_id=None)
    session.execute(answers)
    return found


def remove(session: Session, comment: Comment, *, at: datetime) -> None:
    """For good; nothing answers it any more."""
    record(session, "comment.delete", comment, by=None, at=at, changes={"status": (comment.status, None)})
    forget(session, (Event.subject_type == Comment.__tablename__) & (Event.subject_id == comment.id))
    forget_words(session, COMMENTS, comment.id)
    session.execute(delete(Comment).where(Comment.id == comment.id))
