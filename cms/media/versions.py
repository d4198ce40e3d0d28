"""New bytes for a file that is there: its id and all that refers to it stay, and what it was can come back."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import record
from cms.core.decision import require
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.media import words
from cms.media.actions import Prepared
from cms.media.images import shaped
from cms.media.kinds import BY_DECODER
from cms.media.models import Media, MediaKind, MediaVersion, Rendition
from cms.media.policy import MediaPolicy
from cms.media.storage import open_storage

#: What an earlier version keeps of a file.
FACTS = ("digest", "filename", "mime", "bytes", "width", "height", "focal_x", "focal_y")
REPLACE, CROP, TURN, BRING_BACK = VERBS = ("media.replace", "media.crop", "media.turn", "media.bring_back")
TURNS = (90, 180, 270)
SMALLEST = 16


@dataclass(frozen=True)
class Cut:
    """A part of an image, in its own pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Edited:
    """An image that was cut or turned and lies in the storage; `was` says of which bytes it was made."""

    was: str
    facts: dict[str, Any]


def of(session: Session, media: Media) -> list[MediaVersion]:
    """What a file was before, the last first."""
    query = select(MediaVersion).where(MediaVersion.media_id == media.id)
    return list(session.scalars(query.order_by(MediaVersion.replaced_at.desc(), MediaVersion.id.desc())))


def replaced(session: Session, media: Media, prepared: Prepared, *, by: User, at: datetime) -> None:
    """Put another file in its place; what is said about it stays."""
    _require(media, by)
    if prepared.kind is not media.kind:
        message = _("This file is of another kind: an image can only be replaced by an image, and so on.")
        raise Invalid(message, {"file": message})
    extension = PurePosixPath(prepared.filename).suffix
    facts = {name: getattr(prepared, name) for name in ("digest", "mime", "bytes", "width", "height")}
    facts["filename"] = f"{PurePosixPath(media.filename).stem}{extension}"
    _become(session, media, facts, REPLACE, by=by, at=at)


def cut(media: Media, part: Cut, *, storage_url: str) -> Edited:
    """Slow, so it comes before any transaction; Invalid where the part does not lie within the image."""
    _require_image(media)
    faults = _faults_of(part, media.width or 0, media.height or 0)
    if faults:
        raise Invalid(_("This part does not lie within the image."), faults)
    point = {
        "focal_x": _share(media.focal_x * (media.width or 0) - part.left, part.width),
        "focal_y": _share(media.focal_y * (media.height or 0) - part.top, part.height),
    }
    return _edited(media, {"crop": [part.left, part.top, part.width, part.height]}, point, storage_url)


def turned(media: Media, degrees: int, *, storage_url: str) -> Edited:
    """Clockwise; slow, so it comes before any transaction."""
    _require_image(media)
    if degrees not in TURNS:
        message = _("An image can be turned by 90, 180 or 270 degrees.")
        raise Invalid(message, {"degrees": message})
    x, y = media.focal_x, media.focal_y
    across, down = {90: (1 - y, x), 180: (1 - x, 1 - y), 270: (y, 1 - x)}[degrees]
    return _edited(media, {"turn": degrees}, {"focal_x": across, "focal_y": down}, storage_url)


def take(session: Session, media: Media, edited: Edited, verb: str, *, by: User, at: datetime) -> None:
    """Let a file become what was made of it; Conflict where it was replaced in the meantime."""
    _require(media, by)
    if media.digest != edited.was:
        raise Conflict(_("Somebody else changed this image at the same moment. Look again and repeat."))
    _become(session, media, edited.facts, verb, by=by, at=at)


def bring_back(session: Session, media: Media, version: MediaVersion, *, by: User, at: datetime) -> None:
    """Let a file be again what it was; what it is now becomes a version in turn."""
    _require(media, by)
    if version.media_id != media.id:
        raise ValueError(f"version {version.id} is none of media {media.id}")
    _become(session, media, {name: getattr(version, name) for name in FACTS}, BRING_BACK, by=by, at=at)


def _require(media: Media, by: User) -> None:
    require(MediaPolicy(by).may(Permission.MEDIA_MANAGE, media))
    if media.trashed_at is not None:
        raise Conflict(_("“%(file)s” is in the trash. Restore it first.", file=media))


def _require_image(media: Media) -> None:
    if media.kind is not MediaKind.IMAGE:
        raise Invalid(_("Only images can be cropped or turned."))


def _become(session: Session, media: Media, facts: dict[str, Any], verb: str, *, by: User, at: datetime) -> None:
    if facts["digest"] == media.digest:
        message = _("These are the bytes that it has already.")
        raise Invalid(message, {"file": message})
    _keep(session, media, by=by, at=at)
    changed = {name: (getattr(media, name), value) for name, value in facts.items() if getattr(media, name) != value}
    for name, (_before, after) in changed.items():
        setattr(media, name, after)
    media.updated_at = at
    words.put(session, media)
    _mark_copies(session, media, at)
    record(session, verb, media, by=by, at=at, changes=changed)


def _keep(session: Session, media: Media, *, by: User, at: datetime) -> None:
    """What it is now, once however often it was that."""
    about = (MediaVersion.media_id == media.id, MediaVersion.digest == media.digest)
    version = session.scalar(select(MediaVersion).where(*about))
    if version is None:
        version = MediaVersion(media_id=media.id)
        session.add(version)
    for name in FACTS:
        setattr(version, name, getattr(media, name))
    version.replaced_at, version.replaced_by_id = at, by.id


def _mark_copies(session: Session, media: Media, at: datetime) -> None:
    """Copies of other bytes go in a while; those of these bytes, made when it last was this, do not."""
    session.flush()
    copies = update(Rendition).where(Rendition.media_id == media.id).execution_options(synchronize_session=False)
    session.execute(copies.where(Rendition.source != media.digest).values(stale_at=at))
    session.execute(copies.where(Rendition.source == media.digest).values(stale_at=None))


def _faults_of(part: Cut, width: int, height: int) -> dict[str, str]:
    faults = {}
    for start, length, whole in (("left", "width", width), ("top", "height", height)):
        begins, extent = getattr(part, start), getattr(part, length)
        if not 0 <= begins < whole:
            faults[start] = _("This must lie between 0 and %(most)s.", most=whole - 1)
        elif not min(SMALLEST, whole) <= extent <= whole - begins:
            least = min(SMALLEST, whole)
            faults[length] = _("This must lie between %(least)s and %(most)s.", least=least, most=whole - begins)
    return faults


def _share(place: float, whole: int) -> float:
    return min(max(place / whole, 0.0), 1.0)


def _edited(media: Media, plan: dict[str, Any], point: dict[str, float], storage_url: str) -> Edited:
    storage = open_storage(storage_url)
    with storage.open(media.digest) as original:
        done = shaped(original, plan)
    if done is None:
        raise Invalid(_("An animation cannot be cropped or turned here."))
    content, answer = done
    with content:
        digest = storage.put(content)
        size = content.seek(0, 2)
    written = BY_DECODER[answer["format"]]
    facts = {"digest": digest, "mime": written.mime, "bytes": size, **point}
    return Edited(media.digest, facts | {"width": answer["width"], "height": answer["height"]})
