"""Tags."""

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.core.db import Base, Timestamps, reference


class Tag(Base, Timestamps):
    """A subject that posts are about."""

    __tablename__ = "tags"
    __table_args__ = (
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_own_parent"),
        Index("ix_tags_name_id", "name", "id"),
    )

    name: Mapped[str] = mapped_column(String(80))
    #: Case-folded name: two tags that differ only in case are one.
    key: Mapped[str] = mapped_column(String(80), unique=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str] = mapped_column(String(1000), default="")
    parent_id: Mapped[int | None] = mapped_column(reference("tags.id"), index=True)

    parent: Mapped["Tag | None"] = relationship(remote_side="Tag.id")

    def __str__(self) -> str:
        return self.name
