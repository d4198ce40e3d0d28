"""Settings: one page in sections, and a mail to try the sender with."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, request
from flask_admin import expose
from sqlalchemy import select
from werkzeug.wrappers import Response

from cms.admin.base import SITE, CmsView
from cms.admin.events import record_link
from cms.admin.forms import choices_of
from cms.admin.gate import page_response
from cms.admin.settings_form import SettingsForm
from cms.admin.toasts import flash_done
from cms.core.db import end_read
from cms.core.errors import CmsError, Invalid, marked
from cms.core.i18n import N_, _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.media.models import Media
from cms.media.paths import path_of
from cms.media.queries import images
from cms.posts.models import Post, PostKind
from cms.settings import actions
from cms.settings.queries import load, newest_change
from cms.web import mailing, now, runtime, settings, signed_in
from cms.web.errors import status_of


class SettingsView(CmsView):
    """What an owner decides; what a deployer decides is in the environment."""

    area, label, icon, group = "settings", N_("Settings"), "i-cog", SITE
    key = "s"
    needs = {"see": (Permission.SETTINGS_MANAGE,), "test_mail_view": (Permission.SETTINGS_MANAGE,)}

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> Response | str:
        """A setting that was not sent stays as it is, so that a part of the form is a form as well."""
        form = _form()
        if request.method != "POST":
            return self._show(form)
        try:
            if not form.validate():
                raise marked()
            seen = _moment(form.seen.data)
            changed = actions.change(db.session(), form.changes(but=("seen",)), by=signed_in(), at=now(), seen=seen)
            db.session.commit()
        except CmsError as refusal:
            return self._refuse(form, refusal)
        flash_done(_("The settings were saved.") if changed else _("Nothing was changed."))
        return redirect(self.link())

    @expose("/test-mail", methods=("POST",))
    def test_mail_view(self) -> Response:
        """To the address of whoever asks, and to nobody else."""
        to = signed_in().email
        title = settings().title
        end_read(db.session())
        sent = mailing.send(
            to,
            _("Test mail from %(site)s", site=title),
            _("If you read this, mail from %(site)s arrives.", site=title),
        )
        if sent and mailing.is_printed():
            flash(_("The test mail was printed to the log, as is all mail of this site."), "success")
        elif sent:
            flash(_("A test mail was sent to %(address)s.", address=to), "success")
        else:
            flash(_("The mail server did not take it. The log says why."), "error")
        return redirect(self.link(), 303)

    def _refuse(self, form: Any, refusal: CmsError) -> Response:
        db.session.rollback()
        if isinstance(refusal, Invalid):
            form.take_errors(refusal.fields)
        if not form.errors:
            flash(refusal.message, "error")
        return page_response(self._show(form), status_of(refusal))

    def _show(self, form: Any) -> str:
        """With the moment of the newest change, also after a conflict: who saves again has seen it."""
        newest = newest_change(db.session())
        return self.render(
            "admin/settings.html",
            form=form,
            record_href=record_link("settings"),
            seen=newest.isoformat() if newest else "",
            logo=db.session.get(Media, form.logo_id.data) if form.logo_id.data else None,
            path_of=path_of,
            mail_is_printed=mailing.is_printed(),
            has_mail_server=not runtime().config.mail_url.startswith("console:"),
        )


def _form() -> Any:
    site = load(db.session())
    form = SettingsForm(request.form if request.method == "POST" else None, data=site.as_dict())
    pages = select(Post.id, Post.title).where(Post.kind == PostKind.PAGE, Post.trashed_at.is_(None))
    form.logo_id.choices = choices_of(
        db.session(), images(), site.logo_id, looked_up=form.logo_id.data, nothing=_("No image")
    )
    form.home_page_id.choices = choices_of(
        db.session(), pages.order_by(Post.title, Post.id), site.home_page_id, nothing=_("The newest posts")
    )
    return form


def _moment(text: str | None) -> datetime | None:
    """Nonsense is no promise of having seen anything, and none is needed."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
