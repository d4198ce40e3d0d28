"""Texts as readers see them, under the names of the models and with no more than public pages ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from cms.media.shown import Image
from cms.posts.models import PostKind


class Writer(NamedTuple):
    """What a byline and an author's page show; never the rights, which no public page asks about."""

    id: int
    username: str
    display_name: str
    bio: str
    avatar_id: int | None

    @property
    def name(self) -> str:
        return self.display_name or self.username

    def __str__(self) -> str:
        return self.name


class Label(NamedTuple):
    """A tag of a text."""

    id: int
    name: str
    slug: str
    description: str

    def __str__(self) -> str:
        return self.name


class Serial(NamedTuple):
    """The series that a text is a part of."""

    id: int
    title: str
    slug: str
    description: str

    def __str__(self) -> str:
        return self.title


@dataclass(slots=True, eq=False)
class Entry:
    """What lists show of an edition."""

    id: int
    post_id: int
    kind: PostKind
    published_at: datetime
    updated_at: datetime
    path: str
    slug: str
    title: str
    summary: str
    excerpt: str
    word_count: int
    author_id: int
    featured_media_id: int | None
    featured_alt: str
    language: str | None
    series_position: int | None
    author: Writer
    featured_media: Image | None
    tags: Sequence[Label]

    @property
    def shown_media(self) -> Image | None:
        """The image above the text, unless it was put in the trash since."""
        media = self.featured_media
        return None if media is None or media.trashed_at is not None else media

    def __str__(self) -> str:
        return self.title


@dataclass(slots=True, eq=False)
class Story(Entry):
    """An edition with its text, and with what its own page asks about."""

    live_from: datetime
    live_until: datetime | None
    body_html: str
    headings: list[Any]
    seo_title: str
    seo_description: str
    canonical_url: str
    noindex: bool
    show_contents: bool
    comments_open: bool
    series_id: int | None
    series: Serial | None
