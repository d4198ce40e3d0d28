"""How somebody gets an account without being invited: signing up, and setting an empty site up."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts import names
from cms.accounts.actions.people import create_owner, new_person, record_made
from cms.accounts.actions.tokens import DeadLink, Purpose, issue, peek, use
from cms.accounts.builtin import ensure_builtin_roles
from cms.accounts.models import OWNER, Role, SingleUseToken, User
from cms.accounts.queries import by_email, ever_owned
from cms.core.errors import Conflict
from cms.core.i18n import _


def ask_for_account(
    session: Session, *, email: str, username: str, display_name: str, hashed: str, at: datetime
) -> str | None:
    """The secret for the link that makes the account, or None where the address has one already.

    Nothing is made before the address is proven: whoever signs up with somebody else's leaves nothing behind.
    """
    detail = {
        "email": names.clean_email(email),
        "username": names.free_username(session, username),
        "display_name": names.clean_name(display_name),
        "password": hashed,
    }
    if by_email(session, email) is not None:
        return None
    return issue(session, Purpose.SIGN_UP, at=at, detail=detail)


def asked_account(session: Session, secret: str, *, at: datetime) -> SingleUseToken:
    """What was asked for by a link that still works; raises DeadLink."""
    return peek(session, secret, Purpose.SIGN_UP, at=at)


def confirm_account(session: Session, secret: str, *, approval: bool, username: str = "", at: datetime) -> User:
    """Make the account; with `approval` it cannot be used before somebody says yes.

    Names are not kept for anybody meanwhile: `username` is for whoever has to choose another.
    """
    asked = use(session, secret, Purpose.SIGN_UP, at=at).detail
    if by_email(session, asked["email"]) is not None:
        raise DeadLink
    person = new_person(
        session,
        email=asked["email"],
        username=username or asked["username"],
        display_name=asked["display_name"],
        at=at,
    )
    person.password = asked["password"]
    person.confirmed_at = at
    if approval:
        person.active = False
        person.approval_requested_at = at
    record_made(session, "user.sign_up", person, by=person, at=at)
    return person


def first_owner(
    session: Session,
    secret: str,
    *,
    email: str,
    username: str,
    display_name: str,
    password: str,
    hash_password: Callable[[str], str],
    site_title: str,
    at: datetime,
) -> User:
    """Set an empty site up; of several at once exactly one becomes its owner, and the door is shut for ever."""
    ensure_builtin_roles(session, at=at)
    session.execute(select(Role.id).where(Role.name == OWNER).with_for_update())
    if ever_owned(session):
        raise Conflict(_("This site has an owner already."))
    use(session, secret, Purpose.SET_UP, at=at)
    return create_owner(
        session,
        email=email,
        username=username,
        display_name=display_name,
        password=password,
        hash_password=hash_password,
        site_title=site_title,
        at=at,
    )
