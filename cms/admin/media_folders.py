"""Folders of the library: shown above the files, kept on a page of their own."""

from typing import Any

from flask import flash, g, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from cms.admin.gate import Crumb, Gated, page_response
from cms.admin.toasts import flash_done
from cms.core.db import row_id
from cms.core.errors import Conflict, Invalid, NotFound
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.media import folders
from cms.media.folders import Tree
from cms.media.models import Media, MediaFolder
from cms.web import now, signed_in
from cms.web.errors import status_of

#: What stands in the address for files that lie at the top.
NO_FOLDER = "none"


class Shelves(Gated):
    """The mix-in of the media view that knows where files lie."""

    @expose("/folders/", methods=("GET", "POST"))
    def folders_view(self) -> Response | str:
        """All folders, each with its name, its place and a way to take it away; and one more."""
        if request.method != "POST":
            return self._show_folders({})
        try:
            sentence = self._change_folders()
            db.session.commit()
        except (Invalid, Conflict) as refusal:
            db.session.rollback()
            faults = refusal.fields if isinstance(refusal, Invalid) else {}
            flash(refusal.message, "error")
            return page_response(self._show_folders(faults), status_of(refusal))
        flash_done(sentence)
        return redirect(self.link("folders_view"), 303)

    def shelf(self) -> dict[str, Any]:
        """Where the list is, for the line above it: the way here and the folders that lie here."""
        tree = self.folder_tree()
        here = tree.folders.get(row_id(request.args.get("folder", "")) or 0)
        return {
            "tree": tree,
            "folder": here,
            "way": tree.above(here) if here else [],
            "below": tree.below(here.id if here else None),
        }

    def folder_choices(self) -> list[tuple[str, str]]:
        """What a control offers, as (value, label); none where there are no folders."""
        tree = self.folder_tree()
        every = [(str(folder.id), tree.path(folder)) for folder in tree.walk()]
        return [(NO_FOLDER, _("In no folder")), *every] if every else []

    def folder_tree(self) -> Tree:
        return folders.tree(db.session())

    def move_to(self, record: Media, path: str, batch_id: int | None) -> None:
        found: dict[str, int | None] = g.setdefault("folder_ids", {})
        if path not in found:  # a bulk asks for every row
            folder = self.folder_tree().at_path(path)
            found[path] = folder.id if folder else None
        folder = db.session.get(MediaFolder, found[path]) if found[path] is not None else None
        folders.move(db.session(), record, folder, by=signed_in(), at=now(), batch_id=batch_id)

    def folder_paths(self) -> list[str]:
        tree = self.folder_tree()
        return [folders.ROOT, *(tree.path(folder) for folder in tree.walk())]

    def _change_folders(self) -> str:
        session, by, at, sent = db.session(), signed_in(), now(), request.form
        if sent.get("do") == "create":
            made = folders.create(session, sent.get("name", ""), self._parent(), by=by, at=at)
            return _("“%(folder)s” was created.", folder=made)
        folder = self._folder(sent.get("id", ""))
        if sent.get("do") == "delete":
            folders.delete(session, folder, by=by, at=at)
            return _("“%(folder)s” was deleted.", folder=folder)
        folders.change(session, folder, sent.get("name", ""), self._parent(), by=by, at=at)
        return _("“%(folder)s” was saved.", folder=folder)

    def _parent(self) -> MediaFolder | None:
        parent_id = request.form.get("parent", "")
        return self._folder(parent_id) if parent_id else None

    def _folder(self, text: str) -> MediaFolder:
        folder = db.session.get(MediaFolder, row_id(text) or 0)
        if folder is None:
            raise NotFound(_("There is no such folder."))
        return folder

    def _show_folders(self, faults: dict[str, str]) -> str:
        tree = self.folder_tree()
        title = _("Folders")
        return self.render(
            "admin/media_folders.html",
            tree=tree,
            faults=faults,
            sent=request.form,
            title=title,
            may_create=bool(self.policy.may(Permission.MEDIA_UPLOAD)),
            may_change=[folder.id for folder in tree.walk() if self.policy.may(Permission.MEDIA_MANAGE, folder)],
            crumbs=self.crumbs(Crumb(title)),
        )
