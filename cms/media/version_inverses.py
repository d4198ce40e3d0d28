"""How a file gets its earlier bytes back, and how acts on folders are taken back."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import record
from cms.audit.inverses import Inverse, Undoing, loading
from cms.audit.models import Event
from cms.core.db import free_id
from cms.core.decision import Decision
from cms.core.errors import Conflict
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.media import folders, versions
from cms.media.inverses import load, may_manage
from cms.media.models import Media, MediaFolder, MediaVersion
from cms.media.policy import MediaPolicy


def _become_again(doing: Undoing) -> None:
    media = doing.subject
    doing.refuse_moved({name: getattr(media, name) for name in versions.FACTS})
    digest = doing.before.get("digest", media.digest)
    kept = select(MediaVersion).where(MediaVersion.media_id == media.id, MediaVersion.digest == digest)
    version = doing.session.scalar(kept)
    if version is None:
        raise Conflict(_("What it was before is not kept any more."))
    versions.bring_back(doing.session, media, version, by=doing.by, at=doing.at)


def _move_back(doing: Undoing) -> None:
    doing.refuse_moved({"folder_id": doing.subject.folder_id})
    folder = _folder(doing.session, doing.before["folder_id"])
    folders.move(doing.session, doing.subject, folder, by=doing.by, at=doing.at)


_load_folders = loading(MediaFolder)


def _may_arrange(by: User, folder: MediaFolder | None, _event: Event) -> Decision:
    return MediaPolicy(by).may(Permission.MEDIA_MANAGE, folder)


def _unmake_folder(doing: Undoing) -> None:
    _refuse_moved(doing)
    folders.delete(doing.session, doing.subject, by=doing.by, at=doing.at)


def _change_folder_back(doing: Undoing) -> None:
    _refuse_moved(doing)
    was = {"name": doing.subject.name, "parent_id": doing.subject.parent_id} | doing.before
    parent = _folder(doing.session, was["parent_id"])
    folders.change(doing.session, doing.subject, was["name"], parent, by=doing.by, at=doing.at)


def _make_folder_again(doing: Undoing) -> None:
    """Empty, as it was; what lay in it in the trash lies where its folder lay."""
    parent = _folder(doing.session, doing.before["parent_id"])
    folder = MediaFolder(
        id=free_id(doing.session, MediaFolder, doing.event.subject_id),
        name=folders.free_name(doing.session, doing.before["name"], parent.id if parent else None),
        parent_id=parent.id if parent else None,
        created_at=doing.moment_before("created_at") or doing.at,
        updated_at=doing.at,
    )
    folder.key = folder.name.casefold()
    doing.session.add(folder)
    changes = {"name": (None, folder.name), "parent_id": (None, folder.parent_id)}
    record(doing.session, "media_folder.create", folder, by=doing.by, at=doing.at, changes=changes)


def _refuse_moved(doing: Undoing) -> None:
    doing.refuse_moved({"name": doing.subject.name, "parent_id": doing.subject.parent_id})


def _folder(session: Session, folder_id: int | None) -> MediaFolder | None:
    if folder_id is None:
        return None
    folder = session.get(MediaFolder, folder_id)
    if folder is None:
        raise Conflict(_("The folder that it lay in is not there any more."))
    return folder


def of_bytes(may: Callable[[User, Media, Event], Decision]) -> dict[str, Inverse]:
    """Of what changes bytes: who may depends on what shows the file, which is known above this domain."""
    return dict.fromkeys(versions.VERBS, Inverse(load, may, _become_again))


INVERSES = {
    "media.move": Inverse(load, may_manage, _move_back),
    "media_folder.create": Inverse(_load_folders, _may_arrange, _unmake_folder),
    "media_folder.change": Inverse(_load_folders, _may_arrange, _change_folder_back),
    "media_folder.delete": Inverse(_load_folders, _may_arrange, _make_folder_again, brings_back=True),
}
