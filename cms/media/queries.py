"""How files are found."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, literal, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.sql.base import ExecutableOption

from cms.accounts.models import User
from cms.core.db import MAX_ID, fits
from cms.media.models import Media, MediaKind, MediaVersion
from cms.media.paths import id_of, ids_in


def by_id(session: Session, media_id: int) -> Media | None:
    return session.get(Media, media_id) if fits(media_id) else None


def by_address(session: Session, media_id: int, short_digest: str, filename: str) -> Media | None:
    """What an address of `paths.path_of` leads to; None in the trash, and where any part of it differs."""
    media = by_id(session, media_id)
    if media is None or media.trashed_at is not None:
        return None
    return media if (media.digest[:16], media.filename) == (short_digest, filename) else None


def replaced_at_address(session: Session, media_id: int, short_digest: str) -> Media | None:
    """The file whose earlier bytes an address meant: it has another address now."""
    media = by_id(session, media_id)
    if media is None or media.trashed_at is not None:
        return None
    earlier = MediaVersion.media_id == media_id, MediaVersion.digest.startswith(short_digest, autoescape=True)
    found = len(short_digest) == 16 and session.scalar(select(MediaVersion.id).where(*earlier).limit(1))
    return media if found else None


def lacking_alt() -> ColumnElement[bool]:
    """`Media.needs_alt` as a WHERE clause, spelled out in the statement so that the index of these serves it."""
    return and_(
        Media.kind == MediaKind.IMAGE, Media.decorative.is_(False), Media.alt == literal("", literal_execute=True)
    )


def describing() -> ExecutableOption:
    """The loader option for screens that say who added a file."""
    return selectinload(Media.uploaded_by).lazyload("*")


def uploaders() -> Select[str, str]:
    """Username and name of everybody who ever added a file."""
    added = select(Media.uploaded_by_id).where(Media.uploaded_by_id == User.id).exists()
    return select(User.username, User.name).where(added).order_by(User.name)


def images() -> Select[int, str]:
    """Id and name of every image that can be chosen, the newest first."""
    chosen = select(Media.id, Media.name).where(Media.kind == MediaKind.IMAGE, Media.trashed_at.is_(None))
    return chosen.order_by(Media.created_at.desc(), Media.id.desc())


@dataclass(frozen=True)
class ImageSizes:
    """Width and height of images by their address; equal where the same ones have the same sizes."""

    known: dict[int, tuple[int, int]]

    def __call__(self, path: str) -> tuple[int, int] | None:
        return self.known.get(id_of(path) or 0)


def image_sizes(session: Session, text: str) -> ImageSizes:
    """Those of every image that a text shows, from one query."""
    wanted = {media_id for media_id in ids_in(text) if media_id <= MAX_ID}
    if not wanted:
        return ImageSizes({})
    rows = session.execute(select(Media.id, Media.width, Media.height).where(Media.id.in_(wanted)))
    return ImageSizes({media_id: (width, height) for media_id, width, height in rows if width and height})
