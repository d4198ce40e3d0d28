"""What search engines may list: everything that is live and does not ask to be left out, in ranges of ids.

A range costs the same however many there are, and holds at most one text, tag, series and author for each of its ids.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, func, literal, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, load_only

from cms.accounts.models import User
from cms.media.models import Media
from cms.posts.models import Edition, PostKind, edition_tags
from cms.posts.queries import is_dated, is_live
from cms.series.models import Series
from cms.taxonomy.models import Tag

RANGE = 3_000


@dataclass(frozen=True)
class Text:
    """A post or page where it lives, when it last changed, and its image."""

    post_id: int
    path: str
    changed: datetime
    canonical_url: str
    image: Media | None


@dataclass(frozen=True)
class List:
    """A tag or a series by its slug, or an author by their username; when it last changed, as far as that is known."""

    name: str
    changed: datetime | None


def ranges(session: Session, at: datetime) -> dict[int, datetime | None]:
    """The number of each range that holds anything, and when something in it last changed.

    Read from indexes alone. A range whose texts all ended or ask to be left out is among them, and is empty. Tags,
    series and authors change with texts of any range, so where there are some it is said to be as new as the newest.
    """
    texts = _numbered(Edition.post_id, func.max(Edition.updated_at)).where(Edition.live_from <= at)
    tags, authors = _numbered(Tag.id, _NEVER), _numbered(Edition.author_id, _NEVER)
    series = _numbered(Series.id, _NEVER)
    rows = session.execute(union_all(texts, tags, series, authors)).all()
    of_texts = {number: changed for number, changed in rows if changed is not None}
    newest = max(of_texts.values(), default=None)
    return dict(sorted((of_texts | {number: newest for number, changed in rows if changed is None}).items()))


def newest(session: Session, at: datetime) -> datetime | None:
    """When the newest live post last changed: the front page, and any list of posts, is as new at least."""
    posts = select(Edition.updated_at).where(is_live(at), is_dated(at), Edition.kind == PostKind.POST)
    return session.scalar(posts.order_by(*_NEWEST_FIRST).limit(1))


def texts(session: Session, number: int, at: datetime) -> list[Text]:
    """Live posts and pages of a range, in the order of their ids."""
    query = (
        select(Edition.post_id, Edition.path, Edition.updated_at, Edition.canonical_url, Media)
        .outerjoin(Media, (Media.id == Edition.featured_media_id) & Media.trashed_at.is_(None))
        .where(_within(Edition.post_id, number), is_live(at), Edition.noindex.is_(False))
        .order_by(Edition.post_id)
        .options(load_only(Media.digest, Media.filename))
    )
    return [Text(*row) for row in session.execute(query)]


def tags(session: Session, number: int, at: datetime) -> list[List]:
    """Tags of a range that have a live post, or stand above one that has: their pages show posts of those below."""
    posts = select(Edition.updated_at).join(edition_tags, edition_tags.c.edition_id == Edition.id)
    posts = posts.where(edition_tags.c.tag_id == Tag.id, is_live(at), Edition.kind == PostKind.POST)
    # In the order of what has the tag: SQLite would walk all posts to see that none has it.
    newest = posts.order_by(edition_tags.c.edition_id.desc()).limit(1).correlate(Tag).scalar_subquery()
    having = select(Tag.id, Tag.parent_id, newest.label("changed")).where(newest.is_not(None))
    leading = having.cte(recursive=True)
    above = select(Tag.id, Tag.parent_id, leading.c.changed).join(leading, leading.c.parent_id == Tag.id)
    leading = leading.union(above)
    changed = func.max(leading.c.changed)
    query = select(Tag.slug, changed).join(leading, leading.c.id == Tag.id).where(_within(Tag.id, number))
    return [List(*row) for row in session.execute(query.group_by(Tag.id, Tag.slug).order_by(Tag.id))]


def series(session: Session, number: int, at: datetime) -> list[List]:
    """Series of a range that have a live part."""
    changed = select(func.max(Edition.updated_at)).where(Edition.series_id == Series.id, is_live(at))
    newest = changed.where(Edition.kind == PostKind.POST).correlate(Series).scalar_subquery()
    found = select(Series.slug, newest.label("newest")).where(_within(Series.id, number)).order_by(Series.id).subquery()
    return [List(*row) for row in session.execute(select(found).where(found.c.newest.is_not(None)))]


def authors(session: Session, number: int, at: datetime) -> list[List]:
    """People of a range who have a live post."""
    posts = select(Edition.published_at).where(is_live(at), is_dated(at), Edition.kind == PostKind.POST)
    posts = posts.where(Edition.author_id == User.id)
    newest = posts.order_by(*_NEWEST_FIRST).limit(1).correlate(User).scalar_subquery()
    people = select(User.username, newest.label("newest")).where(_within(User.id, number)).order_by(User.id).subquery()
    return [List(*row) for row in session.execute(select(people).where(people.c.newest.is_not(None)))]


IdColumn = InstrumentedAttribute[int]
_NEWEST_FIRST = (Edition.published_at.desc(), Edition.id.desc())
_NEVER: ColumnElement[Any] = null()


def _within(id_column: IdColumn, number: int) -> ColumnElement[bool]:
    return id_column.between((number - 1) * RANGE + 1, number * RANGE)


def _numbered(id_column: IdColumn, changed: ColumnElement[Any]) -> Select[Any]:
    number = ((id_column - 1) // literal(RANGE, Integer, literal_execute=True) + 1).label("number")
    return select(number, changed.label("changed")).group_by(number)
