"""/login and /logout. The second step, where there is one, is in `second_step`."""

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from cms.account import checking, limits, passkeys, pending
from cms.account.finishing import finish, home_of
from cms.account.forms import LinkForm, SignInForm
from cms.account.pages import page
from cms.account.sessions import mark, sign_out
from cms.accounts.actions import attempts
from cms.accounts.queries import ever_owned
from cms.core.errors import Invalid, TooOften
from cms.extensions import db
from cms.web import settings, visitor
from cms.web.next import safe_next

#: Named as Flask-Security names its own, so that `security.login` means the same to every library.
blueprint = Blueprint("security", __name__, template_folder="templates")


@blueprint.route("/login", methods=["GET", "POST"], endpoint="login")
def sign_in() -> Response:
    """Whatever is wrong, the answer is the same after the same time."""
    user = visitor()
    if user is not None:
        return redirect(safe_next(request.args.get("next"), home_of(user)))
    form = SignInForm()
    if request.method != "POST":
        form.next.data = request.args.get("next", "")
        return _page(form)
    target = safe_next(form.next.data or request.args.get("next"), "")
    try:
        form.require()
        user = checking.checked_sign_in(form.email.data, form.password.data)
    except (Invalid, TooOften) as refusal:
        return _page(form, refusal)
    if user.has_second_factor:
        pending.begin(user, remember=bool(form.remember.data), next=target)
        db.session.commit()
        return redirect(url_for("second_step.code"))
    return finish(user, remember=bool(form.remember.data), target=target, via="password")


@blueprint.post("/login/passkey/options")
def passkey_options() -> Response:
    """What the browser needs to ask for a passkey: anybody's on the sign-in page, one's own as the second factor."""
    waiting = pending.current()
    return passkeys.request_options(waiting.user if waiting else None)


@blueprint.post("/login/passkey")
def passkey() -> Response:
    """A passkey proves both factors at once, since the device checks who holds it."""
    waiting = pending.current()
    taken = checking.take(limits.link_tallies())
    try:
        user = passkeys.checked_sign_in(waiting.user if waiting else None)
    except Invalid as refusal:
        db.session.commit()
        form = SignInForm(next=request.form.get("next", ""))
        return _page(form, refusal)
    attempts.give_back(db.session(), taken)
    remember = waiting.remember if waiting else bool(request.form.get("remember"))
    target = waiting.next if waiting else safe_next(request.form.get("next"), "")
    return finish(user, remember=remember, target=target, via="passkey")


@blueprint.route("/logout", methods=["GET", "POST"], endpoint="logout")
def leave() -> Response:
    """The session of this browser ends; others stay. Whoever comes by a link is asked, as a link may be anybody's."""
    if request.method != "POST":
        return page("sign_out", form=LinkForm()) if visitor() else redirect("/")
    sign_out()
    db.session.commit()
    return mark(make_response(redirect(safe_next(request.form.get("next")))))


def _page(form: SignInForm, refusal: Invalid | TooOften | None = None) -> Response:
    """The form again; a refusal stands above it."""
    if refusal is not None:
        form.show(refusal)
    return page(
        "sign_in",
        refusal=refusal,
        form=form,
        may_join=settings().sign_up != "closed",
        is_new=not ever_owned(db.session()),
    )
