"""Files with what is said about files of the library: the words, and the folder. The bytes come by uploading."""

from typing import Any, ClassVar

from flask import g

from cms.admin.columns import Column
from cms.admin.forms import Line
from cms.admin.import_columns import as_flag
from cms.admin.import_rows import ImportsRows
from cms.admin.media_form import MediaForm
from cms.core.decision import Decision
from cms.core.i18n import N_, _
from cms.extensions import db
from cms.media import actions
from cms.media.folders import ROOT, tree
from cms.media.models import Media
from cms.media.paths import id_of, path_of
from cms.web import now, signed_in


class MediaRowForm(MediaForm):
    """The form of a file, and its folder, which has a page of its own for people."""

    folder = Line(N_("Folder"))


def _folder_of(media: Media) -> str:
    """The path of its folder; all paths are asked for once."""
    if "folder_paths" not in g:
        folders = tree(db.session())
        g.folder_paths = {folder.id: folders.path(folder) for folder in folders.walk()}
    return g.folder_paths.get(media.folder_id, "") if media.folder_id is not None else ""


def _known_folder(path: str) -> str:
    tree(db.session()).at_path(path)
    return path


class MediaRows(ImportsRows):
    """The mix-in of the media view for its files."""

    import_form = MediaRowForm
    export_columns: ClassVar[tuple[Column, ...]] = (
        Column("id", N_("Id"), "number"),
        Column("path", N_("Address"), value=path_of, finds=lambda text: Media.id == (id_of(text) or 0)),
        Column("title", N_("Title"), fills="title", clears=True),
        Column("filename", N_("File name")),
        Column("kind", N_("Kind")),
        Column("mime", N_("Type")),
        Column("bytes", N_("Bytes"), "number"),
        Column("alt", N_("Description"), fills="alt", clears=True),
        Column("decorative", N_("Only decoration"), fills="decorative", read=as_flag),
        Column("caption", N_("Caption"), fills="caption", clears=True),
        Column("folder", N_("Folder"), value=_folder_of, fills="folder", read=_known_folder, clears=True),
        Column("uploaded_by", N_("Added by"), "person"),
        Column("created_at", N_("Added"), "date"),
    )

    def may_bring_in(self) -> Decision:
        return Decision.no(
            lambda: _("There is no such file here. Files come in by uploading; a row only describes one.")
        )

    def may_fill(self, name: str, record: Media | None) -> Decision:
        return Decision.no(lambda: _("Only images have this."))

    def save_row(self, form: Any, record: Media) -> None:
        changes = {name: value for name, value in form.changes(but=("folder",)).items() if value is not None}
        actions.describe(db.session(), record, changes, by=signed_in(), at=now())
        if form.folder.raw_data:
            self.move_to(record, form.folder.data or ROOT, None)

    def move_to(self, record: Media, path: str, batch_id: int | None) -> None:
        raise NotImplementedError
