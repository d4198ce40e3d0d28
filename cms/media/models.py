"""Files of the library."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, Index, String, func
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.accounts.models import User
from cms.core.db import Base, Timestamps, reference


class MediaKind(StrEnum):
    """Images are shown; everything else is a download or a player."""

    IMAGE = "image"
    DOCUMENT = "document"
    AUDIO = "audio"
    VIDEO = "video"


class Media(Base, Timestamps):
    """A stored file; its bytes live in the storage under `digest`, its row says what it shows."""

    __tablename__ = "media"
    __table_args__ = (
        CheckConstraint("bytes >= 0", name="bytes_not_negative"),
        Index("ix_media_created_at_id", "created_at", "id"),
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
    uploaded_by_id: Mapped[int | None] = mapped_column(reference("users.id"), index=True)
    trashed_at: Mapped[datetime | None]
    origin: Mapped[str | None] = mapped_column(String(300), unique=True)

    uploaded_by: Mapped[User | None] = relationship(foreign_keys=uploaded_by_id)

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
