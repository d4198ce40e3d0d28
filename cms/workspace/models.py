"""Views of a list kept under a name."""

from sqlalchemy import Boolean, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from cms.core.db import Base, Timestamps, reference
from cms.core.generation import UNSEEN


class SavedView(Base, Timestamps):
    """A list as somebody narrowed and sorted it: the parameters of its address, asked anew by whoever opens it."""

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("user_id", "area", "name"),
        Index("ix_saved_views_area_shared", "area", "shared"),
        UNSEEN,
    )

    user_id: Mapped[int] = mapped_column(reference("users.id"))
    area: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())

    def __str__(self) -> str:
        return self.name
