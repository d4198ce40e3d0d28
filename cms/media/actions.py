"""Everything that can be done to a file of the library."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import record
from cms.core.decision import require
from cms.core.errors import Conflict, Faults, Invalid
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.core.text import clean_line
from cms.media import words as index
from cms.media.inspect import DEFAULT_LIMITS, Facts, Limits, inspect
from cms.media.models import Media, MediaFolder, Rendition
from cms.media.policy import MediaPolicy
from cms.media.storage import open_storage

#: Text a person may give a file → its longest value.
TEXTS = {"title": 200, "alt": 500, "caption": 500}
FIELDS = (*TEXTS, "decorative", "focal_x", "focal_y")


@dataclass(frozen=True, kw_only=True)
class Prepared(Facts):
    """A file that was checked and lies in the storage; it belongs to nobody until `add` writes its row."""

    digest: str


def prepare(file: BinaryIO, sent_name: str, *, storage_url: str, limits: Limits = DEFAULT_LIMITS) -> Prepared:
    """Check a file, rewrite it if it is an image, and store it; slow, so it comes before any transaction."""
    content, facts = inspect(file, sent_name, limits)
    try:
        digest = open_storage(storage_url).put(content)
    finally:
        if content is not file:
            content.close()
    return Prepared(**asdict(facts), digest=digest)


def same_as(session: Session, prepared: Prepared) -> Media | None:
    """The file of the library that has these very bytes, if any."""
    return session.scalar(
        select(Media).where(Media.digest == prepared.digest, Media.trashed_at.is_(None)).order_by(Media.id).limit(1)
    )


def add(
    session: Session,
    prepared: Prepared,
    *,
    by: User,
    at: datetime,
    title: str = "",
    alt: str = "",
    decorative: bool = False,
    caption: str = "",
    folder: MediaFolder | None = None,
    origin: str | None = None,
) -> Media:
    """Take a prepared file into the library; bytes that are there already give their row back, unchanged."""
    require(MediaPolicy(by).may(Permission.MEDIA_UPLOAD))
    known = same_as(session, prepared)
    if known is not None:
        return known
    words = checked({"title": title or prepared.title, "alt": alt, "decorative": decorative, "caption": caption})
    media = Media(
        **asdict(prepared) | words,
        uploaded_by_id=by.id,
        folder_id=folder.id if folder else None,
        origin=origin,
        created_at=at,
        updated_at=at,
    )
    session.add(media)
    index.put(session, media)
    shown = ("filename", "mime", "bytes", "digest", *words, *(["folder_id"] if folder else []))
    record(session, "media.add", media, by=by, at=at, changes={name: (None, getattr(media, name)) for name in shown})
    return media


def describe(session: Session, media: Media, changes: dict[str, Any], *, by: User, at: datetime) -> bool:
    """Change what is said about a file; False where nothing differs."""
    require(MediaPolicy(by).may(Permission.MEDIA_MANAGE, media))
    changed = {
        field: (getattr(media, field), value)
        for field, value in checked(changes).items()
        if getattr(media, field) != value
    }
    if not changed:
        return False
    for field, (_before, after) in changed.items():
        setattr(media, field, after)
    media.updated_at = at
    if changed.keys() & TEXTS.keys():
        index.put(session, media)
    if changed.keys() & {"focal_x", "focal_y"}:
        squares = update(Rendition).where(Rendition.media_id == media.id, Rendition.shape.startswith("s"))
        session.execute(squares.values(stale_at=at).execution_options(synchronize_session=False))
    record(session, "media.describe", media, by=by, at=at, changes=changed)
    return True


def trash(session: Session, media: Media, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """Take a file out of the library and off the site; its bytes stay, so that it can come back."""
    require(MediaPolicy(by).may(Permission.MEDIA_MANAGE, media))
    if media.trashed_at is not None:
        raise Conflict(_("“%(file)s” is in the trash already.", file=media))
    before, media.trashed_at, media.updated_at = media.trashed_at, at, at
    record(session, "media.trash", media, by=by, at=at, changes={"trashed_at": (before, at)}, batch_id=batch_id)


def restore(session: Session, media: Media, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """Bring a file back from the trash, to its old address."""
    require(MediaPolicy(by).may(Permission.MEDIA_MANAGE, media))
    if media.trashed_at is None:
        raise Conflict(_("“%(file)s” is not in the trash.", file=media))
    if media.erased_at is not None:
        raise Conflict(_("It was erased together with the person it shows."))
    before, media.trashed_at, media.updated_at = media.trashed_at, None, at
    record(session, "media.restore", media, by=by, at=at, changes={"trashed_at": (before, None)}, batch_id=batch_id)


def checked(changes: dict[str, Any]) -> dict[str, Any]:
    """The same words, cleaned; Invalid with a sentence for every field at fault."""
    clean: dict[str, Any] = {}
    faults = Faults()
    for field, value in changes.items():
        if field not in FIELDS:
            raise ValueError(f"{field} is not something that is said about a file")
        with faults.of(field):
            clean[field] = _checked_text(field, value) if field in TEXTS else _checked_share(value)
    faults.refuse()
    return clean


def _checked_share(value: float) -> float:
    if not 0 <= value <= 1:
        raise Invalid(_("This must lie between 0 and 1."))
    return value


def _checked_text(field: str, value: str) -> str:
    line = clean_line(value)
    if len(line) > TEXTS[field]:
        raise Invalid(_("At most %(most)s characters fit here; this has %(has)s.", most=TEXTS[field], has=len(line)))
    return line
