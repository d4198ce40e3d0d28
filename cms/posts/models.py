"""Posts, revisions and editions.

A post is what editors work on. Visitors never see it: they see editions, each live in its own stretch of time.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, ColumnElement, Index, String, Table, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.accounts.models import User
from cms.core.db import Base, JSONType, Timestamps, reference
from cms.core.generation import UNSEEN
from cms.media.models import Media
from cms.posts.lifecycle import PostStatus
from cms.series.models import Series
from cms.taxonomy.models import Tag

post_tags = Table(
    "post_tags",
    Base.metadata,
    Column("post_id", reference("posts.id"), primary_key=True),
    Column("tag_id", reference("tags.id"), primary_key=True),
    Index("ix_post_tags_tag_id_post_id", "tag_id", "post_id"),
    **UNSEEN,
)

edition_tags = Table(
    "edition_tags",
    Base.metadata,
    Column("edition_id", reference("editions.id"), primary_key=True),
    Column("tag_id", reference("tags.id"), primary_key=True),
    Index("ix_edition_tags_tag_id_edition_id", "tag_id", "edition_id"),
)


class PostKind(StrEnum):
    """Posts are dated and listed; pages stand by themselves and may be nested."""

    POST = "post"
    PAGE = "page"


class RevisionKind(StrEnum):
    """Why a version was written."""

    AUTOSAVE = "autosave"
    SAVE = "save"
    PUBLISH = "publish"
    RESTORE = "restore"
    IMPORT = "import"


IN_LISTS, IN_TRASH = "trashed_at IS NULL", "trashed_at IS NOT NULL"
LAST_SHOWN = ("shown_from", "shown_until", "shown_earlier_until")
ENDING = "shown_until IS NOT NULL"
IN_SERIES = "series_id IS NOT NULL"


def _partial(name: str, condition: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


class Post(Base, Timestamps):
    """The working text. `version` is the number of its newest revision."""

    __tablename__ = "posts"
    __table_args__ = (
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_own_parent"),
        # What lists show: without what is in the trash, they count within the index alone, also what readers see.
        _partial("ix_posts_kind_updated_at_id", IN_LISTS, "kind", "updated_at", "id", *LAST_SHOWN),
        _partial("ix_posts_kind_status_updated_at_id", IN_LISTS, "kind", "status", "updated_at", "id", *LAST_SHOWN),
        # What Today asks for: everybody's by status, and one's own.
        _partial("ix_posts_status_updated_at_id", IN_LISTS, "status", "updated_at", "id"),
        _partial("ix_posts_author_id_status_updated_at_id", IN_LISTS, "author_id", "status", "updated_at", "id"),
        _partial("ix_posts_kind_author_id_updated_at_id", IN_LISTS, "kind", "author_id", "updated_at", "id"),
        _partial("ix_posts_kind_title_id", IN_LISTS, "kind", "title", "id"),
        _partial("ix_posts_without_summary", f"{IN_LISTS} AND summary = ''", "kind", "updated_at", "id"),
        _partial(
            "ix_posts_changed", f"{IN_LISTS} AND version > shown_version", "kind", "updated_at", "id", *LAST_SHOWN
        ),
        _partial("ix_posts_ending", f"{IN_LISTS} AND {ENDING}", "kind", "status", "updated_at", "id", "shown_until"),
        _partial("ix_posts_with_summary", f"{IN_LISTS} AND summary <> ''", "kind", "updated_at", "id"),
        Index("ix_posts_slug", "slug"),
        # What Today draws: how many went live on each day.
        _partial("ix_posts_kind_published_at_id", IN_LISTS, "kind", "published_at", "id", *LAST_SHOWN),
        _partial("ix_posts_series", IN_SERIES, "series_id", "series_position", "id"),
        Index("ix_posts_author_id_updated_at_id", "author_id", "updated_at", "id"),
        # Of the trash alone: with everything in it, SQLite begins there to find what is not in the trash.
        _partial("ix_posts_trashed_at_id", IN_TRASH, "trashed_at", "id"),
        _partial("ix_posts_kind_trashed_at_id", IN_TRASH, "kind", "trashed_at", "id"),
        UNSEEN,
    )

    kind: Mapped[PostKind] = mapped_column(default=PostKind.POST)
    parent_id: Mapped[int | None] = mapped_column(reference("posts.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[PostStatus] = mapped_column(default=PostStatus.DRAFT)
    author_id: Mapped[int] = mapped_column(reference("users.id"))
    featured_media_id: Mapped[int | None] = mapped_column(reference("media.id"), index=True)
    featured_alt: Mapped[str] = mapped_column(String(500), default="")
    language: Mapped[str | None] = mapped_column(String(12))
    seo_title: Mapped[str] = mapped_column(String(200), default="")
    seo_description: Mapped[str] = mapped_column(String(500), default="")
    canonical_url: Mapped[str] = mapped_column(String(500), default="")
    noindex: Mapped[bool] = mapped_column(default=False)
    show_contents: Mapped[bool] = mapped_column(default=False)
    comments_open: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    #: The series that it is a part of, and where among its parts: both or neither. Equals stand in order of time.
    series_id: Mapped[int | None] = mapped_column(reference("series.id"))
    series_position: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=0)
    #: The last stretch that readers see it without a break, over or not, the version at its end, and when the stretch
    #: before it ended. Kept by `timeline`, so that lists find what readers see and lack.
    shown_from: Mapped[datetime | None]
    shown_until: Mapped[datetime | None]
    shown_version: Mapped[int | None]
    shown_earlier_until: Mapped[datetime | None]
    word_count: Mapped[int] = mapped_column(default=0)
    #: When it first went live, kept when it is published again: lists and feeds sort by it.
    published_at: Mapped[datetime | None]
    trashed_at: Mapped[datetime | None]
    #: Where an imported post came from; a second import finds it by this.
    origin: Mapped[str | None] = mapped_column(String(300), unique=True)

    author: Mapped[User] = relationship(lazy="raise_on_sql")
    parent: Mapped["Post | None"] = relationship(remote_side="Post.id", lazy="raise_on_sql")
    featured_media: Mapped[Media | None] = relationship(lazy="raise_on_sql")
    series: Mapped[Series | None] = relationship(lazy="raise_on_sql")
    tags: Mapped[list[Tag]] = relationship(secondary=post_tags, lazy="raise_on_sql", order_by=Tag.name)
    revisions: Mapped[list["Revision"]] = relationship(back_populates="post", lazy="raise")
    editions: Mapped[list["Edition"]] = relationship(back_populates="post", lazy="raise")

    @property
    def is_trashed(self) -> bool:
        return self.trashed_at is not None

    def awaits_its_time(self, at: datetime) -> bool:
        """Published, and never seen so far: its time is ahead."""
        return self.status is PostStatus.PUBLISHED and self.published_at is not None and self.published_at > at

    def __str__(self) -> str:
        return self.title


class Revision(Base):
    """A version of every editable field, written by each save and never changed."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("post_id", "number"), UNSEEN)

    post_id: Mapped[int] = mapped_column(reference("posts.id"))
    number: Mapped[int]
    kind: Mapped[RevisionKind] = mapped_column(default=RevisionKind.SAVE)
    author_id: Mapped[int | None] = mapped_column(reference("users.id"), index=True)
    snapshot: Mapped[dict[str, Any]]
    name: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    #: The version that its writer had before them; not always the one just before it.
    base_number: Mapped[int | None]
    #: False for the text that lost a conflict: kept, though it never was the working text.
    taken: Mapped[bool] = mapped_column(default=True)
    sitting: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime]

    post: Mapped[Post] = relationship(back_populates="revisions")
    author: Mapped[User | None] = relationship(lazy="raise_on_sql")


class Edition(Base):
    """What visitors see from `live_from` until `live_until`; no two of a post overlap."""

    __tablename__ = "editions"
    __table_args__ = (
        CheckConstraint("live_until IS NULL OR live_until > live_from", name="ends_after_it_begins"),
        UniqueConstraint("post_id", "live_from"),
        Index("ix_editions_path_live_from", "path", "live_from"),
        Index("ix_editions_kind_published_at_id", "kind", "published_at", "id"),
        Index("ix_editions_live_from_kind_post_id", "live_from", "kind", "post_id", "updated_at"),
        _partial("ix_editions_live_until", "live_until IS NOT NULL", "live_until"),
        Index("ix_editions_author_id_published_at_id", "author_id", "published_at", "id"),
        _partial("ix_editions_series", IN_SERIES, "series_id", "series_position", "published_at", "post_id"),
    )

    post_id: Mapped[int] = mapped_column(reference("posts.id"))
    revision_id: Mapped[int] = mapped_column(reference("revisions.id"), index=True)
    kind: Mapped[PostKind]
    live_from: Mapped[datetime]
    live_until: Mapped[datetime | None]
    #: The end that was asked for; `live_until` is sooner where another takes over, or somebody takes the post back.
    planned_until: Mapped[datetime | None]
    published_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    #: The whole public address, such as "/posts/night-ferry" or "/about/team".
    path: Mapped[str] = mapped_column(String(500))
    slug: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500), default="")
    excerpt: Mapped[str] = mapped_column(String(500), default="")
    body_html: Mapped[str] = mapped_column(Text)
    headings: Mapped[list[Any]] = mapped_column(JSONType, default=list)
    word_count: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int] = mapped_column(reference("users.id"))
    featured_media_id: Mapped[int | None] = mapped_column(reference("media.id"), index=True)
    featured_alt: Mapped[str] = mapped_column(String(500), default="")
    language: Mapped[str | None] = mapped_column(String(12))
    seo_title: Mapped[str] = mapped_column(String(200), default="")
    seo_description: Mapped[str] = mapped_column(String(500), default="")
    canonical_url: Mapped[str] = mapped_column(String(500), default="")
    noindex: Mapped[bool] = mapped_column(default=False)
    show_contents: Mapped[bool] = mapped_column(default=False)
    comments_open: Mapped[bool] = mapped_column(default=True)
    series_id: Mapped[int | None] = mapped_column(reference("series.id"))
    series_position: Mapped[int | None]

    post: Mapped[Post] = relationship(back_populates="editions", lazy="raise_on_sql")
    revision: Mapped[Revision] = relationship(lazy="raise_on_sql")
    author: Mapped[User] = relationship(lazy="raise_on_sql")
    featured_media: Mapped[Media | None] = relationship(lazy="raise_on_sql")
    series: Mapped[Series | None] = relationship(lazy="raise_on_sql")
    tags: Mapped[list[Tag]] = relationship(secondary=edition_tags, lazy="raise_on_sql", order_by=Tag.name)

    @property
    def goes_on(self) -> bool:
        """It shows what the one before it showed, at another address: the page above it moved."""
        return self.updated_at < self.live_from

    @property
    def shown_media(self) -> Media | None:
        """The image above the text, unless it was put in the trash since."""
        media = self.featured_media
        return None if media is None or media.trashed_at is not None else media

    def is_live(self, at: datetime) -> bool:
        return self.live_from <= at and (self.live_until is None or at < self.live_until)

    def __str__(self) -> str:
        return self.title


class PostReads(Base):
    """How often a post was read on a day (UTC), as far as we can tell without knowing by whom."""

    __tablename__ = "post_reads"
    __table_args__ = (UniqueConstraint("post_id", "day"), UNSEEN)

    post_id: Mapped[int] = mapped_column(reference("posts.id"))
    day: Mapped[date]
    reads: Mapped[int]


class SiteReads(Base):
    """The same for the whole site, so that a chart adds up days and not posts."""

    __tablename__ = "site_reads"
    __table_args__ = (UNSEEN,)

    day: Mapped[date] = mapped_column(unique=True)
    reads: Mapped[int]


def _unique_where(name: str, condition: ColumnElement[bool], *columns: ColumnElement[Any]) -> Index:
    return Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


_posts, _editions = Post.__table__.c, Edition.__table__.c
_unique_where("uq_posts_slug_of_posts", _posts.kind == "post", _posts.slug)
# Siblings differ in slug; coalesce, because NULL parents would all differ.
_unique_where("uq_posts_slug_of_pages", _posts.kind == "page", func.coalesce(_posts.parent_id, 0), _posts.slug)
_unique_where("uq_editions_open_of_post", _editions.live_until.is_(None), _editions.post_id)
_unique_where("uq_editions_open_at_path", _editions.live_until.is_(None), _editions.path)
