"""Removing comments for good. The record keeps that they were there, and no address of who wrote them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session, aliased

from cms.audit.actions import forget, record
from cms.audit.models import Event
from cms.comments.lifecycle import TRASHED
from cms.comments.models import Comment
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


def remove_below(session: Session, post_id: int, *, at: datetime) -> None:
    """All that was said about a post, which is about to go itself."""
    session.execute(update(Comment).where(Comment.post_id == post_id).values(parent_id=None))
    for comment in session.scalars(select(Comment).where(Comment.post_id == post_id)).all():
        remove(session, comment, at=at)


def remove(session: Session, comment: Comment, *, at: datetime) -> None:
    """For good; nothing answers it any more."""
    record(session, "comment.delete", comment, by=None, at=at, changes={"status": (comment.status, None)})
    forget(session, (Event.subject_type == Comment.__tablename__) & (Event.subject_id == comment.id))
    forget_words(session, COMMENTS, comment.id)
    session.execute(delete(Comment).where(Comment.id == comment.id))
