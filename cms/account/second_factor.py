"""/account/second-factor: an app, passkeys, recovery codes. Every change asks for the password and is told by mail."""

from flask import Blueprint, Flask, current_app, flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from cms.account import checking, codes, limits, passkeys
from cms.account.confirming import asks_password, is_confirmed
from cms.account.forms import AccountForm, CodeForm, PasskeyForm
from cms.account.pages import page
from cms.accounts.actions import attempts, second_factors
from cms.accounts.models import User
from cms.core.errors import CmsError, Conflict, Invalid, NotAllowed, TooOften
from cms.core.i18n import _
from cms.extensions import db
from cms.web import letters, now, signed_in
from cms.web.areas import is_api
from cms.web.gate import needs_of

blueprint = Blueprint("second_factor", __name__, url_prefix="/account/second-factor", template_folder="templates")

#: The secret of an app that has not shown a code yet, encrypted.
KEY = "app_secret"


def init_app(app: Flask) -> None:
    """Whose role asks for a second factor gets no further than here without one; public pages are left alone."""
    app.before_request(_lead_here)


@blueprint.get("")
@asks_password
def show() -> Response:
    return _page()


@blueprint.post("/app")
@asks_password
def start_app() -> Response:
    """Show the picture to scan; nothing is kept before the app has shown a right code."""
    session[KEY] = codes.fresh_secret()
    return redirect(url_for("second_factor.show"))


@blueprint.post("/app/confirm")
@asks_password
def confirm_app() -> Response:
    """The first code proves that the app works."""
    form = CodeForm()
    secret = session.get(KEY)
    if not isinstance(secret, str):
        return redirect(url_for("second_factor.show"))
    try:
        form.require()
        taken = checking.take(limits.second_factor_tallies(signed_in()))
        me = _locked()
        me.tf_last_code = None
        _require_right(me, secret, form.code.data)
    except (Invalid, TooOften) as refusal:
        db.session.rollback()
        return _page(form, refusal)
    attempts.give_back(db.session(), taken)
    fresh = second_factors.switch_app_on(db.session(), me, secret, int(me.tf_last_code or 0), at=now())
    session.pop(KEY, None)
    return _changed(_("Signing in now asks for a code of your app."), fresh)


@blueprint.post("/app/cancel")
def cancel_app() -> Response:
    """Forget the secret that was shown and not confirmed."""
    session.pop(KEY, None)
    return redirect(url_for("second_factor.show"))


@blueprint.post("/app/remove")
@asks_password
def remove_app() -> Response:
    try:
        second_factors.switch_app_off(db.session(), _locked(), at=now())
    except Conflict as refusal:
        return _page(AccountForm(), refusal)
    return _changed(_("Signing in no longer asks for a code of your app."))


@blueprint.post("/codes")
@asks_password
def new_codes() -> Response:
    """Eight new recovery codes, shown this once."""
    try:
        fresh = second_factors.new_recovery_codes(db.session(), _locked(), at=now())
    except Conflict as refusal:
        return _page(AccountForm(), refusal)
    return _changed(_("You have new recovery codes; the old ones are dead."), fresh)


@blueprint.post("/passkeys/options")
def passkey_options() -> Response:
    """For the script, before the device is asked."""
    if not is_confirmed():
        return passkeys.refusal(NotAllowed(_("Too much time has passed. Reload the page and enter your password.")))
    return passkeys.creation_options(signed_in(), request.form.get("name", ""))


@blueprint.post("/passkeys")
@asks_password
def add_passkey() -> Response:
    """What the device made."""
    try:
        me = _locked()
        credential, name = passkeys.created(me)
        fresh = second_factors.add_passkey(db.session(), me, credential, name, at=now())
    except (Invalid, Conflict) as refusal:
        return _page(PasskeyForm(), refusal)
    return _changed(_("The passkey is added to your account."), fresh)


@blueprint.post("/passkeys/<int:id>/remove")
@asks_password
def remove_passkey(id: int) -> Response:
    try:
        second_factors.remove_passkey(db.session(), _locked(), id, at=now())
    except Conflict as refusal:
        return _page(AccountForm(), refusal)
    return _changed(_("The passkey is removed from your account."))


def _lead_here() -> Response | None:
    endpoint = request.endpoint or ""
    needs = needs_of(current_app, endpoint)
    if needs is None or needs.public or endpoint.partition(".")[0] in (blueprint.name, "confirming"):
        return None
    if is_api(request.path):  # which asks it of whoever sends a token, for what is public too
        return None
    if not signed_in().needs_second_factor:
        return None
    return redirect(url_for("second_factor.show"))


def _locked() -> User:
    """One's own row, held: two changes at once come one after the other."""
    return db.session.get_one(User, signed_in().id, with_for_update=True, populate_existing=True)


def _require_right(me: User, secret: str, code: str) -> None:
    if not codes.is_right(me, secret, code):
        message = _("This code is wrong. Check that the clock of your phone is right.")
        raise Invalid(message, {"code": message})


def _changed(what: str, fresh: list[str] | None = None) -> Response:
    """Tell the owner of the account, commit, and show new recovery codes: now and never again."""
    letters.notice(signed_in(), what)
    db.session.commit()
    flash(what)
    return page("codes", codes=fresh) if fresh else redirect(url_for("second_factor.show"))


def _page(form: AccountForm | None = None, refusal: CmsError | None = None) -> Response:
    """With what was refused beside the field it is about, or above everything."""
    db.session.rollback()
    if form is not None and refusal is not None:
        form.show(refusal)
    me, secret = signed_in(), session.get(KEY)
    return page(
        "second_factor",
        refusal=refusal,
        me=me,
        failed=form,
        required=any(role.second_factor_required for role in me.roles),
        code_form=form if isinstance(form, CodeForm) else CodeForm(formdata=None),
        passkey_form=form if isinstance(form, PasskeyForm) else PasskeyForm(formdata=None),
        secret=codes.spelled(secret) if secret else None,
        picture=codes.picture(me, secret) if secret else None,
        passkeys_are_possible=passkeys.are_possible(),
    )
