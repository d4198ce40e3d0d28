"""Setting passwords: the hash comes from the edge, which made it with no transaction open."""

from datetime import datetime

from sqlalchemy.orm import Session

from cms.accounts.actions.sessions import end_sessions
from cms.accounts.actions.tokens import DeadLink, Purpose, peek, use, withdraw
from cms.accounts.models import User
from cms.audit.actions import CHANGED, record

BY_LINK = (Purpose.RESET, Purpose.FIRST_PASSWORD)


def change_password(session: Session, person: User, hashed: str, *, keep: int | None, at: datetime) -> None:
    """One's own, the current one having been checked: every other session ends."""
    _set(session, person, hashed, at, keep)
    record(session, "user.change_password", person, by=person, at=at, changes={"password": (CHANGED, CHANGED)})


def whose_link(session: Session, secret: str, *, at: datetime) -> User:
    """The person of a link that still works; raises DeadLink."""
    person = session.get(User, peek(session, secret, *BY_LINK, at=at).user_id or 0)
    if person is None or not person.active:
        raise DeadLink
    return person


def reset_password(session: Session, secret: str, hashed: str, *, at: datetime) -> User:
    """Use a link up and set the password: all sessions end, other links die, the second factor stays."""
    person = whose_link(session, secret, at=at)
    token = use(session, secret, *BY_LINK, at=at)
    is_first = token.purpose == Purpose.FIRST_PASSWORD
    _set(session, person, hashed, at, None)
    person.confirmed_at = person.confirmed_at or at
    verb = "user.first_password" if is_first else "user.reset_password"
    record(session, verb, person, by=person, at=at, changes={"password": (CHANGED, CHANGED)})
    return person


def _set(session: Session, person: User, hashed: str, at: datetime, keep: int | None) -> None:
    person.password = hashed
    person.updated_at = at
    end_sessions(session, person, at=at, but=keep)
    withdraw(session, person, *BY_LINK, Purpose.EMAIL)
