"""How the back office looks and listens, for each person."""

from flask import flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from cms.admin.chosen import THEMES, has_shortcuts, theme
from cms.admin.gate import CmsView
from cms.core.i18n import N_, _
from cms.extensions import db
from cms.web import signed_in
from cms.web.gate import SIGNED_IN
from cms.workspace import actions


class PreferencesView(CmsView):
    """Light or dark, and whether single keys act; reached from the menu of one's account."""

    area, label, icon, in_menu = "preferences", N_("Preferences"), "i-cog", False
    needs = {"see": SIGNED_IN}

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> Response | str:
        """What makes no sense goes back to what everybody has."""
        if request.method != "POST":
            return self.render("admin/preferences.html", colours=theme(), shortcuts=has_shortcuts())
        wanted, person = request.form.get("theme", ""), signed_in()
        shortcuts = None if request.form.get("shortcuts") == "yes" else False
        actions.choose(db.session(), person, "theme", wanted if wanted in THEMES else None)
        actions.choose(db.session(), person, "shortcuts", shortcuts)
        db.session.commit()
        flash(_("Your preferences are saved."), "success")
        return redirect(self.link(), 303)
