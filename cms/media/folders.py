"""Folders of the library: a file lies in one or in none, and a folder may lie in another."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, select, update
from sqlalchemy.orm import Session, aliased

from cms.accounts.models import User
from cms.audit.actions import Changes, record
from cms.core.decision import require
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.core.text import clean_line
from cms.media.models import Media, MediaFolder
from cms.media.policy import MediaPolicy

MOST, DEEPEST, LONGEST = 500, 8, 80
ROOT = "/"


@dataclass(frozen=True)
class Tree:
    """All folders, from one query; there are never many."""

    folders: dict[int, MediaFolder]

    def below(self, parent_id: int | None) -> list[MediaFolder]:
        """By name."""
        return [folder for folder in self.folders.values() if folder.parent_id == parent_id]

    def above(self, folder: MediaFolder) -> list[MediaFolder]:
        """From the top down to the folder itself."""
        way = [folder]
        while way[0].parent_id is not None and len(way) <= MOST:
            way.insert(0, self.folders[way[0].parent_id])
        return way

    def path(self, folder: MediaFolder) -> str:
        """As people type it: “/Boats/Ferries”."""
        return "".join(f"/{step.name}" for step in self.above(folder))

    def at_path(self, path: str) -> MediaFolder | None:
        """The folder that a path names, None for the top; Invalid where there is none."""
        steps = [clean_line(step).casefold() for step in path.split("/") if step.strip()]
        here: MediaFolder | None = None
        for step in steps:
            found = self.below(here.id if here else None)
            here = next((folder for folder in found if folder.key == step), None)
            if here is None:
                raise Invalid(_("There is no folder “%(path)s”.", path=path[:LONGEST]))
        return here

    def walk(self, parent_id: int | None = None) -> Iterator[MediaFolder]:
        """Every folder with those below it, in the order of a contents list."""
        for folder in self.below(parent_id):
            yield folder
            yield from self.walk(folder.id)


def tree(session: Session) -> Tree:
    found = session.scalars(select(MediaFolder).order_by(MediaFolder.key, MediaFolder.id))
    return Tree({folder.id: folder for folder in found})


def options() -> Select[int, str]:
    """Id and name for a control, with the name of the folder around it where there is one."""
    around = aliased(MediaFolder)
    name = case((around.id.is_(None), MediaFolder.name), else_=around.name + " / " + MediaFolder.name)
    return select(MediaFolder.id, name).outerjoin(around, around.id == MediaFolder.parent_id).order_by(name)


def create(session: Session, name: str, parent: MediaFolder | None, *, by: User, at: datetime) -> MediaFolder:
    """Whoever may add files may make a place for them."""
    require(MediaPolicy(by).may(Permission.MEDIA_UPLOAD))
    if session.scalars(select(func.count()).select_from(MediaFolder)).one() >= MOST:
        raise Conflict(_("There are %(most)s folders already, the most that there may be.", most=MOST))
    _require_room(tree(session), parent, 1)
    parent_id = parent.id if parent else None
    line = free_name(session, name, parent_id)
    folder = MediaFolder(name=line, key=line.casefold(), parent_id=parent_id, created_at=at, updated_at=at)
    session.add(folder)
    changes = {"name": (None, line), "parent_id": (None, parent_id)}
    record(session, "media_folder.create", folder, by=by, at=at, changes=changes)
    return folder


def change(
    session: Session, folder: MediaFolder, name: str, parent: MediaFolder | None, *, by: User, at: datetime
) -> bool:
    """Give it another name or place, with all that lies in it; False where nothing differs."""
    require(MediaPolicy(by).may(Permission.MEDIA_MANAGE, folder))
    parent_id = parent.id if parent else None
    if parent is not None and parent_id != folder.parent_id:
        folders = tree(session)
        if folder in folders.above(parent):
            message = _("A folder cannot lie in itself.")
            raise Invalid(message, {"parent": message})
        _require_room(folders, parent, _depth(folders, folder))
    line = free_name(session, name, parent_id, but=folder.id)
    wanted = {"name": line, "parent_id": parent_id}
    changed = {field: (getattr(folder, field), value) for field, value in wanted.items()}
    changed = {field: pair for field, pair in changed.items() if pair[0] != pair[1]}
    if not changed:
        return False
    folder.name, folder.key, folder.parent_id, folder.updated_at = line, line.casefold(), parent_id, at
    record(session, "media_folder.change", folder, by=by, at=at, changes=changed)
    return True


def delete(session: Session, folder: MediaFolder, *, by: User, at: datetime) -> None:
    """Only an empty one goes; files in the trash that lay in it will lie where it lay."""
    require(MediaPolicy(by).may(Permission.MEDIA_MANAGE, folder))
    held = select(Media.id).where(Media.folder_id == folder.id, Media.trashed_at.is_(None)).limit(1)
    below = select(MediaFolder.id).where(MediaFolder.parent_id == folder.id).limit(1)
    if session.scalar(held) is not None or session.scalar(below) is not None:
        raise Conflict(_("“%(folder)s” is not empty. Move what lies in it first.", folder=folder))
    session.execute(update(Media).where(Media.folder_id == folder.id).values(folder_id=folder.parent_id))
    changes: Changes = {name: (getattr(folder, name), None) for name in ("name", "parent_id", "created_at")}
    record(session, "media_folder.delete", folder, by=by, at=at, changes=changes)
    session.delete(folder)
    session.flush()


def move(
    session: Session, media: Media, folder: MediaFolder | None, *, by: User, at: datetime, batch_id: int | None = None
) -> None:
    """Put a file into a folder, or at the top."""
    require(MediaPolicy(by).may(Permission.MEDIA_MANAGE, media))
    before, after = media.folder_id, folder.id if folder else None
    if before == after:
        raise Conflict(_("“%(file)s” lies there already.", file=media))
    media.folder_id, media.updated_at = after, at
    record(session, "media.move", media, by=by, at=at, changes={"folder_id": (before, after)}, batch_id=batch_id)


def free_name(session: Session, name: str, parent_id: int | None, *, but: int | None = None) -> str:
    """The name, cleaned; Invalid where it is none or another folder at this place has it."""
    line = clean_line(name)
    message = ""
    if not line or "/" in line:
        message = _("A folder needs a name, without a slash.")
    elif len(line) > LONGEST:
        message = _("At most %(most)s characters fit here; this has %(has)s.", most=LONGEST, has=len(line))
    elif _taken(session, line, parent_id, but):
        message = _("There is a folder of this name here already.")
    if message:
        raise Invalid(message, {"name": message})
    return line


def _taken(session: Session, line: str, parent_id: int | None, but: int | None) -> bool:
    same = select(MediaFolder.id).where(MediaFolder.key == line.casefold(), MediaFolder.parent_id == parent_id)
    return session.scalar(same.where(MediaFolder.id != (but or 0)).limit(1)) is not None


def _require_room(folders: Tree, parent: MediaFolder | None, levels: int) -> None:
    if parent is not None and len(folders.above(parent)) + levels > DEEPEST:
        message = _("Folders can lie in one another %(most)s deep.", most=DEEPEST)
        raise Invalid(message, {"parent": message})


def _depth(folders: Tree, folder: MediaFolder) -> int:
    return 1 + max((_depth(folders, below) for below in folders.below(folder.id)), default=0)
