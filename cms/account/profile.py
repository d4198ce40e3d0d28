"""/account: one's own name, words, zone, password and address."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from cms.account import checking, limits, picture, sessions
from cms.account.forms import AvatarForm, ChangeEmailForm, ChangePasswordForm, LinkForm, ProfileForm
from cms.account.links import behind_link
from cms.account.pages import page
from cms.accounts import names
from cms.accounts.actions import own
from cms.accounts.actions.own import PROFILE
from cms.accounts.actions.passwords import change_password
from cms.accounts.passwords import check_password
from cms.core.db import end_read
from cms.core.errors import CmsError, Invalid, TooLarge, TooOften
from cms.core.i18n import LANGUAGES, _
from cms.core.zones import zone_names
from cms.extensions import db
from cms.web import letters, now, passwords, settings, signed_in
from cms.web.languages import language, speaking
from cms.web.limits import mail_tallies, may_mail

blueprint = Blueprint("profile", __name__, url_prefix="/account", template_folder="templates")


@blueprint.route("", methods=["GET", "POST"])
def show() -> Response:
    """What readers see of a person, and how the back office speaks to them."""
    form = _profile_form()
    if request.method != "POST":
        return _profile_page(form)
    try:
        form.require()
        own.update_profile(db.session(), signed_in(), {field: form[field].data or "" for field in PROFILE}, at=now())
    except Invalid as refusal:
        form.show(refusal)
        return _profile_page(form, refusal)
    db.session.commit()
    with speaking(language()):  # the one just chosen, which the next page is in
        flash(_("Your profile is saved."))
    return redirect(url_for("profile.show"))


@blueprint.post("/picture")
def take_picture() -> Response:
    """The file goes into the media library, and stays there when another takes its place."""
    form = AvatarForm()
    try:
        checking.take(limits.picture_tallies(signed_in()))
        picture.take()
    except (Invalid, TooLarge, TooOften) as refusal:
        form.avatar.errors = [refusal.message]
        return _profile_page(_profile_form(), refusal, avatar_form=form)
    db.session.commit()
    flash(_("Your picture is saved."))
    return redirect(url_for("profile.show"))


@blueprint.post("/picture/remove")
def remove_picture() -> Response:
    own.set_avatar(db.session(), signed_in(), None, at=now())
    db.session.commit()
    flash(_("Your picture is removed."))
    return redirect(url_for("profile.show"))


@blueprint.get("/security")
def security() -> Response:
    """Password and address."""
    return _security_page()


@blueprint.post("/password")
def password() -> Response:
    """Every other session ends, this one stays."""
    form, me = ChangePasswordForm(), signed_in()
    about = (me.email, me.username, me.display_name, settings().title)
    try:
        form.require(password=lambda password: check_password(password, about=about))
        end_read(db.session())
        hashed = passwords.hash_password(form.password.data)
        me = checking.check_current_password(form)
    except (Invalid, TooOften) as refusal:
        form.show(refusal)
        return _security_page(refusal, password_form=form)
    here = sessions.current_session()
    change_password(db.session(), me, hashed, keep=here.id if here else None, at=now())
    letters.notice(me, _("The password of your account was changed."))
    db.session.commit()
    flash(_("Your password is changed. You are signed out everywhere else."))
    return redirect(url_for("profile.security"))


@blueprint.post("/email")
def email() -> Response:
    """The new address has to be proven; the old one is told at once."""
    form = ChangeEmailForm()
    try:
        form.require(email=names.clean_email)
        wanted = names.clean_email(form.email.data)
        checking.take(mail_tallies())
        me = checking.check_current_password(form)
        is_welcome = may_mail(wanted)
        secret = own.ask_for_email(db.session(), me, wanted, at=now())
    except (Invalid, TooOften) as refusal:
        form.show(refusal)
        return _security_page(refusal, email_form=form)
    if is_welcome and secret is None:
        letters.address_taken(wanted)
    elif is_welcome and secret is not None:
        letters.confirm_email(wanted, secret)
    letters.notice(me, _("Somebody asked to give your account another e-mail address."))
    db.session.commit()
    flash(_("Check your e-mail: the new address has to be confirmed by the link in it."))
    return redirect(url_for("profile.security"))


@blueprint.route("/email/<secret>", methods=["GET", "POST"])
@behind_link
def confirm_email(secret: str) -> Response:
    """Whoever reads the new address may open the link, in any browser."""
    wanted = own.asked_email(db.session(), secret, at=now())
    form = LinkForm()
    if request.method != "POST":
        return page("confirm_email", form=form, email=wanted)
    person, old = own.confirm_email(db.session(), secret, at=now())
    letters.notice(person, _("Your account has another e-mail address now."), to=old)
    db.session.commit()
    flash(_("Your new address is confirmed."))
    return redirect(url_for("profile.security"))


def _profile_form() -> ProfileForm:
    form = ProfileForm(data={field: getattr(signed_in(), field) or "" for field in PROFILE})
    form.timezone.choices = [("", _("As the site")), *((zone, zone.replace("_", " ")) for zone in zone_names())]
    form.locale.choices = [("", _("As the site")), *LANGUAGES.items()]
    return form


def _profile_page(
    form: ProfileForm, refusal: CmsError | None = None, *, avatar_form: AvatarForm | None = None
) -> Response:
    db.session.rollback()
    me = signed_in()
    return page(
        "profile",
        refusal=refusal,
        form=form,
        avatar_form=avatar_form or AvatarForm(formdata=None),
        picture=picture.address_of(me),
        me=me,
    )


def _security_page(
    refusal: CmsError | None = None,
    *,
    password_form: ChangePasswordForm | None = None,
    email_form: ChangeEmailForm | None = None,
) -> Response:
    db.session.rollback()
    return page(
        "security",
        refusal=refusal,
        password_form=password_form or ChangePasswordForm(formdata=None),
        email_form=email_form or ChangeEmailForm(formdata=None),
        me=signed_in(),
    )
