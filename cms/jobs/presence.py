"""Which workers there are: each says now and then that it is here, wherever it runs."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cms.core.db import insert_into
from cms.jobs.models import Presence

EVERY = timedelta(seconds=30)
#: After several that it missed, it is not here any more.
GONE = timedelta(minutes=2)
FORGOTTEN = timedelta(days=1)


def appear(session: Session, name: str, at: datetime) -> None:
    """Say that this worker is here; those who have not said so for a day are forgotten."""
    said = insert_into(session, Presence).values(name=name, seen_at=at)
    session.execute(said.on_conflict_do_update(index_elements=[Presence.name], set_={"seen_at": at}))
    session.execute(delete(Presence).where(Presence.seen_at < at - FORGOTTEN))


def present(session: Session, at: datetime) -> int:
    """How many are here."""
    here = select(func.count()).select_from(Presence).where(Presence.seen_at > at - GONE)
    return session.scalar(here) or 0
