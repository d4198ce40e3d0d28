"""What a file holds, whatever format it was written in."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


class Severity(StrEnum):
    """How much a reader of the report should care."""

    CHANGED = "changed"
    LEFT_OUT = "left_out"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the report; `item` names the post it belongs to, or is empty for the whole file."""

    item: str
    what: str
    why: str
    severity: Severity = Severity.CHANGED


class ItemKind(StrEnum):
    POST = "post"
    PAGE = "page"


class ItemStatus(StrEnum):
    """Where a post stood; a scheduled one whose time has come is for the loader to tell."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    ARCHIVED = "archived"
    TRASHED = "trashed"


class ParsedCommentKind(StrEnum):
    COMMENT = "comment"
    PINGBACK = "pingback"
    TRACKBACK = "trackback"


class ParsedCommentStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    SPAM = "spam"
    TRASHED = "trashed"


@dataclass(frozen=True, slots=True)
class ParsedPerson:
    """Somebody who wrote; `source_id` is what the items call them, `email` may be unknown."""

    source_id: str
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class ParsedTag:
    """A tag, or a category (`is_category`), which becomes a tag with its parent."""

    source_id: str
    name: str
    slug: str = ""
    description: str = ""
    parent_id: str | None = None
    is_category: bool = False


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """A file that posts show; `path` is set when it was found beside the export.

    Without a `url`, each item says what it calls the file.
    """

    source_id: str
    url: str
    title: str = ""
    alt: str = ""
    caption: str = ""
    parent_id: str | None = None
    position: int = 0
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class ParsedComment:
    source_id: str
    parent_source_id: str | None
    name: str
    email: str
    url: str
    ip: str
    body: str
    status: ParsedCommentStatus
    created_at: datetime | None
    kind: ParsedCommentKind = ParsedCommentKind.COMMENT
    #: Written by somebody who was signed in; everybody else may have typed anybody's address.
    by_member: bool = False


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """A post or a page; `body` is Markdown, `words` are what visitors read before (to prove that none was lost)."""

    source_id: str
    kind: ItemKind
    title: str
    slug: str = ""
    status: ItemStatus = ItemStatus.DRAFT
    published_at: datetime | None = None
    modified_at: datetime | None = None
    created_at: datetime | None = None
    live_until: datetime | None = None
    author: str = ""
    summary: str = ""
    body: str = ""
    tags: tuple[str, ...] = ()
    parent_source_id: str | None = None
    position: int = 0
    #: The title of a series that it is a part of; a place of 0 is none.
    series: str = ""
    series_part: int = 0
    comments_open: bool = True
    password_protected: bool = False
    featured: str | None = None
    featured_alt: str = ""
    #: What this text calls an attachment → which one that is, where others may call another one so.
    files: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None
    #: How the report names it.
    label: str = ""
    show_contents: bool = False
    seo_title: str = ""
    seo_description: str = ""
    canonical_url: str = ""
    noindex: bool = False
    #: Paths at which it was found before.
    old_paths: tuple[str, ...] = ()
    comments: tuple[ParsedComment, ...] = ()
    notes: tuple[Note, ...] = ()
    words: Counter[str] = field(default_factory=Counter, repr=False)


@dataclass(frozen=True, slots=True)
class ParsedSite:
    """Everything of one file (or of several Markdown files); `origin` begins the origin of every row made from it."""

    origin: str
    #: Nothing but their names tells its items from those of another site.
    is_told_by_names: bool = False
    title: str = ""
    base_url: str = ""
    people: tuple[ParsedPerson, ...] = ()
    tags: tuple[ParsedTag, ...] = ()
    items: tuple[ParsedItem, ...] = ()
    attachments: tuple[ParsedAttachment, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def place(self) -> str:
        """What people call it."""
        return self.base_url or self.title or self.origin.partition(":")[2] or self.origin

    def all_notes(self) -> tuple[Note, ...]:
        """Those of the file, then those of each post in order."""
        return self.notes + tuple(note for item in self.items for note in item.notes)


class Notebook:
    """Collects what happened to one item; the same thing twice is one line with a count."""

    def __init__(self, item: str = "") -> None:
        self.item = item
        self._lines: Counter[tuple[Severity, str, str]] = Counter()

    def changed(self, what: str, why: str) -> None:
        self._lines[(Severity.CHANGED, what, why)] += 1

    def left_out(self, what: str, why: str) -> None:
        self._lines[(Severity.LEFT_OUT, what, why)] += 1

    def problem(self, what: str, why: str) -> None:
        self._lines[(Severity.PROBLEM, what, why)] += 1

    def notes(self) -> tuple[Note, ...]:
        return tuple(
            Note(self.item, what if times == 1 else f"{what} (×{times})", why, severity)
            for (severity, what, why), times in self._lines.items()
        )


def sound_parents(parents: Mapping[Key, Key | None]) -> dict[Key, Key | None]:
    """The same tree without links to what is not there, and without circles: each circle is cut at one place."""
    sound: dict[Key, Key | None] = {}
    settled: set[Key] = set()
    for start in parents:
        path: list[Key] = []
        on_path: set[Key] = set()
        here: Key | None = start
        while here is not None and here not in settled:
            path.append(here)
            on_path.add(here)
            above = parents[here]
            sound[here] = above if above in parents and above not in on_path else None
            here = sound[here]
        settled.update(path)
    return {key: sound[key] for key in parents}


def above_first(parents: Mapping[Key, Key | None]) -> list[Key]:
    """Every key after the one above it, else in the order they have; the links are `sound_parents`."""
    ordered: dict[Key, None] = {}
    for key in parents:
        chain: list[Key] = []
        here: Key | None = key
        while here is not None and here not in ordered:
            chain.append(here)
            here = parents[here]
        ordered.update(dict.fromkeys(reversed(chain)))
    return list(ordered)
