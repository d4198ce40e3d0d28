"""Where comments are in the back office, and what became of one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.comments.lifecycle import CommentStatus
from cms.comments.models import Comment

LIST = "/admin/comments/"


def status_of(session: Session, comment: Comment) -> CommentStatus:
    status = session.scalars(select(Comment.status).where(Comment.id == comment.id)).one()
    session.commit()
    return status
