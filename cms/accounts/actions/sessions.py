"""Signed-in browsers: each is a row, so that ending one really ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User, UserSession
from cms.accounts.secrets import digest_of, fresh_secret
from cms.audit.actions import forget, record
from cms.audit.models import Event
from cms.core.errors import NotFound
from cms.core.i18n import _

#: Ended sessions are listed for a while, so that somebody can see what was there.
KEEP_ENDED = timedelta(days=30)


@dataclass(frozen=True)
class Device:
    """The browser that asks, as far as it says so."""

    address: str
    agent: str

    def personal(self) -> dict[str, str]:
        """For the record, where it can be erased."""
        return {"address": self.address, "agent": self.agent[:200]}


def open_session(
    session: Session, user: User, device: Device, *, at: datetime, lasts: timedelta, remembered: bool, via: str
) -> tuple[UserSession, str]:
    """Sign somebody in; returns the row and the secret for the cookie, which is kept nowhere."""
    secret = fresh_secret()
    opened = UserSession(
        user_id=user.id,
        digest=digest_of(secret),
        created_at=at,
        last_seen_at=at,
        expires_at=at + lasts,
        remembered=remembered,
        address=device.address[:45],
        agent=device.agent[:200],
    )
    session.add(opened)
    session.flush()
    note_seen(session, {opened.id: at})
    session.execute(delete(UserSession).where(UserSession.user_id == user.id, UserSession.expires_at < at - KEEP_ENDED))
    record(session, "user.sign_in", user, by=user, at=at, changes={"via": (None, via)}, personal=device.personal())
    return opened, secret


class Stranger:
    """Whoever tried to sign in to an account that does not exist; what was typed is not kept, it may be a password."""

    id = None
    __tablename__ = "users"

    def __str__(self) -> str:
        return ""


def sign_in_failed(session: Session, user: User | None, device: Device, *, at: datetime) -> None:
    """Leave a trace of a wrong password, for known and unknown accounts alike."""
    record(session, "user.sign_in_failed", user or Stranger(), by=None, at=at, personal=device.personal())


def close_session(session: Session, opened: UserSession, *, by: User, at: datetime) -> None:
    """Sign out: the cookie is dead from now on, wherever it was copied to."""
    if opened.revoked_at is None:
        opened.revoked_at = at
        record(session, "user.sign_out", by, by=by, at=at)


def revoke_session(session: Session, opened: UserSession, *, by: User, at: datetime) -> None:
    """End one of one's own sessions from another; somebody else's does not exist."""
    if opened.user_id != by.id:
        raise NotFound(_("There is no such session."))
    if opened.revoked_at is None:
        opened.revoked_at = at
        record(session, "user.revoke_session", by, by=by, at=at)


def end_sessions(session: Session, user: User, *, at: datetime, but: int | None = None) -> int:
    """End all sessions of a person, save one; how many there were. The act that calls for it is what is recorded."""
    ended = session.execute(
        update(UserSession)
        .where(
            UserSession.user_id == user.id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > at,
            UserSession.id != (but or 0),
        )
        .values(revoked_at=at)
        .execution_options(synchronize_session="fetch")
    )
    return int(getattr(ended, "rowcount", 0))


def revoke_others(session: Session, *, by: User, at: datetime, but: int) -> int:
    """“Sign out everywhere else”: how many sessions that ended."""
    ended = end_sessions(session, by, at=at, but=but)
    if ended:
        record(session, "user.revoke_sessions", by, by=by, at=at, changes={"sessions": (ended, 0)})
    return ended


def forget_devices(session: Session, before: datetime, *, most: int) -> int:
    """Address and browser of sessions last seen before, and of tries to sign in; returns of how many sessions."""
    known = (UserSession.address != "") | (UserSession.agent != "")
    ids = list(session.scalars(select(UserSession.id).where(UserSession.last_seen_at < before, known).limit(most)))
    forgetting = update(UserSession).where(UserSession.id.in_(ids)).values(address="", agent="")
    session.execute(forgetting.execution_options(synchronize_session=False))
    forget(session, Event.verb.in_(("user.sign_in", "user.sign_in_failed")) & (Event.at < before))
    return len(ids)


def note_seen(session: Session, seen: Mapping[int, datetime]) -> None:
    """Write down when sessions and their people were last seen; no event and no new version, as nothing changed."""
    opened = UserSession.__table__
    for session_id, moment in seen.items():
        owner = select(opened.c.user_id).where(opened.c.id == session_id).scalar_subquery()
        for statement in (
            update(UserSession).where(UserSession.id == session_id, UserSession.last_seen_at < moment),
            update(User).where(User.id == owner),
        ):
            session.execute(
                statement.values(last_seen_at=moment).execution_options(synchronize_session=False),
            )
