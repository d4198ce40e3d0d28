"""What visitors may read: every public page, list and feed asks here and gets only what is live at that moment."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session, defer, joinedload, lazyload, load_only, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from cms.accounts.models import User
from cms.core.db import MAX_ID
from cms.core.keyset import beyond
from cms.posts.models import Edition, Post, PostKind, edition_tags
from cms.posts.queries import AT, When, is_live, live_editions
from cms.taxonomy.models import Tag

#: A tag on more editions than this is found by walking the newest ones, a rarer one by its own rows.
FREQUENT = 2_000

_FIRST_DAY = datetime.min.replace(tzinfo=UTC)
_CURSOR = re.compile(r"([0-9a-f]{1,15})-([0-9a-f]{1,8})")
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Cursor:
    """Where the next page of a list begins: below this edition, newest first. Its text is opaque to readers."""

    published_at: datetime
    edition_id: int

    def __str__(self) -> str:
        return f"{(self.published_at - _FIRST_DAY) // _MICROSECOND:x}-{self.edition_id:x}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """None where the text was not written by `str`."""
        match = _CURSOR.fullmatch(text)
        if match is None or int(match[2], 16) > MAX_ID:
            return None
        try:
            return cls(_FIRST_DAY + int(match[1], 16) * _MICROSECOND, int(match[2], 16))
        except OverflowError:
            return None


@dataclass(frozen=True)
class Listing:
    """One page of a list, and where the next one begins."""

    editions: Sequence[Edition]
    older: Cursor | None


@dataclass(frozen=True)
class Family:
    """A tag with everything below it: a reader of “Sea” wants the posts about boats, too.

    Of the tags right below it only those that lead to something.
    """

    tag: Tag
    parent: Tag | None
    children: Sequence[Tag]
    ids: frozenset[int]


def newest(
    session: Session,
    at: datetime,
    *,
    most: int,
    before: Cursor | None = None,
    among: ColumnElement[bool] | None = None,
    with_text: bool = False,
) -> Listing:
    """Live posts, newest first; without their texts unless asked for, since lists do not show them."""
    query = _newest(with_text)
    if among is not None:
        query = query.where(among)
    if before is not None:
        query = query.where(beside(before.published_at, before.edition_id, is_earlier=True))
    found = session.scalars(query, {"at": at, "most": most + 1}).all()
    last = found[most - 1] if len(found) > most else None
    return Listing(with_tags(session, found[:most]), Cursor(last.published_at, last.id) if last is not None else None)


@cache
def _newest(with_text: bool) -> Select[Edition]:
    """Put together once, which takes longer than to ask it."""
    query = _posts(AT).order_by(*NEWEST_FIRST).limit(bindparam("most", type_=Integer()))
    return query.options(*as_listed(with_text=with_text, tags=False))


def at_path(session: Session, path: str, at: datetime) -> Edition | None:
    """The post or page that lives at an address now, with everything that its page shows."""
    if len(path) > 500:
        return None
    found = with_tags(session, session.scalars(_at_path(), {"at": at, "path": path}).all())
    return found[0] if found else None


@cache
def _at_path() -> Select[Edition]:
    query = live_editions(AT).where(Edition.path == bindparam("path")).order_by(Edition.live_from.desc()).limit(1)
    return query.options(*as_listed(with_text=True, tags=False))


def with_tags(session: Session, editions: Sequence[Edition]) -> Sequence[Edition]:
    """These, with their tags from one query: the same as `selectinload` does in two to three times the time."""
    lacking = {edition.id: edition for edition in editions if "tags" not in edition.__dict__}
    if lacking:
        tags: dict[int, list[Tag]] = {edition_id: [] for edition_id in lacking}
        for edition_id, tag in session.execute(_tags(), {"editions": list(lacking)}):
            tags[edition_id].append(tag)
        for edition_id, edition in lacking.items():
            set_committed_value(edition, "tags", tags[edition_id])
    return editions


@cache
def _tags() -> Select[int, Tag]:
    links = edition_tags.c.edition_id, Tag
    query = select(*links).join(edition_tags, edition_tags.c.tag_id == Tag.id)
    return query.where(links[0].in_(bindparam("editions", expanding=True))).order_by(Tag.name)


def above(session: Session, path: str, at: datetime) -> list[tuple[str, str]]:
    """Titles and paths of the live pages above one, the topmost first."""
    parts = path.split("/")[1:-1]
    if not parts:
        return []
    paths = ["/" + "/".join(parts[:number]) for number in range(1, len(parts) + 1)]
    query = select(Edition.title, Edition.path).where(is_live(at), Edition.path.in_(paths))
    return sorted(((title, path) for title, path in session.execute(query)), key=lambda place: len(place[1]))


def by_ids(session: Session, ids: Sequence[int]) -> Sequence[Edition]:
    """Editions that were found to be live, in no order, with their texts."""
    return session.scalars(select(Edition).where(Edition.id.in_(ids)).options(*as_listed(with_text=True))).all()


def path_of_post(session: Session, post_id: int, at: datetime) -> str | None:
    """Where a post lives now; None where it is not live."""
    return paths_of_posts(session, [post_id], at).get(post_id)


def paths_of_posts(session: Session, post_ids: Iterable[int], at: datetime) -> dict[int, str]:
    """Where posts live now, by id; those that are not live are left out."""
    query = select(Edition.post_id, Edition.path).where(is_live(at), Edition.post_id.in_(list(post_ids)))
    return {post_id: path for post_id, path in session.execute(query)}


def page_of_post(session: Session, post_id: int, at: datetime) -> Edition | None:
    """The live edition of a post or page by its id, for what a setting names."""
    query = live_editions(at).where(Edition.post_id == post_id).limit(1)
    return session.scalar(query.options(*as_listed(with_text=True)))


def is_gone(session: Session, post_id: int) -> bool:
    """Whether a post was put in the trash, and is not merely being worked on."""
    return session.scalar(select(Post.trashed_at).where(Post.id == post_id)) is not None


def author_named(session: Session, username: str) -> User | None:
    return session.scalar(select(User).where(User.username == username).options(*as_author()))


def has_texts(session: Session, author: User, at: datetime) -> bool:
    """Whether there is anything to read of theirs."""
    return session.scalar(select(live_editions(at).where(by_author(author)).exists())) or False


def by_author(author: User) -> ColumnElement[bool]:
    return Edition.author_id == author.id


def published_between(start: datetime, end: datetime) -> ColumnElement[bool]:
    """From `start`, and before `end`."""
    return (Edition.published_at >= start) & (Edition.published_at < end)


def months_around(
    session: Session, start: datetime, end: datetime, at: datetime
) -> tuple[datetime | None, datetime | None]:
    """When the last post before a stretch of time appeared, and the first one after it."""
    when = select(Edition.published_at).where(is_live(at), Edition.kind == PostKind.POST)
    earlier = when.where(Edition.published_at < start).order_by(Edition.published_at.desc()).limit(1)
    later = when.where(Edition.published_at >= end).order_by(Edition.published_at).limit(1)
    row = session.execute(select(earlier.scalar_subquery(), later.scalar_subquery())).one()
    return row[0], row[1]


def family_of(session: Session, slug: str, at: datetime) -> Family | None:
    """A tag by its slug, with all tags below it; a circle of parents ends where it began.

    None also where no live post has any of them: the name of a tag may be part of a text that nobody published.
    """
    below = select(Tag.id).where(Tag.slug == slug).cte(recursive=True)
    below = below.union(select(Tag.id).where(Tag.parent_id == below.c.id))
    tagging = select(edition_tags.c.tag_id).join(Edition, Edition.id == edition_tags.c.edition_id)
    has_posts = tagging.where(edition_tags.c.tag_id == Tag.id, is_live(at), Edition.kind == PostKind.POST).exists()
    query = select(Tag, has_posts).where(Tag.id.in_(select(below.c.id)))
    rows = session.execute(query.options(joinedload(Tag.parent)).order_by(Tag.name)).all()
    leading = _leading_to_posts({tag.id: tag.parent_id for tag, _has in rows}, [tag.id for tag, has in rows if has])
    tag = next((tag for tag, _has in rows if tag.slug == slug and tag.id in leading), None)
    if tag is None:
        return None
    children = [child for child, _has in rows if child.parent_id == tag.id and child.id in leading]
    return Family(tag, tag.parent, children, frozenset(tag.id for tag, _has in rows))


def _leading_to_posts(above: dict[int, int | None], having: Iterable[int]) -> set[int]:
    """Tags that have posts, and whatever stands above them."""
    found: set[int] = set()
    for tag_id in having:
        climbing: int | None = tag_id
        while climbing in above and climbing not in found:
            found.add(climbing)
            climbing = above[climbing]
    return found


def tagged(session: Session, family: Family) -> ColumnElement[bool]:
    """A condition that is quick for rare and for frequent tags, which no single form of the query is."""
    links = select(edition_tags.c.edition_id).where(edition_tags.c.tag_id.in_(family.ids))
    bounded = select(func.count()).select_from(links.limit(FREQUENT + 1).subquery())
    if session.scalars(bounded).one() <= FREQUENT:
        return Edition.id.in_(links)
    return links.where(edition_tags.c.edition_id == Edition.id).correlate(Edition).exists()


NEWEST_FIRST = Edition.published_at.desc(), Edition.id.desc()


def _posts(at: When) -> Select[Edition]:
    return live_editions(at).where(Edition.kind == PostKind.POST)


def beside(published_at: When, edition_id: int | ColumnElement[int], *, is_earlier: bool) -> ColumnElement[bool]:
    """Of all editions those that came before this one, or after it."""
    return beyond(Edition.published_at, Edition.id, (published_at, edition_id), is_descending=is_earlier)


def as_listed(*, with_text: bool, tags: bool = True) -> tuple[Any, ...]:
    """Author and image in the same query, tags in one more unless `with_tags` gets them.

    Text and series are only wanted on its own page.
    """
    options: list[Any] = [
        joinedload(Edition.author).options(*as_author()),
        joinedload(Edition.featured_media).lazyload("*"),
    ]
    if tags:
        options.append(selectinload(Edition.tags))
    return (*options, joinedload(Edition.series)) if with_text else (*options, defer(Edition.body_html, raiseload=True))


def as_author() -> tuple[Any, ...]:
    """What a byline and an author's page show; never the rights, which no public page asks about."""
    shown = load_only(User.username, User.display_name, User.bio, User.avatar_id)
    return shown, lazyload(User.roles)
