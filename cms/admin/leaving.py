"""Closing an account: it asks what becomes of the person and of their posts, and never deletes a row."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from cms.accounts.actions.erasing import NOBODY, anonymise
from cms.accounts.actions.people import deactivate
from cms.accounts.models import User
from cms.comments.erasing import forget_bans, forget_person
from cms.core.db import row_id
from cms.core.errors import Invalid
from cms.core.i18n import N_, _
from cms.media import portraits
from cms.posts.actions import reassign
from cms.tokens import actions as tokens
from cms.workspace import actions as workspace

KEEP, REASSIGN, ANONYMISE = "keep", "reassign", "anonymise"

#: What becomes of the person: value, label, what it means.
OUTCOMES = (
    (KEEP, N_("Switch off"), N_("Name and posts stay as they are. The account can be switched on again.")),
    (REASSIGN, N_("Switch off and give the posts to somebody"), N_("Readers see the other person as the author.")),
    (
        ANONYMISE,
        N_("Erase the person"),
        N_(
            "Name, address and sign-in go for ever, the picture too after the days of the trash; the posts stay, "
            "or go to whom you choose."
        ),
    ),
)


def leave(session: Session, person: User, sent: Mapping[str, str], *, by: User, at: datetime) -> None:
    """Do what was chosen, all of it or nothing."""
    outcome = sent.get("outcome", "")
    heir = _heir(session, person, sent.get("reassign_to", ""))
    if outcome not in (KEEP, REASSIGN, ANONYMISE):
        raise Invalid(_("Choose what becomes of this account."), {"outcome": _("Choose one of these.")})
    if outcome == REASSIGN and heir is None:
        raise Invalid(_("Choose who gets the posts."), {"reassign_to": _("Choose who gets the posts.")})
    if outcome == ANONYMISE and not sent.get("confirmed"):
        raise Invalid(_("Say that you mean it."), {"confirmed": _("Tick this first: nobody can bring them back.")})
    if heir is not None and outcome != KEEP:
        reassign(session, person, heir, by=by, at=at)
    if outcome == ANONYMISE:
        email, pictures = person.email, portraits.of(session, person)
        anonymise(session, person, by=by, at=at)
        portraits.take_down(session, pictures, by=by, at=at)
        forget_person(session, person.id, email, NOBODY)
        forget_bans(session, person.id, email, NOBODY, by=by, at=at)
        workspace.forget(session, person)
        tokens.forget(session, person)
    else:
        deactivate(session, person, by=by, at=at)


def left(label: str, sent: Mapping[str, str]) -> str:
    """What was done, afterwards."""
    if sent.get("outcome") == ANONYMISE:
        return _("%(person)s was erased.", person=label)
    return _("The account of %(person)s is switched off.", person=label)


def _heir(session: Session, person: User, chosen: str) -> User | None:
    if not chosen:
        return None
    heir = session.get(User, known) if (known := row_id(chosen)) else None
    if heir is None or not heir.active or heir is person:
        raise Invalid(_("Choose somebody from the list."), {"reassign_to": _("Choose somebody from the list.")})
    return heir
