"""Files of the library."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, Index, String, UniqueConstraint, func, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.accounts.models import User
from cms.core.db import Base, Timestamps, reference
from cms.core.generation import UNSEEN


class MediaKind(StrEnum):
    """Images are shown; everything else is a download or a player."""

    IMAGE = "image"
    DOCUMENT = "document"
    AUDIO = "audio"
    VIDEO = "video"


class MediaFolder(Base, Timestamps):
    """A place in the library; a file lies in one or in none."""

    __tablename__ = "media_folders"
    __table_args__ = (CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_own_parent"), UNSEEN)

    name: Mapped[str] = mapped_column(String(80))
    #: Case-folded name: two folders beside each other that differ only in case are one.
    key: Mapped[str] = mapped_column(String(80))
    parent_id: Mapped[int | None] = mapped_column(reference("media_folders.id"), index=True)

    def __str__(self) -> str:
        return self.name


#: Lists count what is not in the trash within the index alone.
IN_LISTS, IN_TRASH = text("trashed_at IS NULL"), text("trashed_at IS NOT NULL")
#: Files that nobody described, as SQLite and as PostgreSQL say it; `queries.lacking_alt` has the same words.
SILENT = tuple(text(f"trashed_at IS NULL AND decorative IS {no} AND alt = ''") for no in ("0", "false"))


class Media(Base, Timestamps):
    """A stored file; its bytes live in the storage under `digest`, its row says what it shows."""

    __tablename__ = "media"
    __table_args__ = (
        CheckConstraint("bytes >= 0", name="bytes_not_negative"),
        Index("ix_media_created_at_id", "created_at", "id", sqlite_where=IN_LISTS, postgresql_where=IN_LISTS),
        Index(
            "ix_media_kind_created_at_id", "kind", "created_at", "id", sqlite_where=IN_LISTS, postgresql_where=IN_LISTS
        ),
        # Of the trash alone: with everything in it, SQLite begins there to find what is not in the trash.
        Index("ix_media_trashed_at_id", "trashed_at", "id", sqlite_where=IN_TRASH, postgresql_where=IN_TRASH),
        Index("ix_media_uploaded_by_id_created_at_id", "uploaded_by_id", "created_at", "id"),
        Index("ix_media_folder_id_created_at_id", "folder_id", "created_at", "id"),
        Index("ix_media_without_alt", "kind", "created_at", "id", sqlite_where=SILENT[0], postgresql_where=SILENT[1]),
    )

    kind: Mapped[MediaKind]
    digest: Mapped[str] = mapped_column(String(64), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    mime: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(200), default="")
    alt: Mapped[str] = mapped_column(String(500), default="")
    decorative: Mapped[bool] = mapped_column(default=False)
    caption: Mapped[str] = mapped_column(String(500), default="")
    focal_x: Mapped[float] = mapped_column(default=0.5)
    focal_y: Mapped[float] = mapped_column(default=0.5)
    uploaded_by_id: Mapped[int | None] = mapped_column(reference("users.id"))
    folder_id: Mapped[int | None] = mapped_column(reference("media_folders.id"))
    trashed_at: Mapped[datetime | None]
    #: When whom it shows was erased: it goes with the trash, whatever still refers to it.
    erased_at: Mapped[datetime | None]
    origin: Mapped[str | None] = mapped_column(String(300), unique=True)

    uploaded_by: Mapped[User | None] = relationship(foreign_keys=uploaded_by_id)
    folder: Mapped[MediaFolder | None] = relationship(lazy="raise_on_sql")

    @property
    def needs_alt(self) -> bool:
        return self.kind is MediaKind.IMAGE and not self.decorative and not self.alt

    @hybrid_property
    def name(self) -> str:
        return self.title or self.filename

    @name.inplace.expression
    @classmethod
    def _name(cls) -> ColumnElement[str]:
        return func.coalesce(func.nullif(cls.title, ""), cls.filename)

    def __str__(self) -> str:
        return self.name


class MediaVersion(Base):
    """What a file was before its bytes were replaced; enough to bring it back."""

    __tablename__ = "media_versions"
    __table_args__ = (UniqueConstraint("media_id", "digest"), UNSEEN)

    media_id: Mapped[int] = mapped_column(reference("media.id"))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    mime: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    focal_x: Mapped[float]
    focal_y: Mapped[float]
    replaced_at: Mapped[datetime]
    replaced_by_id: Mapped[int | None] = mapped_column(reference("users.id"), index=True)


class Rendition(Base):
    """A smaller copy of an image, made when it was first asked for; it can always be made again."""

    __tablename__ = "renditions"
    __table_args__ = (UniqueConstraint("media_id", "source", "shape", "format"), UNSEEN)

    media_id: Mapped[int] = mapped_column(reference("media.id"))
    #: Digest of the bytes that it was made from.
    source: Mapped[str] = mapped_column(String(64))
    shape: Mapped[str] = mapped_column(String(20))
    format: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    mime: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime]
    #: Since when no page asks for it any more.
    stale_at: Mapped[datetime | None] = mapped_column(index=True)


_folders = MediaFolder.__table__.c
# coalesce, because NULL parents would all differ.
Index("uq_media_folders_key_of_siblings", func.coalesce(_folders.parent_id, 0), _folders.key, unique=True)
