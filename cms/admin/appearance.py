"""The look of public pages, decided beside a preview of them that nobody else sees."""

from typing import Any

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from cms.admin.gate import Crumb
from cms.admin.settings_pages import SettingsPages, form_of_settings
from cms.core.errors import CmsError, NotFound, marked
from cms.core.i18n import _
from cms.extensions import db
from cms.media.models import Media
from cms.media.paths import path_of
from cms.posts import public
from cms.settings import appearance
from cms.settings.actions import checked_together
from cms.settings.kinds import Setting
from cms.settings.queries import SiteSettings, load
from cms.themes.look import COLOURS
from cms.web import now
from cms.web.theme_checks import faults_of_own
from cms.web.themes import themes
from cms.web.trial import page_with

TEMPLATE = "admin/appearance.html"
HOME, POST = "home", "post"


def page_of(setting: Setting) -> str:
    """The endpoint of the page that a setting is on."""
    return "appearance_view" if setting.section in appearance.SECTIONS else "index_view"


class Appearance(SettingsPages):
    """Theme, colours, fonts, front page and menus."""

    @expose("/appearance/", methods=("GET", "POST"))
    def appearance_view(self) -> Response | str:
        return self.edited("appearance_view", TEMPLATE)

    @expose(f"/preview/<any({HOME},{POST}):page>", methods=("POST",))
    def preview_view(self, page: str) -> Response:
        """The page with what was typed, which is neither saved nor kept; a refusal is that of saving."""
        form = form_of_settings()
        try:
            if not form.validate():
                raise marked()
            before = load(db.session()).as_dict()
            typed = checked_together(db.session(), form.changes(but=("seen",)), before)
            path = "/" if page == HOME else _newest_post()
        except CmsError as refusal:
            return self.refuse(form, refusal, TEMPLATE)
        shown = page_with(path, SiteSettings(before | typed))
        return Response(shown.get_data(), shown.status_code, mimetype="text/html")

    def show(self, form: Any, template: str, **shown: Any) -> str:
        if template == TEMPLATE:
            _tell_colours_of_theme(form)
            shown |= {
                "logo": db.session.get(Media, form.logo_id.data) if form.logo_id.data else None,
                "path_of": path_of,
                "broken": faults_of_own(load(db.session()), ["/"]),
                "pages": {HOME: _("Front page"), POST: _("A post")},
                "crumbs": self.crumbs(Crumb(_("Appearance"))),
                "is_preview": request.endpoint == f"{self.endpoint}.preview_view",
            }
        return super().show(form, template, **shown)


def _newest_post() -> str:
    newest = public.newest(db.session(), now(), most=1).editions
    if not newest:
        raise NotFound(_("No post has been published yet that could be shown."))
    return newest[0].path


def _tell_colours_of_theme(form: Any) -> None:
    """What an empty field means."""
    palette = themes().shelf.layers(form.theme.data).palette
    for key, (name, scheme) in COLOURS.items():
        form[key].render_kw = {**form[key].render_kw, "placeholder": palette.of(scheme)[name]}
