"""/account/sessions: where one is signed in, and ending it."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cms.account import sessions
from cms.account.pages import page
from cms.accounts import queries
from cms.accounts.actions.sessions import revoke_others, revoke_session
from cms.accounts.models import UserSession
from cms.core.errors import NotFound
from cms.core.i18n import _, ngettext
from cms.extensions import db
from cms.web import now, signed_in

blueprint = Blueprint("devices", __name__, url_prefix="/account/sessions", template_folder="templates")


@blueprint.get("")
def show() -> Response:
    opened = queries.sessions_of(db.session(), signed_in(), at=now(), idle=sessions.idle_limit())
    return page("sessions", sessions=opened, here=sessions.current_session())


@blueprint.post("/<int:id>/revoke")
def revoke(id: int) -> Response:
    """One of one's own; ending this very one is signing out."""
    opened = db.session.get(UserSession, id)
    if opened is None:
        raise NotFound(_("There is no such session."))
    revoke_session(db.session(), opened, by=signed_in(), at=now())
    db.session.commit()
    flash(_("That session has ended."))
    return redirect(url_for("devices.show"))


@blueprint.post("/revoke-others")
def revoke_all_others() -> Response:
    here = sessions.current_session()
    ended = revoke_others(db.session(), by=signed_in(), at=now(), but=here.id if here else 0)
    db.session.commit()
    flash(ngettext("One other session has ended.", "%(num)s other sessions have ended.", ended))
    return redirect(url_for("devices.show"))
