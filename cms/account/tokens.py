"""/account/tokens: what lets a program act in one's name. Making one asks for the password and is told by mail."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from cms.account.confirming import asks_password
from cms.account.forms import TokenForm
from cms.account.pages import page
from cms.core.db import row_id
from cms.core.errors import CmsError, Conflict, Invalid
from cms.core.i18n import _, ngettext
from cms.extensions import db
from cms.tokens import actions, queries
from cms.tokens.policy import TokenPolicy
from cms.tokens.scopes import LABELS
from cms.web import letters, now, signed_in
from cms.web.callers import audience, token_key

blueprint = Blueprint("tokens", __name__, url_prefix="/account/tokens", template_folder="templates")

#: Of those that ended so many are still shown.
MOST_SHOWN = 100


@blueprint.get("")
def show() -> Response:
    """One's tokens. They outlive a change of the password, which is nothing that they are made of."""
    return _list()


@blueprint.route("/new", methods=["GET", "POST"])
@asks_password
def create() -> Response:
    """The text of the token is on this answer and nowhere else, ever."""
    form = _form()
    if request.method != "POST":
        return _form_page(form)
    try:
        form.require()
        token, text = actions.create(
            db.session(),
            name=form.name.data or "",
            scopes=form.scopes.data or [],
            days=row_id(form.days.data or "") or 0,
            key=token_key(),
            by=signed_in(),
            at=now(),
        )
    except (Invalid, Conflict) as refusal:
        form.show(refusal)
        db.session.rollback()
        return _form_page(form, refusal)
    letters.notice(signed_in(), _("An access token was made for your account: “%(token)s”.", token=token))
    db.session.commit()
    return _list(fresh=text)


@blueprint.post("/<int:id>/revoke")
def revoke(id: int) -> Response:
    """At once, and without a password: whoever closes a door need not prove anything."""
    token = queries.get(db.session(), id, viewer=signed_in())
    actions.revoke(db.session(), token, by=signed_in(), at=now())
    db.session.commit()
    flash(_("“%(token)s” is revoked.", token=token))
    return redirect(url_for("tokens.show"))


def _list(*, fresh: str | None = None) -> Response:
    mine = db.session.scalars(queries.of_person(signed_in()).limit(MOST_SHOWN)).all()
    at = now()
    return page(
        "tokens",
        fresh=fresh,
        example=f'curl -H "Authorization: Bearer {fresh}" {audience()}/posts',
        live=[token for token in mine if token.is_live(at)],
        ended=[token for token in mine if not token.is_live(at)],
        label_of=LABELS,
    )


def _form_page(form: TokenForm, refusal: CmsError | None = None) -> Response:
    form.scopes.choices = [(scope, _(LABELS[scope])) for scope in TokenPolicy(signed_in()).giveable()]
    return page("token_new", refusal=refusal, form=form)


def _form() -> TokenForm:
    form = TokenForm()
    form.days.choices = [(str(days), ngettext("%(num)s day", "%(num)s days", days)) for days in actions.LASTS]
    return form
