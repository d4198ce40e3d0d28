"""What can be undone of files, their versions and their folders."""

from typing import Any

from cms.media import actions as media
from cms.media import folders, versions
from cms.media.models import MediaKind
from tests.conftest import NOON
from tests.undo.world import Act, Acts, World

act = Acts()


@act("media.add")
def add_media(w: World) -> Act:
    facts = {"filename": "sea.webp", "mime": "image/webp", "bytes": 10, "width": 8, "height": 8, "title": "Sea"}
    prepared = media.Prepared(kind=MediaKind.IMAGE, digest="d" * 64, **facts)
    return lambda: media.add(w.session, prepared, alt="The sea", **w.later())


@act("media.describe")
def describe_media(w: World) -> Act:
    file = w.make.media(alt="Before")
    return lambda: media.describe(w.session, file, {"alt": "After", "focal_x": 0.2}, **w.later())


@act("media.trash")
def trash_media(w: World) -> Act:
    file = w.make.media()
    return lambda: media.trash(w.session, file, **w.later())


@act("media.restore")
def restore_media(w: World) -> Act:
    file = w.make.media(trashed_at=NOON)
    return lambda: media.restore(w.session, file, **w.later())


def replaced(w: World) -> tuple[Any, Any]:
    """A file, and what takes its place."""
    file = w.make.media(digest="a" * 64)
    facts: dict[str, Any] = {"digest": "b" * 64, "filename": "b.png", "mime": "image/png", "title": "B"}
    facts |= {"bytes": 7, "width": 3, "height": 2}
    return file, media.Prepared(kind=MediaKind.IMAGE, **facts)


@act("media.replace")
def replace_media(w: World) -> Act:
    file, other = replaced(w)
    return lambda: versions.replaced(w.session, file, other, **w.later())


@act("media.bring_back")
def bring_media_back(w: World) -> Act:
    file, other = replaced(w)
    versions.replaced(w.session, file, other, **w.later())
    (version,) = versions.of(w.session, file)
    return lambda: versions.bring_back(w.session, file, version, **w.later())


@act("media.crop")
def crop_media(w: World) -> Act:
    file = w.make.media(digest="a" * 64)
    edited = versions.Edited("a" * 64, {"digest": "c" * 64, "width": 5, "height": 4, "bytes": 9, "focal_x": 0.25})
    return lambda: versions.take(w.session, file, edited, versions.CROP, **w.later())


@act("media.turn")
def turn_media(w: World) -> Act:
    file = w.make.media(digest="a" * 64)
    edited = versions.Edited("a" * 64, {"digest": "d" * 64, "width": 4, "height": 5})
    return lambda: versions.take(w.session, file, edited, versions.TURN, **w.later())


@act("media.move")
def move_media(w: World) -> Act:
    file, boats = w.make.media(), folders.create(w.session, "Boats", None, **w.later())
    return lambda: folders.move(w.session, file, boats, **w.later())


@act("media_folder.create")
def make_folder(w: World) -> Act:
    return lambda: folders.create(w.session, "Boats", None, **w.later())


@act("media_folder.change")
def change_folder(w: World) -> Act:
    boats, old = (folders.create(w.session, name, None, **w.later()) for name in ("Boats", "Old"))
    return lambda: folders.change(w.session, boats, "Ships", old, **w.later())


@act("media_folder.delete")
def delete_folder(w: World) -> Act:
    boats = folders.create(w.session, "Boats", None, **w.later())
    return lambda: folders.delete(w.session, boats, **w.later())
