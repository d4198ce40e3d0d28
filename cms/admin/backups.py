"""Backups: which there are, whether they are whole, and a new one now. Nothing is downloaded: see docs/backups.md."""

from dataclasses import dataclass

from flask import flash, redirect
from flask_admin import expose
from werkzeug.wrappers import Response

from cms.admin.base import SITE, CmsView
from cms.backups import actions
from cms.backups.shelf import Backup, Failure
from cms.core.i18n import N_, _, said_reason
from cms.core.permissions import Permission
from cms.extensions import db
from cms.web import now, settings, signed_in
from cms.web.backing_up import shelf

RUN = (Permission.BACKUP_RUN,)
SHOWN = 100


@dataclass(frozen=True)
class Standing:
    """What lets an owner sleep. `proven`: the newest that was put back for a trial and found whole."""

    newest: Backup | None
    proven: Backup | None
    failure: Failure | None


def standing() -> Standing:
    """From the folder of backups, without a query: it knows better than the database what can be put back."""
    return _standing(shelf().all())


def _standing(backups: list[Backup]) -> Standing:
    tried = (one for one in backups if one.checked is not None and one.is_sound and one.checked.restored)
    proven = max(tried, key=lambda one: one.checked.at if one.checked else one.manifest.made_at, default=None)
    return Standing(backups[0] if backups else None, proven, shelf().failure())


class BackupView(CmsView):
    """What is asked for here is done by the worker."""

    area, label, icon, group = "backups", N_("Backups"), "i-box", SITE
    needs = {"see": RUN, "make_view": RUN, "check_view": RUN}

    @expose("/")
    def index_view(self) -> str:
        backups = shelf().all()
        return self.render(
            "admin/backups.html",
            backups=backups[:SHOWN],
            standing=_standing(backups),
            waiting=actions.waiting(db.session()),
            labels=actions.LABELS,
            said_reason=said_reason,
            hours=settings().backup_hours,
            folder=shelf().root,
        )

    @expose("/make/", methods=("POST",))
    def make_view(self) -> Response:
        actions.ask_to_make(db.session(), by=signed_in(), at=now())
        db.session.commit()
        flash(_("A backup is being made. It appears here when it is whole."), "success")
        return redirect(self.link(), 303)

    @expose("/<backup>/check/", methods=("POST",))
    def check_view(self, backup: str) -> Response:
        found = shelf().get(backup)
        actions.ask_to_check(db.session(), found.name, by=signed_in(), at=now())
        db.session.commit()
        flash(_("The backup is being checked. What is found appears here."), "success")
        return redirect(self.link(), 303)
