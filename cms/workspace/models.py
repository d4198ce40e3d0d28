"""Views of a list kept under a name, and what somebody typed and did not save."""

from typing import Any

from sqlalchemy import Boolean, Index, String, Text, UniqueConstraint, false, text
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


#: A form of something new: there is one for each kind, and NULLs of a unique constraint would all differ.
IS_NEW = text("post_id IS NULL")


class UnsavedText(Base, Timestamps):
    """One form as its writer left it: no version of the post, and nobody else's to see."""

    __tablename__ = "unsaved_texts"
    __table_args__ = (
        UniqueConstraint("post_id", "user_id"),
        Index("uq_unsaved_texts_new", "user_id", "kind", unique=True, sqlite_where=IS_NEW, postgresql_where=IS_NEW),
        UNSEEN,
    )

    user_id: Mapped[int] = mapped_column(reference("users.id"))
    post_id: Mapped[int | None] = mapped_column(reference("posts.id"))
    kind: Mapped[str] = mapped_column(String(20))
    #: The form that was opened once and is typed in: another window of the same person is another sitting.
    sitting: Mapped[str] = mapped_column(String(36))
    #: The version that was on the form when it was opened; 0 where there was none.
    base_version: Mapped[int]
    #: Field → what the browser sent of it. Last, so that whoever looks for old rows need not read past it.
    fields: Mapped[dict[str, Any]] = mapped_column(sort_order=99)
