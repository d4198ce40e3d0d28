"""Forgetting who wrote: name and address go from the comment, from the record and from what is searched."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.actions import record
from cms.audit.models import Event, EventPersonal
from cms.comments.erasing import forget_person
from cms.comments.models import Comment
from cms.search import COMMENTS, matching, put
from tests.factories import Make


def guest_comment(session: Session, make: Make, name: str, email: str, at: datetime) -> Comment:
    comment = make.comment(guest_name=name, guest_email=email, guest_url="https://maren.example", agent="Maren’s phone")
    put(session, COMMENTS, comment.id, name, comment.body)
    record(session, "comment.create", comment, by=None, at=at, personal={"guest_name": name, "guest_email": email})
    return comment


def found(session: Session, query: str) -> list[int]:
    return list(session.scalars(select(Comment.id).where(matching(session, COMMENTS, Comment.id, query))))


def test_what_somebody_wrote_as_a_guest_stays_without_them(session: Session, make: Make, now: datetime) -> None:
    theirs = guest_comment(session, make, "Maren", "maren@example.com", now)
    other = guest_comment(session, make, "Rafe", "rafe@example.com", now)

    forget_person(session, make.user().id, "maren@example.com", "Deleted person")
    session.commit()

    session.expire_all()
    assert (theirs.guest_name, theirs.guest_email, theirs.guest_url, theirs.agent) == ("Deleted person", "", "", "")
    assert other.guest_name == "Rafe"
    assert (found(session, "maren"), found(session, "rafe")) == ([], [other.id])
    assert sorted(found(session, "harbour")) == [theirs.id, other.id]
    beside = session.scalars(select(EventPersonal)).all()
    assert [row.values["guest_name"] for row in beside] == ["Rafe"]
    assert len(session.scalars(select(Event)).all()) == 2


def test_what_somebody_wrote_as_a_member_loses_its_traces(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    comment = make.comment(author_id=person.id, guest_name="", guest_email="", address_digest="d", agent="Firefox")

    forget_person(session, person.id, person.email, "Deleted person")

    session.expire_all()
    assert (comment.author_id, comment.address_digest, comment.agent) == (person.id, "", "")
