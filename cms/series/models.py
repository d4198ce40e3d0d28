"""Series."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cms.core.db import Base, Timestamps


class Series(Base, Timestamps):
    """What several posts are parts of; which ones, and in which order, each post says itself."""

    __tablename__ = "series"
    #: Old versions of posts name a series by its number, which no later one may have.
    __table_args__ = (Index("ix_series_title_id", "title", "id"), {"sqlite_autoincrement": True})

    title: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str] = mapped_column(String(1000), default="")
    version: Mapped[int] = mapped_column(default=1)

    def __str__(self) -> str:
        return self.title
