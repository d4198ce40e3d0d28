"""Links that work once: 256 random bits in a mail, and only their digest here."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from cms.accounts.builtin import ensure_builtin_roles
from cms.accounts.models import SingleUseToken, User
from cms.accounts.queries import ever_owned
from cms.accounts.secrets import digest_of, fresh_secret
from cms.core.errors import CmsError, Conflict
from cms.core.i18n import _


class Purpose(StrEnum):
    """What a link is good for; one is never good for another."""

    FIRST_PASSWORD = "first_password"  # noqa: S105 - the name of a purpose
    RESET = "reset"
    SIGN_UP = "sign_up"
    EMAIL = "email"
    SET_UP = "set_up"


LASTS = {
    Purpose.FIRST_PASSWORD: timedelta(days=7),
    Purpose.RESET: timedelta(minutes=60),
    Purpose.SIGN_UP: timedelta(days=2),
    Purpose.EMAIL: timedelta(hours=24),
    Purpose.SET_UP: timedelta(days=7),
}
KEEP = timedelta(days=30)


class DeadLink(CmsError):
    """Used, expired, replaced by a newer one, or never given out (400); which of these is not said."""

    code = "dead_link"

    def __init__(self) -> None:
        super().__init__(_("This link does not work any more. Ask for a new one."))


def issue(
    session: Session, purpose: Purpose, *, at: datetime, user: User | None = None, detail: dict[str, Any] | None = None
) -> str:
    """A new secret for a link; an older one of the same purpose and person is dead from now on."""
    if user is not None:
        withdraw(session, user, purpose)
    secret = fresh_secret()
    session.add(
        SingleUseToken(
            purpose=purpose,
            digest=digest_of(secret),
            user_id=user.id if user else None,
            detail=detail or {},
            created_at=at,
            expires_at=at + LASTS[purpose],
        )
    )
    session.execute(delete(SingleUseToken).where(SingleUseToken.expires_at < at - KEEP))
    session.flush()
    return secret


def issue_reset(session: Session, user: User, *, at: datetime) -> str:
    """For /reset/<secret>; whoever never had a password gets the longer time of a first one."""
    return issue(session, Purpose.RESET if user.password else Purpose.FIRST_PASSWORD, at=at, user=user)


def issue_set_up(session: Session, *, at: datetime) -> str:
    """For /set-up?token=…; refused for ever once there has been an owner."""
    if ever_owned(session):
        raise Conflict(_("This site has an owner already."))
    ensure_builtin_roles(session, at=at)  # there before the race for the owner's role begins
    session.execute(delete(SingleUseToken).where(SingleUseToken.purpose == Purpose.SET_UP))
    return issue(session, Purpose.SET_UP, at=at)


def peek(session: Session, secret: str, *purposes: Purpose, at: datetime) -> SingleUseToken:
    """The token of a link that still works, without using it up."""
    found = session.scalar(
        select(SingleUseToken).where(
            SingleUseToken.digest == digest_of(secret),
            SingleUseToken.purpose.in_(purposes),
            SingleUseToken.used_at.is_(None),
            SingleUseToken.expires_at > at,
        )
    )
    if found is None:
        raise DeadLink
    return found


def use(session: Session, secret: str, *purposes: Purpose, at: datetime) -> SingleUseToken:
    """Use a link up: of several at once exactly one succeeds. What it was to bring about is kept here no longer."""
    found = peek(session, secret, *purposes, at=at)
    used = session.execute(
        update(SingleUseToken)
        .where(SingleUseToken.id == found.id, SingleUseToken.used_at.is_(None))
        .values(used_at=at, detail={})
        .execution_options(synchronize_session=False)
    )
    if not isinstance(used, CursorResult) or used.rowcount != 1:
        raise DeadLink
    return found


def withdraw(session: Session, user: User, *purposes: Purpose) -> None:
    """Kill the links of a person that were not used; with no purpose named, all of them."""
    query = delete(SingleUseToken).where(SingleUseToken.user_id == user.id, SingleUseToken.used_at.is_(None))
    session.execute(query.where(SingleUseToken.purpose.in_(purposes or tuple(Purpose))))
