"""/set-up: the first owner, the title and the zone of an empty site. Open once, with the link that `serve` prints."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from cms.account.finishing import finish, home_of
from cms.account.forms import SetUpForm
from cms.account.links import behind_link
from cms.account.pages import page
from cms.accounts import names
from cms.accounts.actions import tokens
from cms.accounts.actions.joining import first_owner
from cms.accounts.passwords import check_password
from cms.accounts.queries import ever_owned
from cms.core.db import end_read
from cms.core.errors import Invalid, NotFound
from cms.core.i18n import _
from cms.core.zones import zone_names
from cms.extensions import db
from cms.settings.actions import change
from cms.web import now, passwords

blueprint = Blueprint("setting_up", __name__, template_folder="templates")


@blueprint.route("/set-up", methods=["GET", "POST"])
@behind_link
def set_up() -> Response:
    """Of several at once exactly one becomes the owner; afterwards there is no such page."""
    if ever_owned(db.session()):
        raise NotFound(_("There is nothing at this address."))
    secret = request.args.get("token", "")
    tokens.peek(db.session(), secret, tokens.Purpose.SET_UP, at=now())
    form = SetUpForm()
    form.timezone.choices = [(zone, zone.replace("_", " ")) for zone in zone_names()]
    if request.method != "POST":
        return page("set_up", form=form)
    try:
        return _make(form, secret)
    except Invalid as refusal:
        db.session.rollback()
        form.show(refusal)
        return page("set_up", refusal=refusal, form=form)


def _make(form: SetUpForm, secret: str) -> Response:
    password = form.password.data
    about = tuple(form[name].data or "" for name in ("email", "username", "display_name", "title"))
    form.require(
        email=names.clean_email,
        username=lambda username: names.free_username(db.session(), username),
        display_name=names.clean_name,
        password=lambda password: check_password(password, about=about),
    )
    end_read(db.session())
    hashed = passwords.hash_password(password)
    at = now()
    owner = first_owner(
        db.session(),
        secret,
        email=form.email.data,
        username=form.username.data,
        display_name=form.display_name.data or "",
        password=password,
        hash_password=lambda _password: hashed,
        site_title=form.title.data,
        at=at,
    )
    change(db.session(), {"title": form.title.data, "timezone": form.timezone.data}, by=owner, at=at)
    return finish(owner, remember=False, target=home_of(owner), via="set-up")
