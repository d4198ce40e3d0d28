"""After the password: the code of an app, a passkey, or a recovery code. Six wrong ones lead back to the password."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from cms.account import checking, codes, limits, pending
from cms.account.finishing import finish
from cms.account.forms import CodeForm, RecoveryForm
from cms.account.pages import page
from cms.accounts.actions import attempts
from cms.accounts.actions.second_factors import use_recovery_code
from cms.accounts.models import User
from cms.core.errors import Invalid, TooOften
from cms.core.i18n import _, ngettext
from cms.extensions import db
from cms.web import letters, now

blueprint = Blueprint("second_step", __name__, template_folder="templates")


@dataclass(frozen=True)
class Step:
    """One way to take the second step."""

    via: str
    template: str
    form: type[CodeForm] | type[RecoveryForm]
    is_right: Callable[[User, str], bool]


def _code_is_right(user: User, code: str) -> bool:
    return bool(user.tf_totp_secret) and codes.is_right(user, str(user.tf_totp_secret), code)


def _recovery_code_is_right(user: User, code: str) -> bool:
    return use_recovery_code(db.session(), user, code, at=now())


BY_CODE = Step("code", "second_step", CodeForm, _code_is_right)
BY_RECOVERY = Step("recovery code", "recovery", RecoveryForm, _recovery_code_is_right)


@blueprint.route("/login/code", methods=["GET", "POST"])
def code() -> Response:
    """The code of an app; the page offers a passkey as well, where there is one."""
    return _take(BY_CODE)


@blueprint.route("/login/recovery", methods=["GET", "POST"])
def recovery() -> Response:
    """One of the codes that were written down for the day the phone is lost; it is told by mail."""
    return _take(BY_RECOVERY)


def _take(step: Step) -> Response:
    waiting = pending.current()
    if waiting is None:
        pending.forget()
        return redirect(url_for("security.login"))
    form = step.form()
    if request.method != "POST":
        return _page(step, form, waiting.user)
    try:
        form.require()
        taken = checking.take(limits.second_factor_tallies(waiting.user))
    except TooOften:
        pending.forget()
        raise
    except Invalid as refusal:
        return _page(step, form, waiting.user, refusal)
    return _try(step, form, taken)


def _try(step: Step, form: CodeForm | RecoveryForm, taken: list[int]) -> Response:
    """The try is counted. Now the row is held, so that of two with one code at once only one gets in."""
    waiting = pending.current(for_update=True)
    if waiting is None:
        return redirect(url_for("security.login"))
    user = waiting.user
    if not step.is_right(user, form.code.data):
        message = _("This code is wrong, or was used already.")
        return _page(step, form, user, Invalid(message, {"code": message}))
    attempts.give_back(db.session(), taken)
    if step is BY_RECOVERY:
        left = len(user.mf_recovery_codes or [])
        letters.notice(
            user,
            ngettext(
                "A recovery code was used to sign in to your account. %(num)s is left.",
                "A recovery code was used to sign in to your account. %(num)s are left.",
                left,
            ),
        )
    return finish(user, remember=waiting.remember, target=waiting.next, via=step.via)


def _page(step: Step, form: CodeForm | RecoveryForm, user: User, refusal: Invalid | None = None) -> Response:
    if refusal is not None:
        form.show(refusal)
    return page(
        step.template,
        refusal=refusal,
        form=form,
        has_app=bool(user.tf_totp_secret),
        has_passkey=bool(user.webauthn),
        has_codes=bool(user.mf_recovery_codes),
    )
