"""The media library: a grid of files, each with its words, its facts and where it is used."""

from typing import Any

from flask import redirect, request, session
from flask_admin import expose
from sqlalchemy import ColumnElement, select
from werkzeug.wrappers import Response

from cms.accounts.models import User
from cms.admin.asked import Asked
from cms.admin.base import WORK, CmsModelView
from cms.admin.bulk_action import Bulk
from cms.admin.columns import Column
from cms.admin.filters import ChoiceFilter, DateFilter, FlagFilter, RelationFilter
from cms.admin.listing import Preset
from cms.admin.media_choosing import Choosing
from cms.admin.media_folders import NO_FOLDER
from cms.admin.media_form import MediaForm
from cms.admin.media_rows import MediaRows
from cms.admin.media_upload import Uploads
from cms.admin.media_versions import Versions
from cms.admin.moves import Move
from cms.core.db import row_id
from cms.core.decision import Decision
from cms.core.i18n import N_, _, ngettext
from cms.core.permissions import Permission
from cms.extensions import db
from cms.media import actions
from cms.media.folders import options as folder_options
from cms.media.models import Media, MediaKind
from cms.media.paths import path_of
from cms.media.policy import MediaPolicy
from cms.media.queries import describing, lacking_alt, uploaders
from cms.media.renditions import has_renditions, thumb_of
from cms.posts.media_use import ids_of_used, is_used, others_showing, posts_showing
from cms.search import MEDIA
from cms.web import now, signed_in
from cms.web.pictures import cells

MANAGE = (Permission.MEDIA_MANAGE,)
SEE = (Permission.MEDIA_UPLOAD, Permission.MEDIA_MANAGE)
KINDS = (
    (MediaKind.IMAGE, N_("Images")),
    (MediaKind.DOCUMENT, N_("Documents")),
    (MediaKind.AUDIO, N_("Sound")),
    (MediaKind.VIDEO, N_("Video")),
)
KIND_NAMES = {
    MediaKind.IMAGE: N_("Image"),
    MediaKind.DOCUMENT: N_("Document"),
    MediaKind.AUDIO: N_("Sound"),
    MediaKind.VIDEO: N_("Video"),
}
TRASH, RESTORE, MOVE = "trash", "restore", "move"
LAYOUT = "media_layout"


class MediaView(Uploads, Versions, Choosing, MediaRows, CmsModelView):
    """Everybody who may add files sees them all; changing them may be limited to one's own."""

    model, area, label, icon, group = Media, "media", N_("Media"), "i-media", WORK
    key = "m"
    new_label = N_("Upload")
    policy_class = MediaPolicy
    needs = {
        "see": SEE,
        "create": (Permission.MEDIA_UPLOAD,),
        "edit": MANAGE,
        "delete": MANAGE,
        "act": MANAGE,
        "describe_view": MANAGE,
        "choose_view": SEE,
        "folders_view": SEE,
        "replace_view": MANAGE,
        "crop_view": MANAGE,
        "turn_view": MANAGE,
        "version_view": MANAGE,
        "look_view": SEE,
        "export": (Permission.EXPORT_RUN,),
        "import": (Permission.IMPORT_RUN,),
    }
    columns = (
        Column("name", N_("Name"), "title", value=str),
        Column("filename", N_("File name"), optional=True),
        Column("kind", N_("Kind"), value=lambda media: _(KIND_NAMES[media.kind])),
        Column("mime", N_("Type"), optional=True),
        Column("bytes", N_("Size"), "size"),
        Column("alt", N_("Description"), optional=True),
        Column("uploaded_by", N_("Added by"), "person"),
        Column("created_at", N_("Added"), "date", sort=Media.created_at, newest_first=True),
    )
    filters = (
        ChoiceFilter(name="kind", label=N_("Kind"), choices=KINDS, where=lambda kind: Media.kind == MediaKind(kind)),
        FlagFilter(name="alt", label=N_("Described"), where=lambda yes: ~lacking_alt() if yes else lacking_alt()),
        RelationFilter(
            name="by",
            label=N_("Added by"),
            options=uploaders,
            where=lambda username: (
                Media.uploaded_by_id == select(User.id).where(User.username == username).scalar_subquery()
            ),
        ),
        RelationFilter(
            name="folder",
            label=N_("Folder"),
            options=folder_options,
            first=((NO_FOLDER, N_("In no folder")),),
            where=lambda raw: Media.folder_id.is_(None) if raw == NO_FOLDER else Media.folder_id == (row_id(raw) or 0),
        ),
        FlagFilter(
            name="used",
            label=N_("Used"),
            where=lambda yes: is_used(now()) if yes else ~is_used(now()),
            ids=lambda yes: ids_of_used() if yes else None,
        ),
        DateFilter(name="from", word="after", label=N_("Added from"), where=lambda moment: Media.created_at >= moment),
        ChoiceFilter(
            name="shelf",
            label=N_("Shelf"),
            choices=((TRASH, N_("In the trash")),),
            where=lambda _value: Media.trashed_at.is_not(None),
        ),
    )
    presets = (
        Preset(N_("All"), {}),
        Preset(N_("Images"), {"kind": "image"}),
        Preset(N_("Not described"), {"alt": "no"}),
        Preset(N_("Unused"), {"used": "no"}),
        Preset(N_("Trash"), {"shelf": TRASH}),
    )
    default_sort = "-created_at"
    search_index = MEDIA
    form = MediaForm
    bulk_actions = (
        Bulk(
            TRASH,
            N_("Move to trash…"),
            MANAGE,
            icon="i-trash",
            confirm=N_("Move these to the trash? Whatever shows them loses them at once. They can be restored."),
            reversible=True,
            danger=True,
        ),
        Bulk(MOVE, N_("Move to folder…"), MANAGE, icon="i-box", asks=("folder", N_("Folder"))),
        Bulk(RESTORE, N_("Restore"), MANAGE, icon="i-back"),
    )
    move_names = (TRASH, RESTORE)
    list_template = "admin/media_list.html"
    create_template = "admin/media_upload.html"
    edit_template = details_template = "admin/media_edit.html"

    def visible(self) -> ColumnElement[bool]:
        clause: ColumnElement[bool] = self.policy.viewable()
        return clause

    def list_scope(self, asked: Asked) -> ColumnElement[bool] | None:
        return None if TRASH in asked.filters.get("shelf", ()) else Media.trashed_at.is_(None)

    def options(self) -> tuple[Any, ...]:
        return (describing(),)

    def list_context(self, records: list[Media]) -> dict[str, Any]:
        return {"as_list": session.get(LAYOUT) == "list", "cells": cells(records), **self.shelf()}

    def render(self, template: str, **values: Any) -> str:
        return super().render(
            template, **({"path_of": path_of, "thumb_of": thumb_of, "has_renditions": has_renditions} | values)
        )

    @expose("/")
    def index_view(self) -> Response | str:
        """The list, or the choice of how it is laid out, which stays with the person until they sign out."""
        if "layout" not in request.args:
            return super().index_view()
        session[LAYOUT] = "list" if request.args["layout"] == "list" else "grid"
        kept: dict[str, Any] = {name: values for name, values in request.args.lists() if name != "layout"}
        return redirect(self.link(**kept))

    def may_edit(self, record: Media) -> Decision:
        return self.policy.may(Permission.MEDIA_MANAGE, record)

    def may_delete(self, record: Media) -> Decision:
        return self.policy.may(Permission.MEDIA_MANAGE, record)

    # one file

    def prepare_form(self, form: MediaForm, record: Media | None) -> None:
        if record is not None and record.kind is not MediaKind.IMAGE:
            for name in ("alt", "decorative", "focal_x", "focal_y"):
                delattr(form, name)

    def form_context(self, record: Media | None, form: Any) -> dict[str, Any]:
        if record is None:
            return {}
        tools = {
            "may_change": self.may_change_bytes(record),
            "versions": self.versions_of(record),
            "tool_faults": getattr(form, "tool_faults", {}),
        }
        return self.about(record) | tools

    def details_context(self, record: Media) -> dict[str, Any]:
        return self.about(record) | {"form": None, "title": str(record)}

    def about(self, record: Media) -> dict[str, Any]:
        """The file itself, and everywhere that it is shown."""
        return {
            "path": path_of(record),
            "uses": posts_showing(db.session(), record.id, viewer=signed_in(), at=now()),
            "others": others_showing(db.session(), record.id),
        }

    def save_from(self, form: MediaForm, record: Media) -> None:
        changes = {name: value for name, value in form.changes().items() if value is not None}
        actions.describe(db.session(), record, changes, by=signed_in(), at=now())

    def remove(self, record: Media) -> None:
        actions.trash(db.session(), record, by=signed_in(), at=now())

    def delete_words(self, record: Media) -> tuple[str, str]:
        return _("Move “%(what)s” to the trash?", what=record), _("Move to trash")

    def delete_consequences(self, record: Media) -> list[str]:
        about = self.about(record)
        posts, hidden = about["uses"].posts, about["uses"].elsewhere
        sentences = [_("It is shown in “%(post)s”, which loses it at once.", post=post) for post in posts[:10]]
        if hidden:
            sentences.append(_("It is shown in posts that you may not see, which lose it as well."))
        others = about["others"]
        sentences += [_("It is the portrait of %(name)s, who loses it.", name=person.name) for person in others.people]
        if others.settings:
            sentences.append(_("It is the logo of the site, which loses it."))
        return [*(sentences or [_("It is not used anywhere.")]), _("It can be restored from the trash.")]

    def deleted_text(self, label: str) -> str:
        return _("“%(file)s” was moved to the trash.", file=label)

    # moves

    def moves_for(self, record: Media) -> list[Move]:
        decision = self.policy.may(Permission.MEDIA_MANAGE, record)
        if record.trashed_at is not None:
            return [Move(RESTORE, N_("Restore"), decision, "i-back")]
        question = N_("Move this file to the trash?")
        return [Move(TRASH, N_("Move to trash…"), decision, "i-trash", danger=True, confirm=question)]

    def move_consequences(self, record: Media, move: str) -> list[str]:
        return self.delete_consequences(record) if move == TRASH else []

    def run_move(self, record: Media, move: str) -> str:
        if move == TRASH:
            actions.trash(db.session(), record, by=signed_in(), at=now())
            return self.deleted_text(str(record))
        actions.restore(db.session(), record, by=signed_in(), at=now())
        return _("“%(file)s” was restored.", file=record)

    def choices(self, bulk: Bulk, records: list[Media]) -> list[tuple[str, str]]:
        return [(path, path) for path in self.folder_paths()] if bulk.name == MOVE else []

    def run_bulk(self, record: Media, action: str, parameter: str, batch_id: int | None) -> None:
        if action == MOVE:
            self.move_to(record, parameter, batch_id)
            return
        act = actions.trash if action == TRASH else actions.restore
        act(db.session(), record, by=signed_in(), at=now(), batch_id=batch_id)

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s file", "%(shown)s files", count, shown=shown)

    def empty_text(self) -> str:
        return _("Images, documents, sound and video for posts and pages. Upload the first one.")
