"""What a feed says, whatever format it is written in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cms.media.shown import Pictured


@dataclass(frozen=True)
class Byline:
    """Who wrote it, and where there is more by them; people without a page have no address."""

    name: str
    address: str | None = None


@dataclass(frozen=True)
class Entry:
    """A post or a comment. Its `id` stays, whatever becomes of its title and its address.

    `html` is None where feeds carry the summary only, which is plain text.
    """

    id: str
    title: str
    address: str
    byline: Byline
    published: datetime
    updated: datetime
    day: str
    summary: str
    html: str | None
    language: str | None = None
    tags: Sequence[str] = ()
    image: Pictured | None = None


@dataclass(frozen=True)
class Channel:
    """A list that somebody follows: its page, and where each of its formats is found (`address` lacks the ending)."""

    id: str
    title: str
    about: str
    page: str
    address: str
    entries: Sequence[Entry]

    @property
    def updated(self) -> datetime | None:
        """When anything in it last changed; nothing in it, no time."""
        return max((entry.updated for entry in self.entries), default=None)
