"""One's own account: profile, and a new address that has to be proven first."""

from datetime import datetime

from sqlalchemy.orm import Session

from cms import references
from cms.accounts import names
from cms.accounts.actions.people import apply_changes
from cms.accounts.actions.tokens import DeadLink, Purpose, issue, peek, use
from cms.accounts.models import User
from cms.accounts.queries import by_email
from cms.audit.actions import Changes, record
from cms.core.errors import Invalid
from cms.core.i18n import _

#: What everybody may change of themselves.
PROFILE = ("display_name", "bio", "timezone", "locale")


def update_profile(session: Session, person: User, changes: dict[str, str | None], *, at: datetime) -> Changes:
    """Save what is among PROFILE; other fields are left alone."""
    return apply_changes(session, person, {f: v for f, v in changes.items() if f in PROFILE}, by=person, at=at)


def set_avatar(session: Session, person: User, media_id: int | None, *, at: datetime, by: User | None = None) -> None:
    """A picture from the library, or none; chosen by oneself unless somebody else takes that back."""
    if person.avatar_id == media_id:
        return
    changes: Changes = {"avatar_id": (person.avatar_id, media_id)}
    person.avatar_id = media_id
    person.updated_at = at
    references.put(session, "users", person.id, {"avatar_id": [media_id]})
    record(session, "user.edit", person, by=by or person, at=at, changes=changes)


def ask_for_email(session: Session, person: User, email: str, *, at: datetime) -> str | None:
    """The secret for the link to the new address, or None where somebody has it already: the page says the same."""
    clean = names.clean_email(email)
    if clean == person.email:
        message = _("This is your address already.")
        raise Invalid(message, {"email": message})
    record(session, "user.ask_for_email", person, by=person, at=at, personal={"email": [person.email, clean]})
    if by_email(session, clean) is not None:
        return None
    return issue(session, Purpose.EMAIL, at=at, user=person, detail={"email": clean})


def asked_email(session: Session, secret: str, *, at: datetime) -> str:
    """The new address of a link that still works; raises DeadLink."""
    email: str = peek(session, secret, Purpose.EMAIL, at=at).detail["email"]
    return email


def confirm_email(session: Session, secret: str, *, at: datetime) -> tuple[User, str]:
    """Take the new address; returns the person and the old address, which is told."""
    token = use(session, secret, Purpose.EMAIL, at=at)
    person = session.get(User, token.user_id or 0)
    if person is None or not person.active or by_email(session, token.detail["email"]) is not None:
        raise DeadLink
    old = person.email
    apply_changes(session, person, {"email": token.detail["email"]}, by=person, at=at)
    return person, old
