"""Erasing a person: who they were goes, what they wrote stays."""

import secrets
from datetime import datetime

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from cms import references
from cms.accounts.actions.people import MANAGE, refuse_losing_owner
from cms.accounts.models import SingleUseToken, User, UserSession
from cms.accounts.policy import UserPolicy
from cms.audit.actions import forget, record
from cms.audit.batches import relabel
from cms.audit.models import Event
from cms.core.decision import require
from cms.core.errors import Conflict
from cms.core.i18n import N_, _

#: Kept in the language of the code and translated where it is shown.
NOBODY = N_("Deleted person")


def anonymise(session: Session, person: User, *, by: User, at: datetime) -> None:
    """Replace name, address, picture and factors, end every session, and forget what the record knew in private.

    It cannot be undone, and the account can never be used again.
    """
    refuse_losing_owner(session, person, by)
    require(UserPolicy(by).may(MANAGE, person))
    if person is by:
        raise Conflict(_("Nobody erases their own account here. Ask a colleague who manages people."))
    if person.anonymised_at is not None:
        return
    _replace(person, at)
    references.forget(session, User.__tablename__, [person.id])
    session.execute(delete(UserSession).where(UserSession.user_id == person.id))
    session.execute(delete(SingleUseToken).where(SingleUseToken.user_id == person.id))
    about = (Event.subject_type == User.__tablename__) & (Event.subject_id == person.id)
    forget(session, or_(Event.actor_id == person.id, about))
    relabel(session, User.__tablename__, person.id, NOBODY)
    record(session, "user.anonymise", person, by=by, at=at)


def _replace(person: User, at: datetime) -> None:
    person.email = f"deleted-{person.id}@deleted.invalid"
    person.username = f"deleted-{person.id}"
    person.display_name = NOBODY
    person.bio = ""
    person.avatar_id = person.password = person.timezone = person.locale = person.last_seen_at = None
    person.tf_totp_secret = person.tf_primary_method = person.tf_last_code = person.mf_recovery_codes = None
    person.fs_webauthn_user_handle = person.fs_token_uniquifier = None
    person.fs_uniquifier = secrets.token_hex(32)
    person.webauthn = []
    person.roles = []
    person.active = False
    person.approval_requested_at = None
    person.anonymised_at = person.updated_at = at
