"""Forgetting who wrote a comment; what was said stays."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import forget
from cms.audit.batches import relabel
from cms.audit.models import Event, EventPersonal
from cms.comments.bans import drop
from cms.comments.models import Ban, Comment
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


def forget_bans(session: Session, person_id: int, email: str, nobody: str, *, by: User, at: datetime) -> None:
    """Those on a member or their address go, and what the record and bulks know of these and of earlier ones."""
    for ban in session.scalars(select(Ban).where(or_(Ban.user_id == person_id, Ban.email == email))).all():
        drop(session, ban, by=by, at=at)
    theirs = _events_of_bans(session, person_id, email)
    forget(session, Event.id.in_(theirs))
    for ban_id in set(theirs.values()):
        relabel(session, Ban.__tablename__, ban_id, nobody)


def _events_of_bans(session: Session, person_id: int, email: str) -> dict[int, int]:
    """Those about bans on a person, with the number of each ban; a later ban on somebody else may have the same."""
    known = select(Event.id, Event.verb, Event.subject_id, Event.changes, EventPersonal.values.label("kept")).outerjoin(
        Event.personal
    )
    found: dict[int, int] = {}
    theirs: set[int] = set()
    for row in session.execute(known.where(Event.subject_type == Ban.__tablename__).order_by(Event.id)):
        if row.verb == "ban.create":
            theirs.discard(row.subject_id)
        if person_id in row.changes.get("user_id", ()) or email in (row.kept or {}).get("email", ()):
            theirs.add(row.subject_id)
        if row.subject_id in theirs:
            found[row.id] = row.subject_id
    return found


def forget_senders(session: Session, before: datetime, *, most: int) -> int:
    """From where and with which browser comments came that were written before; returns of how many."""
    known = (Comment.address_digest != "") | (Comment.agent != "")
    oldest = select(Comment.id).where(Comment.created_at < before, known).order_by(Comment.created_at).limit(most)
    ids = list(session.scalars(oldest))
    forgetting = update(Comment).where(Comment.id.in_(ids)).values(address_digest="", agent="")
    session.execute(forgetting.execution_options(synchronize_session=False))
    return len(ids)
