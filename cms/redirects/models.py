"""Redirects; their hits are counted beside them, since a read never writes."""

from datetime import datetime
from enum import IntEnum

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from cms.core.db import Base, Timestamps, reference
from cms.core.generation import UNSEEN
from cms.redirects.paths import path_within

IS_DEAD = text("dead_from IS NOT NULL")


class RedirectStatus(IntEnum):
    """Moved for good, for now, or gone."""

    PERMANENT = 301
    TEMPORARY = 302
    GONE = 410


class Redirect(Base, Timestamps):
    """An old address of this site, and the address or post that it leads to."""

    __tablename__ = "redirects"
    __table_args__ = (
        CheckConstraint("status IN (301, 302, 410)", name="known_status"),
        CheckConstraint("status = 410 OR to_path IS NOT NULL OR post_id IS NOT NULL", name="leads_somewhere"),
        Index("ix_redirects_created_at_id", "created_at", "id"),
        Index("ix_redirects_dead_from_id", "dead_from", "id", sqlite_where=IS_DEAD, postgresql_where=IS_DEAD),
    )

    from_path: Mapped[str] = mapped_column(String(500), unique=True)
    to_path: Mapped[str | None] = mapped_column(String(500))
    #: A post by its id, by name only: posts stand above redirects.
    post_id: Mapped[int | None] = mapped_column(reference("posts.id"), index=True)
    status: Mapped[int] = mapped_column(default=RedirectStatus.PERMANENT)
    created_by_id: Mapped[int | None] = mapped_column(reference("users.id"))
    #: What `to_path` asks this site for, as addresses are looked up; None where it leads elsewhere.
    leads_to: Mapped[str | None] = mapped_column(String(500), index=True)
    #: From when on it leads nowhere, be that past or ahead; `ends` keeps it.
    dead_from: Mapped[datetime | None]

    @validates("to_path")
    def _look_up(self, _key: str, target: str | None) -> str | None:
        self.leads_to = path_within(target)
        return target

    def is_dead(self, at: datetime) -> bool:
        return self.dead_from is not None and self.dead_from <= at

    def __str__(self) -> str:
        return self.from_path


class RedirectHits(Base):
    """How often a redirect was followed; flushed from memory once a minute."""

    __tablename__ = "redirect_hits"
    __table_args__ = (UNSEEN,)

    redirect_id: Mapped[int] = mapped_column(reference("redirects.id"), unique=True)
    hits: Mapped[int] = mapped_column(default=0)
    last_hit_at: Mapped[datetime | None]
