"""A file as readers see it, read as a plain row."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from cms.media.models import Media, MediaKind


class Image(NamedTuple):
    """What pages show of a file, under the names that it has in the library."""

    id: int
    kind: MediaKind
    digest: str
    filename: str
    mime: str
    bytes: int
    width: int | None
    height: int | None
    title: str
    alt: str
    decorative: bool
    caption: str
    focal_x: float
    focal_y: float
    trashed_at: datetime | None

    @property
    def name(self) -> str:
        return self.title or self.filename

    def __str__(self) -> str:
        return self.name


#: Addresses and sizes are told of either.
Pictured = Media | Image

_FILES = Media.__table__.c
_SHOWN = select(*(_FILES[name] for name in Image._fields)).where(
    _FILES.id.in_(bindparam("ids", expanding=True)), _FILES.trashed_at.is_(None)
)


def by_ids(session: Session, ids: Iterable[int]) -> dict[int, Image]:
    """Those that are there, and not in the trash."""
    return {row[0]: Image._make(row) for row in session.execute(_SHOWN, {"ids": list(ids)})}
