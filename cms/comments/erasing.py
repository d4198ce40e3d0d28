"""Forgetting who wrote a comment; what was said stays."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cms.audit.actions import forget
from cms.audit.models import Event
from cms.comments.models import Comment
from cms.search import COMMENTS, put


def forget_person(session: Session, person_id: int, email: str, nobody: str) -> None:
    """The addresses and browsers of a member, and name and address of the same person as a guest."""
    unlinked = {"address_digest": "", "agent": ""}
    as_guest = Comment.author_id.is_(None) & (Comment.guest_email == email)
    theirs = session.execute(select(Comment.id, Comment.body).where(as_guest)).all()
    forget(session, (Event.subject_type == Comment.__tablename__) & Event.subject_id.in_([row.id for row in theirs]))
    member = update(Comment).where(Comment.author_id == person_id).values(**unlinked)
    guest = update(Comment).where(as_guest).values(guest_name=nobody, guest_email="", guest_url="", **unlinked)
    for statement in (member, guest):
        session.execute(statement.execution_options(synchronize_session=False))
    for row in theirs:
        put(session, COMMENTS, row.id, nobody, row.body)


def forget_senders(session: Session, before: datetime, *, most: int) -> int:
    """From where and with which browser comments came that were written before; returns of how many."""
    known = (Comment.address_digest != "") | (Comment.agent != "")
    oldest = select(Comment.id).where(Comment.created_at < before, known).order_by(Comment.created_at).limit(most)
    ids = list(session.scalars(oldest))
    forgetting = update(Comment).where(Comment.id.in_(ids)).values(address_digest="", agent="")
    session.execute(forgetting.execution_options(synchronize_session=False))
    return len(ids)
