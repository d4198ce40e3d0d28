"""How an account stands: one answer for one person and as a WHERE clause; a test keeps the two in step."""

from enum import StrEnum

from sqlalchemy import ColumnElement, and_

from cms.accounts.models import User
from cms.core.i18n import N_


class Standing(StrEnum):
    """In the order in which they are asked."""

    ERASED = "erased"
    WAITING = "waiting"
    OFF = "off"
    INVITED = "invited"
    ACTIVE = "active"


LABELS = {
    Standing.ACTIVE: N_("Active"),
    Standing.INVITED: N_("Invited"),
    Standing.WAITING: N_("Waiting for approval"),
    Standing.OFF: N_("Switched off"),
    Standing.ERASED: N_("Erased"),
}


def standing_of(person: User) -> Standing:
    """The first that holds: somebody erased is not also switched off."""
    if person.anonymised_at is not None:
        return Standing.ERASED
    if not person.active:
        return Standing.OFF if person.approval_requested_at is None else Standing.WAITING
    return Standing.ACTIVE if person.password else Standing.INVITED


def stands(standing: Standing) -> ColumnElement[bool]:
    """`standing_of` as a WHERE clause over users."""
    kept = User.anonymised_at.is_(None)
    waits = User.approval_requested_at.is_not(None)
    return {
        Standing.ERASED: User.anonymised_at.is_not(None),
        Standing.WAITING: and_(kept, ~User.active, waits),
        Standing.OFF: and_(kept, ~User.active, ~waits),
        Standing.INVITED: and_(kept, User.active, User.password.is_(None)),
        Standing.ACTIVE: and_(kept, User.active, User.password.is_not(None)),
    }[standing]
