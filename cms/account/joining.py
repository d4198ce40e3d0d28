"""/register: the page says the same whether the address has an account or not; its owner gets the rest by mail."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from cms.account import checking, limits
from cms.account.finishing import finish
from cms.account.forms import ConfirmForm, RegisterForm
from cms.account.links import behind_link
from cms.account.pages import page
from cms.accounts import names, queries
from cms.accounts.actions import attempts, joining
from cms.accounts.passwords import check_password
from cms.core.errors import Invalid, NotAllowed, TooOften
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.web import letters, now, passwords, settings, visitor
from cms.web.limits import mail_tallies, may_mail

blueprint = Blueprint("joining", __name__, template_folder="templates")


@blueprint.route("/register", methods=["GET", "POST"])
def register() -> Response:
    """Ask for an account; nothing is made before the address is proven."""
    if settings().sign_up == "closed":
        raise NotAllowed(_("Sign-up is closed on this site. Ask an owner for an account."))
    if visitor() is not None:
        return redirect("/")
    form = RegisterForm()
    if request.method != "POST":
        return page("register", form=form)
    try:
        _ask(form)
    except (Invalid, TooOften) as refusal:
        db.session.rollback()
        form.show(refusal)
        return page("register", refusal=refusal, form=form)
    return redirect(url_for("joining.sent"))


@blueprint.get("/register/sent")
def sent() -> Response:
    return page("sent", what="register")


@blueprint.route("/register/<secret>", methods=["GET", "POST"])
@behind_link
def confirm(secret: str) -> Response:
    """The address is proven by the link, and that it is the same person by the password."""
    asked = joining.asked_account(db.session(), secret, at=now()).detail
    form = ConfirmForm()
    if request.method != "POST":
        return page("confirm", form=form, email=asked["email"])
    try:
        form.require()
        taken = checking.take(limits.link_tallies())
        _require_right(form.password.data, asked["password"])
        attempts.give_back(db.session(), taken)
        return _make(secret, form.username.data or "")
    except (Invalid, TooOften) as refusal:
        db.session.rollback()
        form.show(refusal)
        return page("confirm", refusal=refusal, form=form, email=asked["email"])


def _ask(form: RegisterForm) -> None:
    """Every path takes the time of a hash and ends in one mail."""
    email, username, name = form.email.data or "", form.username.data or "", form.display_name.data or ""
    form.require(
        email=names.clean_email,
        username=lambda username: names.free_username(db.session(), username),
        display_name=names.clean_name,
        password=lambda password: check_password(password, about=(email, username, name, settings().title)),
    )
    email = names.clean_email(email)
    checking.take(mail_tallies())
    hashed = passwords.hash_password(form.password.data)
    at, is_welcome = now(), may_mail(email)
    secret = joining.ask_for_account(
        db.session(), email=email, username=username, display_name=name, hashed=hashed, at=at
    )
    if is_welcome and secret is None:
        letters.has_account(email)
    elif is_welcome and secret is not None:
        letters.confirm_sign_up(email, secret)
    db.session.commit()


def _make(secret: str, username: str) -> Response:
    approval = settings().sign_up != "open"
    user = joining.confirm_account(db.session(), secret, approval=approval, username=username, at=now())
    if not approval:
        return finish(user, remember=False, target="/", via="confirmation")
    letters.waits_for_approval(user, queries.holders(db.session(), Permission.USER_MANAGE))
    db.session.commit()
    flash(_("Your address is confirmed. You get mail when somebody has said yes to your account."))
    return redirect(url_for("security.login"))


def _require_right(password: str, kept: str) -> None:
    if not passwords.is_right(password, kept):
        message = _("This is not the password that you chose.")
        raise Invalid(message, {"password": message})
