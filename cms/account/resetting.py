"""/reset: a new password by mail. It ends every session and leaves the second factor as it is."""

import time

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from cms.account import checking
from cms.account.forms import ForgotForm, NewPasswordForm
from cms.account.links import behind_link
from cms.account.pages import page
from cms.accounts import queries
from cms.accounts.actions import tokens
from cms.accounts.actions.passwords import reset_password, whose_link
from cms.accounts.models import User
from cms.accounts.passwords import check_password
from cms.core.db import end_read
from cms.core.errors import Invalid, TooOften
from cms.core.i18n import _
from cms.extensions import db
from cms.web import letters, now, passwords, settings
from cms.web.limits import mail_tallies, may_mail

#: Longer than looking up, writing down and handing over a message takes.
EQUAL_SECONDS = 0.2

blueprint = Blueprint("resetting", __name__, template_folder="templates")


@blueprint.route("/reset", methods=["GET", "POST"])
def forgot() -> Response:
    """Known and unknown addresses: the same page, after the same time."""
    form = ForgotForm()
    if request.method != "POST":
        return page("forgot", form=form)
    try:
        form.require()
        checking.take(mail_tallies())
    except (Invalid, TooOften) as refusal:
        form.show(refusal)
        return page("forgot", refusal=refusal, form=form)
    _send(form.email.data)
    return redirect(url_for("resetting.sent"))


@blueprint.get("/reset/sent")
def sent() -> Response:
    return page("sent", what="reset")


@blueprint.route("/reset/<secret>", methods=["GET", "POST"])
@behind_link
def reset(secret: str) -> Response:
    """Choose a password, a first or a new one; signing in comes next, with the second factor if there is one."""
    person = whose_link(db.session(), secret, at=now())
    form = NewPasswordForm()
    if request.method != "POST":
        return page("reset", form=form, person=person)
    about = (person.email, person.username, person.display_name, settings().title)
    try:
        form.require(password=lambda password: check_password(password, about=about))
    except Invalid as refusal:
        form.show(refusal)
        return page("reset", refusal=refusal, form=form, person=person)
    end_read(db.session())
    hashed = passwords.hash_password(form.password.data)
    person = reset_password(db.session(), secret, hashed, at=now())
    letters.notice(person, _("The password of your account was changed by a link in a mail."))
    db.session.commit()
    flash(_("Your password is set. Sign in with it."))
    return redirect(url_for("security.login"))


def _send(email: str) -> None:
    """A known address costs more than an unknown one: so that nobody can tell, both wait for the same moment."""
    answer_at = time.monotonic() + EQUAL_SECONDS
    is_welcome = may_mail(email)
    person: User | None = queries.by_email(db.session(), email)
    if person is not None and person.active and is_welcome:
        secret = tokens.issue_reset(db.session(), person, at=now())
        (letters.reset if person.password else letters.first_password)(person, secret)
    db.session.commit()
    end_read(db.session())
    time.sleep(max(0.0, answer_at - time.monotonic()))
