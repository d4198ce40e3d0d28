"""What the record says."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from cms.audit.models import Event


def events(session: Session) -> list[Event]:
    """In order, each with its private values."""
    session.flush()
    return list(session.scalars(select(Event).options(joinedload(Event.personal)).order_by(Event.id)))


def verbs(session: Session) -> list[str]:
    return [event.verb for event in events(session)]
