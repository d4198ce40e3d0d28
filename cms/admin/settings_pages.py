"""What the pages of the settings have in common: a form made of their declarations, saved as far as it was sent."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from cms.admin.base import SITE, CmsView
from cms.admin.events import record_link
from cms.admin.forms import choices_of
from cms.admin.gate import page_response
from cms.admin.settings_form import SettingsForm
from cms.admin.toasts import flash_done
from cms.core.errors import CmsError, Invalid, marked
from cms.core.i18n import N_, _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.media.queries import images
from cms.posts.models import Post, PostKind
from cms.settings import actions
from cms.settings.queries import load, newest_change
from cms.web import now, signed_in
from cms.web.errors import status_of


class SettingsPages(CmsView):
    """A setting that was not sent stays as it is, so that a part of the form is a form as well."""

    area, label, icon, group = "settings", N_("Settings"), "i-cog", SITE
    key = "s"
    needs = {
        "see": (Permission.SETTINGS_MANAGE,),
        "appearance_view": (Permission.SETTINGS_MANAGE,),
        "preview_view": (Permission.SETTINGS_MANAGE,),
        "test_mail_view": (Permission.SETTINGS_MANAGE,),
    }

    def edited(self, endpoint: str, template: str, **shown: Any) -> Response | str:
        """One of the pages: shown, or saved and led back to."""
        form = form_of_settings()
        if request.method != "POST":
            return self.show(form, template, **shown)
        try:
            if not form.validate():
                raise marked()
            seen = _moment(form.seen.data)
            changed = actions.change(db.session(), form.changes(but=("seen",)), by=signed_in(), at=now(), seen=seen)
            db.session.commit()
        except CmsError as refusal:
            return self.refuse(form, refusal, template, **shown)
        flash_done(_("The settings were saved.") if changed else _("Nothing was changed."))
        return redirect(self.link(endpoint))

    def refuse(self, form: Any, refusal: CmsError, template: str, **shown: Any) -> Response:
        db.session.rollback()
        if isinstance(refusal, Invalid):
            form.take_errors(refusal.fields)
        if not form.errors:
            flash(refusal.message, "error")
        return page_response(self.show(form, template, **shown), status_of(refusal))

    def show(self, form: Any, template: str, **shown: Any) -> str:
        """With the moment of the newest change, also after a conflict: who saves again has seen it."""
        newest = newest_change(db.session())
        seen = newest.isoformat() if newest else ""
        return self.render(template, form=form, record_href=record_link("settings"), seen=seen, **shown)


def form_of_settings() -> Any:
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
