"""Smaller copies of images: which ones there may be, where they are found, and how one is made.

Every address is declared by the bytes of the file and, for squares, by its most important point: what lies there never
changes, and nobody can ask for more copies than these.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.media.images import shaped
from cms.media.models import Media, MediaKind, Rendition
from cms.media.paths import path_of
from cms.media.shown import Pictured
from cms.media.storage import open_storage

WIDTHS = (320, 640, 960, 1280, 1920)
SIDES = (160, 320)
#: Format → its type; the first is the smallest and not read by every browser.
FORMATS = {"avif": "image/avif", "webp": "image/webp"}
_SHAPE = re.compile(r"w(\d{1,4})|s(\d{1,4})-(\d{1,3})-(\d{1,3})")


@dataclass(frozen=True)
class Source:
    """What a copy is made from, in plain values: making takes long, and no transaction may be open meanwhile."""

    media_id: int
    digest: str
    mime: str
    bytes: int
    width: int
    height: int


@dataclass(frozen=True)
class Made:
    """A copy that lies in the storage."""

    digest: str
    mime: str
    bytes: int
    width: int
    height: int


def has_renditions(media: Pictured) -> bool:
    return media.kind is MediaKind.IMAGE and bool(media.width) and bool(media.height)


def widths_of(media: Pictured) -> dict[int, int]:
    """Declared width → the width that the copy has: up to the first that the image does not reach."""
    found: dict[int, int] = {}
    for width in WIDTHS if has_renditions(media) else ():
        found[width] = min(width, media.width or width)
        if found[width] == media.width:
            break
    return found


def square_of(media: Pictured, side: int) -> str:
    """The shape of a square around the most important point."""
    return f"s{side}-{round(media.focal_x * 100)}-{round(media.focal_y * 100)}"


def path_of_copy(media: Pictured, shape: str, format: str = "webp") -> str:
    """Where a browser finds a copy; the name is the file's own."""
    return f"/media/{media.id}/{media.digest[:16]}/{shape}/{PurePosixPath(media.filename).stem}.{format}"


def thumb_of(media: Pictured, side: int = SIDES[-1], format: str = "webp") -> str:
    """The address of a small square; the file itself where there are no copies of it."""
    return path_of_copy(media, square_of(media, side), format) if has_renditions(media) else path_of(media)


def srcset(media: Pictured, format: str) -> str:
    """All widths of one format, as the attribute wants them."""
    return ", ".join(f"{path_of_copy(media, f'w{width}', format)} {has}w" for width, has in widths_of(media).items())


def plan_of(media: Media, shape: str) -> dict[str, Any] | None:
    """What to do for a shape; None where this file has no such copy."""
    match = _SHAPE.fullmatch(shape)
    if match is None or not has_renditions(media):
        return None
    if match[1]:
        return {"width": int(match[1])} if shape in {f"w{width}" for width in widths_of(media)} else None
    side = int(match[2])
    if side not in SIDES or shape != square_of(media, side):
        return None
    return {"square": [side, int(match[3]) / 100, int(match[4]) / 100]}


def source_of(media: Media) -> Source:
    return Source(media.id, media.digest, media.mime, media.bytes, media.width or 0, media.height or 0)


def make(source: Source, plan: dict[str, Any], format: str, *, storage_url: str) -> Made:
    """Slow; FileNotFoundError where the original is lost. An animation is its own copy."""
    storage = open_storage(storage_url)
    with storage.open(source.digest) as original:
        done = shaped(original, plan | {"format": format.upper()})
    if done is None:
        return Made(source.digest, source.mime, source.bytes, source.width, source.height)
    content, facts = done
    with content:
        digest = storage.put(content)
        size = content.seek(0, 2)
    return Made(digest, FORMATS[format], size, facts["width"], facts["height"])


def find(session: Session, source: Source, shape: str, format: str) -> Rendition | None:
    """A copy that was made before."""
    return session.scalar(
        select(Rendition).where(
            Rendition.media_id == source.media_id,
            Rendition.source == source.digest,
            Rendition.shape == shape,
            Rendition.format == format,
        )
    )


def digests_of(session: Session, media_ids: Sequence[int], shapes: Sequence[str], format: str) -> dict[str, str]:
    """Copies that were made before, of many files in one query: the digest of the source and the shape → the copy's."""
    found = select(Rendition).where(
        Rendition.media_id.in_(media_ids), Rendition.shape.in_(shapes), Rendition.format == format
    )
    return {f"{row.source} {row.shape}": row.digest for row in session.scalars(found)}


def keep(session: Session, source: Source, shape: str, format: str, made: Made, *, at: datetime) -> None:
    """Remember a copy; one whose bytes were lost is told of its new ones."""
    row = find(session, source, shape, format)
    if row is None:
        row = Rendition(media_id=source.media_id, source=source.digest, shape=shape, format=format, created_at=at)
        session.add(row)
    row.digest, row.mime, row.bytes, row.width, row.height = (
        made.digest,
        made.mime,
        made.bytes,
        made.width,
        made.height,
    )
    row.stale_at = None
