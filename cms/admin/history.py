"""The history of a post: every version with who wrote it, what it changed, and the way back to it."""

from flask import redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from cms.admin.conflicts import shown
from cms.admin.gate import Crumb, Gated
from cms.admin.toasts import flash_done
from cms.admin.versions import steps
from cms.core.db import row_id
from cms.core.decision import require
from cms.core.errors import NotFound
from cms.core.i18n import _
from cms.extensions import db
from cms.posts import actions, queries
from cms.posts.diff import compare
from cms.posts.fields import EDITABLE, LABELS, snapshot
from cms.posts.models import Post, Revision
from cms.posts.standing import standings
from cms.web import now, signed_in

VERSIONS_SHOWN = 50


class Histories(Gated):
    """Whoever may see the post may see its history; bringing a version back is an edit."""

    @expose("/history/")
    def history_view(self) -> str:
        record: Post = self.get_one(request.args.get("id", ""))
        found = list(db.session.scalars(queries.revisions(record).limit(VERSIONS_SHOWN + 1)))
        return self.render(
            "admin/post_history.html",
            record=record,
            versions=found[:VERSIONS_SHOWN],
            steps=steps(db.session(), found),
            standing=standings(db.session(), [record], now())[record.id],
            more=len(found) > VERSIONS_SHOWN,
            may_edit=self.may_edit(record),
            crumbs=self.crumbs(self._post_crumb(record), Crumb(_("History"))),
        )

    @expose("/version/")
    def version_view(self) -> str:
        """One version, compared with the working text or with another."""
        record: Post = self.get_one(request.args.get("id", ""))
        version = self._version(record, request.args.get("number", ""))
        other = self._version(record, request.args["with"]) if "with" in request.args else None
        if other is not None and other.number < version.number:
            version, other = other, version
        later = other.snapshot if other else snapshot(record)
        differences = [
            (LABELS[field], compare(shown(field, version.snapshot.get(field)), shown(field, later.get(field))))
            for field in EDITABLE
            if version.snapshot.get(field) != later.get(field)
        ]
        return self.render(
            "admin/post_version.html",
            record=record,
            version=version,
            other=other,
            differences=differences,
            may_edit=self.may_edit(record),
            crumbs=self.crumbs(
                self._post_crumb(record),
                Crumb(_("History"), self.link("history_view", id=record.id)),
                Crumb(_title_of(version, other)),
            ),
        )

    @expose("/<int:id>/versions/<int:number>/bring_back", methods=("POST",))
    def bring_back_view(self, id: int, number: int) -> Response:
        record: Post = self.get_one(id, for_update=True)
        require(self.may_edit(record))
        version = self._version(record, str(number))
        actions.bring_back(db.session(), record, version, by=signed_in(), at=now())
        db.session.commit()
        flash_done(_("Version %(number)s is the working text again.", number=number))
        return redirect(self.link("edit_view", id=record.id), 303)

    def _version(self, record: Post, number: str) -> Revision:
        known = row_id(number)
        found = queries.revision(db.session(), record, known) if known else None
        if found is None:
            raise NotFound(_("There is no such version."))
        return found

    def _post_crumb(self, record: Post) -> Crumb:
        name = "edit_view" if self.may_edit(record) else "details_view"
        return Crumb(str(record), self.link(name, id=record.id))


def _title_of(version: Revision, other: Revision | None) -> str:
    if other is None:
        return _("Version %(number)s", number=version.number)
    return _("Versions %(first)s and %(second)s", first=version.number, second=other.number)
