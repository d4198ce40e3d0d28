"""Is the password right? Throttle first, look up, let go of the database, spend the time of a hash, look again."""

from flask import current_app
from sqlalchemy import update

from cms.account import limits, sessions
from cms.account.forms import ChangeEmailForm, CurrentPasswordForm
from cms.accounts import queries
from cms.accounts.actions import attempts
from cms.accounts.actions.attempts import Tally
from cms.accounts.actions.sessions import sign_in_failed
from cms.accounts.models import User
from cms.core.db import end_read
from cms.core.errors import Invalid
from cms.core.i18n import _
from cms.extensions import db
from cms.web import now, passwords, signed_in
from cms.web.meters import meters


def checked_sign_in(email: str, password: str) -> User:
    """The person, or Invalid: a stranger, a wrong password and an account switched off are the same to whoever asks."""
    taken = take(limits.sign_in_tallies(email))
    found = queries.by_email(db.session(), email)
    kept = found.password if found else None
    end_read(db.session())
    fits = passwords.is_right(password, kept)
    better = _upgraded(password, kept) if fits and kept else None
    user = queries.by_email(db.session(), email)
    if user is None or not fits or user.password != kept or not user.active:
        _note_failure(user)
        raise Invalid(_why_not(user if fits else None))
    attempts.give_back(db.session(), taken)
    if better:
        _keep(user, better)
    return user


def check_current_password(form: CurrentPasswordForm | ChangeEmailForm) -> User:
    """The person signed in, once more sure that it is them; Invalid beside the field if not.

    Whatever was read before is read again: the transaction ends while the hash is made.
    """
    user_id, kept = signed_in().id, signed_in().password
    taken = take(limits.current_password_tallies(signed_in()))
    if not passwords.is_right(form.current_password.data or "", kept):
        message = _("This is not your current password.")
        raise Invalid(message, {"current_password": message})
    user = db.session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None or user.password != kept:
        raise Invalid(_("Your account has changed in the meantime. Sign in again."))
    attempts.give_back(db.session(), taken)
    return user


def take(tallies: list[Tally]) -> list[int]:
    """Count a try where others see it, and leave no transaction open; TooOften where it is one too many."""
    taken = attempts.take(db.session(), tallies, at=now()) if tallies else []
    db.session.commit()
    return taken


def _note_failure(user: User | None) -> None:
    sign_in_failed(db.session(), user, sessions.device(), at=now())
    db.session.commit()
    meters().sign_ins_failed.inc()


def _why_not(knows_password_of: User | None) -> str:
    """That an account waits is only said to somebody who knows its password."""
    if knows_password_of is not None and knows_password_of.approval_requested_at is not None:
        return _("Your account waits for approval. You get mail when somebody has said yes.")
    return _("The e-mail address or the password is wrong.")


def _upgraded(password: str, kept: str) -> str | None:
    """A hash with today's parameters in place of an older one; the password is only known now."""
    if current_app.config["SECURITY_UPGRADE_HASHES"] and passwords.is_outdated(kept):
        return passwords.hash_password(password)
    return None


def _keep(user: User, better: str) -> None:
    """No new version and no event: the password is the same."""
    db.session.execute(update(User).where(User.id == user.id).values(password=better))
    db.session.refresh(user, ["password"])
