"""What visitors may read: every public page, list and feed asks here and gets only what is live at that moment."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Result, Select, bindparam, func, null, select
from sqlalchemy.orm import Session, joinedload, lazyload, load_only

from cms.accounts.models import User
from cms.core.db import MAX_ID, UTCDateTime
from cms.core.keyset import beyond
from cms.core.planning import BY_KEY, few, few_named
from cms.posts import rows
from cms.posts.models import Edition, Post, PostKind, edition_tags
from cms.posts.queries import AT, When, is_dated, is_live
from cms.posts.rows import EDITIONS
from cms.posts.shown import Entry, Story
from cms.posts.slugs import MAX_PATH
from cms.taxonomy.models import Tag

#: A tag on more editions than this is found by walking the newest ones, a rarer one by its own rows.
FREQUENT = 2_000

_E = EDITIONS.c
NEWEST_FIRST = _E.published_at.desc(), _E.id.desc()
#: For `also`, where nothing more is asked for.
NOTHING = null()
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

    editions: Sequence[Entry]
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
    between: tuple[datetime, datetime] | None = None,
    with_text: bool = False,
) -> Listing:
    """Live posts, newest first; without their texts unless asked for, since lists do not show them.

    `between` leaves those that are dated from its first moment on, and before its second.
    """
    bound, asked = _below(before, between[1] if between is not None else None, at)
    query = _newest(with_text, bound)
    if among is not None:
        query = query.where(among)
    if between is not None:
        query = query.where(_E.published_at >= between[0])
    made = rows.story if with_text else rows.entry
    found = [made(row) for row in session.execute(query, {"at": at, "most": most + 1} | asked)]
    last = found[most - 1] if len(found) > most else None
    return Listing(found[:most], Cursor(last.published_at, last.id) if last is not None else None)


def beside(published_at: When, edition_id: int | ColumnElement[int], *, is_earlier: bool) -> ColumnElement[bool]:
    """Of all editions those that came before this one, or after it."""
    return beyond(_E.published_at, _E.id, (published_at, edition_id), is_descending=is_earlier)


#: From above; with two of them a database may walk down from the wrong one.
_BOUNDS = {
    "now": is_dated(AT),
    "end": _E.published_at < bindparam("end", type_=UTCDateTime()),
    "cursor": beside(bindparam("below", type_=UTCDateTime()), bindparam("below_id", type_=Integer()), is_earlier=True),
}


def _below(before: Cursor | None, end: datetime | None, at: datetime) -> tuple[str, dict[str, Any]]:
    """Where a list begins, and what is asked for that."""
    if before is not None and before.published_at <= min(end or at, at):
        return "cursor", {"below": before.published_at, "below_id": before.edition_id}
    return ("end", {"end": end}) if end is not None and end <= at else ("now", {})


@cache
def _newest(with_text: bool, bound: str) -> Select[Any]:
    """Put together once, which takes longer than to ask it."""
    query = (rows.stories() if with_text else rows.entries()).where(is_live(AT), _E.kind == PostKind.POST)
    query = query.where(_BOUNDS[bound])
    return query.order_by(*NEWEST_FIRST).limit(few_named("most"))


def at_path(session: Session, path: str, at: datetime) -> Story | None:
    """The post or page that lives at an address now, with everything that its page shows."""
    found = whole_at(session, path, at, NOTHING)
    return found[0] if found is not None else None


def whole_at(session: Session, path: str, at: datetime, also: ColumnElement[Any]) -> tuple[Story, Any] | None:
    """What lives there with what a column says of it: one question, as each takes a tenth of making the page.

    The column is one that was put together once, as the statement with it is.
    """
    if len(path) > MAX_PATH:
        return None
    return _whole(session.execute(_at_path(also), {"at": at, "path": path}))


@cache
def _at_path(also: ColumnElement[Any]) -> Select[Any]:
    query = rows.stories().add_columns(also).where(is_live(AT), _E.path == bindparam("path"))
    return query.order_by(_E.live_from.desc()).limit(few(1))


def above(session: Session, path: str, at: datetime) -> list[tuple[str, str]]:
    """Titles and paths of the live pages above one, the topmost first."""
    parts = path.split("/")[1:-1]
    if not parts:
        return []
    paths = ["/" + "/".join(parts[:number]) for number in range(1, len(parts) + 1)]
    query = select(Edition.title, Edition.path).where(is_live(at), Edition.path.in_(paths))
    return sorted(((title, path) for title, path in session.execute(query)), key=lambda place: len(place[1]))


def path_of_post(session: Session, post_id: int, at: datetime) -> str | None:
    """Where a post lives now; None where it is not live."""
    return paths_of_posts(session, [post_id], at).get(post_id)


def paths_of_posts(session: Session, post_ids: Iterable[int], at: datetime) -> dict[int, str]:
    """Where posts live now, by id; those that are not live are left out."""
    query = select(Edition.post_id, Edition.path).where(is_live(at), Edition.post_id.in_(list(post_ids)))
    return {post_id: path for post_id, path in session.execute(query)}


def page_of_post(session: Session, post_id: int, at: datetime) -> Story | None:
    """The live edition of a post or page by its id, for whoever knows no address."""
    found = whole_of(session, post_id, at, NOTHING)
    return found[0] if found is not None else None


def whole_of(session: Session, post_id: int, at: datetime, also: ColumnElement[Any]) -> tuple[Story, Any] | None:
    """As `whole_at`, by its id."""
    return _whole(session.execute(_of_post(also), {"at": at, "post": post_id}))


@cache
def _of_post(also: ColumnElement[Any]) -> Select[Any]:
    wanted = rows.stories().add_columns(also).where(is_live(AT), _E.post_id == bindparam("post")).limit(few(1))
    return wanted.execution_options(**BY_KEY)


def _whole(found: Result[Any]) -> tuple[Story, Any] | None:
    row = found.first()
    return (rows.story(row), row[-1]) if row is not None else None


def is_gone(session: Session, post_id: int) -> bool:
    """Whether a post was put in the trash, and is not merely being worked on."""
    return session.scalar(select(Post.trashed_at).where(Post.id == post_id)) is not None


def author_named(session: Session, username: str) -> User | None:
    return session.scalar(_author(), {"username": username})


@cache
def _author() -> Select[User]:
    """Put together once, which takes longer than to ask it."""
    query = select(User).where(User.username == bindparam("username"))
    return query.options(*as_author()).execution_options(**BY_KEY)


def by_author(author: User) -> ColumnElement[bool]:
    return _E.author_id == author.id


def months_around(
    session: Session, start: datetime, end: datetime, at: datetime
) -> tuple[datetime | None, datetime | None]:
    """When the last post before a stretch of time appeared, and the first one after it."""
    when = select(Edition.published_at).where(is_live(at), Edition.kind == PostKind.POST)
    earlier = when.where(Edition.published_at < start).order_by(Edition.published_at.desc()).limit(1)
    later = when.where(Edition.published_at >= end, is_dated(at)).order_by(Edition.published_at).limit(1)
    row = session.execute(select(earlier.scalar_subquery(), later.scalar_subquery())).one()
    return row[0], row[1]


def family_of(session: Session, slug: str, at: datetime) -> Family | None:
    """A tag by its slug, with all tags below it; a circle of parents ends where it began.

    None also where no live post has any of them: the name of a tag may be part of a text that nobody published.
    """
    found = session.execute(_family(), {"slug": slug, "at": at}).all()
    leading = _leading_to_posts({tag.id: tag.parent_id for tag, _has in found}, [tag.id for tag, has in found if has])
    tag = next((tag for tag, _has in found if tag.slug == slug and tag.id in leading), None)
    if tag is None:
        return None
    children = [child for child, _has in found if child.parent_id == tag.id and child.id in leading]
    return Family(tag, tag.parent, children, frozenset(tag.id for tag, _has in found))


@cache
def _family() -> Select[Tag, bool]:
    """Put together once, which takes longer than to ask it."""
    below = select(Tag.id).where(Tag.slug == bindparam("slug")).cte(recursive=True)
    below = below.union(select(Tag.id).where(Tag.parent_id == below.c.id))
    tagging = select(edition_tags.c.tag_id).join(Edition, Edition.id == edition_tags.c.edition_id)
    has_posts = tagging.where(edition_tags.c.tag_id == Tag.id, is_live(AT), Edition.kind == PostKind.POST).exists()
    query = select(Tag, has_posts).where(Tag.id.in_(select(below.c.id))).order_by(Tag.name)
    return query.options(joinedload(Tag.parent)).execution_options(**BY_KEY)


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
        return _E.id.in_(links)
    return links.where(edition_tags.c.edition_id == _E.id).correlate(EDITIONS).exists()


def as_author() -> tuple[Any, ...]:
    """What a byline and an author's page show; never the rights, which no public page asks about."""
    shown = load_only(User.username, User.display_name, User.bio, User.avatar_id)
    return shown, lazyload(User.roles)
