"""Comments and bans."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.accounts.models import User
from cms.comments.lifecycle import CommentStatus
from cms.comments.reasons import Reason
from cms.core.db import Base, reference
from cms.core.generation import UNSEEN
from cms.core.text import excerpt
from cms.posts.models import Post

IS_ANSWER = text("parent_id IS NOT NULL")
#: A status as such would lead SQLite to the index of statuses, which knows nothing of when that was.
IN_TRASH = text("lower(status) = 'trashed'")


def _held(reason: Reason) -> Index:
    """Few comments wait for any one reason; `queries.held_because` says it in the same words."""
    on_sqlite, on_postgresql = (text(" ".join(held_condition(reason, name))) for name in ("sqlite", "postgresql"))
    name = f"ix_comments_held_{reason}"
    return Index(name, "created_at", "id", sqlite_where=on_sqlite, postgresql_where=on_postgresql)


def held_condition(reason: Reason, dialect: str) -> tuple[str, str, str]:
    """Whether it is among the reasons of a comment, a list in JSON: left side, operator, right side."""
    if dialect == "sqlite":
        return f"instr(held_because, '\"{reason}\"')", ">", "0"
    return "held_because", "@>", f"'[\"{reason}\"]'"


class Comment(Base):
    """By a member (`author`) or a guest (`guest_name`, `guest_email`); `held_because` keeps why it waits."""

    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_own_parent"),
        Index("ix_comments_status_created_at_id", "status", "created_at", "id"),
        Index("ix_comments_post_id_status_created_at", "post_id", "status", "created_at", "id"),
        Index("ix_comments_created_at_id", "created_at", "id"),
        # Answers only: with every comment that answers none in it, planners take it for useless.
        Index("ix_comments_parent_id", "parent_id", sqlite_where=IS_ANSWER, postgresql_where=IS_ANSWER),
        Index("ix_comments_author_id_status", "author_id", "status"),
        Index("ix_comments_guest_name_id", "guest_name", "id"),
        Index("ix_comments_guest_email_status", "guest_email", "status"),
        Index("ix_comments_address_digest_id", "address_digest", "id"),
        *(_held(reason) for reason in Reason),
        Index(
            "ix_comments_trashed_since_id",
            text("coalesce(moderated_at, created_at)"),
            "id",
            sqlite_where=IN_TRASH,
            postgresql_where=IN_TRASH,
        ),
    )

    post_id: Mapped[int] = mapped_column(reference("posts.id"))
    parent_id: Mapped[int | None] = mapped_column(reference("comments.id"))
    author_id: Mapped[int | None] = mapped_column(reference("users.id"))
    guest_name: Mapped[str] = mapped_column(String(80), default="")
    guest_email: Mapped[str] = mapped_column(String(254), default="")
    guest_url: Mapped[str] = mapped_column(String(500), default="")
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    status: Mapped[CommentStatus] = mapped_column(default=CommentStatus.PENDING)
    held_because: Mapped[list[str]] = mapped_column(default=list)
    score: Mapped[float | None]
    #: A pingback or trackback is another site's mention, not a person's remark.
    is_mention: Mapped[bool] = mapped_column(default=False)
    address_digest: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    moderated_at: Mapped[datetime | None]
    moderated_by_id: Mapped[int | None] = mapped_column(reference("users.id"))
    claimed_by_id: Mapped[int | None] = mapped_column(reference("users.id"))
    claimed_until: Mapped[datetime | None]
    origin: Mapped[str | None] = mapped_column(String(300), unique=True)

    post: Mapped[Post] = relationship(lazy="raise_on_sql")
    parent: Mapped["Comment | None"] = relationship(remote_side="Comment.id", lazy="raise_on_sql")
    author: Mapped[User | None] = relationship(foreign_keys=author_id, lazy="raise_on_sql")

    @property
    def author_name(self) -> str:
        return self.author.name if self.author is not None else self.guest_name

    def __str__(self) -> str:
        return excerpt(self.body, 80)


class Ban(Base):
    """Who may not comment, why and until when; exactly one of the three targets is set, and no two are on the same."""

    __tablename__ = "bans"
    __table_args__ = (Index("ix_bans_created_at_id", "created_at", "id"), UNSEEN)

    #: Of the record, so that it can be erased: a reason may name somebody as well.
    identifying: ClassVar[frozenset[str]] = frozenset({"email", "network", "reason"})

    user_id: Mapped[int | None] = mapped_column(reference("users.id"), unique=True, index=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True, index=True)
    network: Mapped[str | None] = mapped_column(String(64), unique=True, index=True)
    reason: Mapped[str] = mapped_column(String(500), default="")
    until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(reference("users.id"))

    user: Mapped[User | None] = relationship(foreign_keys=user_id, lazy="raise_on_sql")
    created_by: Mapped[User | None] = relationship(foreign_keys=created_by_id, lazy="raise_on_sql")

    def is_over(self, at: datetime) -> bool:
        return self.until is not None and self.until <= at

    def __str__(self) -> str:
        return self.user.name if self.user is not None else self.email or self.network or ""
