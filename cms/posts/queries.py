"""How posts and editions are found; every reader of working texts names the viewer."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, contains_eager, defer, joinedload, lazyload, selectinload

from cms import search
from cms.accounts.models import User
from cms.core.db import UTCDateTime, fits
from cms.core.errors import NotFound
from cms.core.i18n import _
from cms.posts.models import Edition, Post, PostKind, Revision, post_tags
from cms.posts.policy import PostPolicy
from cms.search import EDITIONS, POSTS
from cms.search.query import IdColumn
from cms.taxonomy.models import Tag


def get(session: Session, post_id: int, *, viewer: User | None, for_update: bool = False) -> Post:
    """One post with author, tags and image; NotFound also where the viewer may not know of it."""
    post = by_id(session, post_id, for_update=for_update)
    if post is None or not PostPolicy(viewer).may_view(post):
        raise NotFound(_("There is no such post, or you may not see it."))
    return post


def by_id(session: Session, post_id: int, *, for_update: bool = False) -> Post | None:
    """For the system itself; whoever acts for a person asks `get`."""
    if not fits(post_id):
        return None
    query = select(Post).where(Post.id == post_id).options(*loaded())
    if for_update:
        query = query.with_for_update(of=Post).execution_options(populate_existing=True)
    return session.scalar(query)


def viewable_by(viewer: User | None, kind: PostKind) -> Select[Post]:
    """The working texts of a kind that somebody may see, in no order."""
    return select(Post).where(PostPolicy(viewer).viewable(kind))


def about(session: Session, words: str, *, viewer: User | None, at: datetime, most: int) -> list[int] | None:
    """Ids of posts by the last part of their address, else of those that have these words, from one query.

    Words are looked for in the working text where the viewer may see it, and in what readers see. None where more than
    `most` places are found, a text counting twice that has the whole words: `has_words` asks each post by itself then.
    """
    whole = search.entries(session, POSTS, words, most + 1, whole=True)  # first, as SQLite finds many of these at once
    worked_on, shown = (search.entries(session, index, words, most + 1) for index in (POSTS, EDITIONS))
    may_see, is_read = (case((fits, 1), else_=0) for fits in (PostPolicy(viewer).viewable(), is_live(at)))
    parts = (
        select(literal("address"), Post.id, literal(1)).where(Post.slug == words),
        select(literal("worked on"), Post.id, may_see).join(whole, whole.c.id == Post.id),
        select(literal("worked on"), Post.id, may_see).join(worked_on, worked_on.c.id == Post.id),
        select(literal("shown"), Edition.post_id, is_read).join(shown, shown.c.id == Edition.id),
    )
    rows = session.execute(union_all(*parts).limit(most + 1)).all()
    if addressed := [post_id for part, post_id, _fits in rows if part == "address"]:
        return addressed
    if len(rows) > most:
        return None
    return sorted({post_id for _part, post_id, fits in rows if fits})


def has_words(
    session: Session, words: str, post_id: IdColumn, *, viewer: User | None, at: datetime
) -> ColumnElement[bool]:
    """The same for words that stand in many posts, of the post with this id."""
    # As values and not with EXISTS, which PostgreSQL would answer for every post there is before it begins.
    one: ColumnElement[int] = literal_column("1", Integer)
    worked_on = select(one).where(
        Post.id == post_id, search.having(session, POSTS, Post.id, words), PostPolicy(viewer).viewable()
    )
    shown = select(one).where(
        Edition.post_id == post_id, is_live(at), search.having(session, EDITIONS, Edition.id, words)
    )
    return or_(*(query.limit(1).scalar_subquery() == one for query in (worked_on, shown)))


def loaded() -> tuple:  # type: ignore[type-arg]  # loader options share no public type
    """What every screen that shows posts needs beside the row: four queries for any number of posts."""
    return (
        selectinload(Post.author).lazyload("*"),
        selectinload(Post.tags),
        selectinload(Post.featured_media),
        joinedload(Post.parent).options(lazyload("*"), defer(Post.body)),
        joinedload(Post.series),
    )


def listed() -> tuple:  # type: ignore[type-arg]  # loader options share no public type
    """For lists, which show neither images nor texts: a hundred of the longest would be a hundred megabytes."""
    _author, tags, _image, parent, series = loaded()
    return (joinedload(Post.author).lazyload("*"), tags, parent, series, defer(Post.body, raiseload=True))


def judged(query: Select[Post]) -> Select[Post]:
    """For a policy that judges posts of a record, in one query; rows are to be made unique."""
    author, _tags, parent, _series, text = listed()
    return each_with_tags(query).options(author, contains_eager(Post.tags), parent, text)


def each_with_tags(query: Select[Any]) -> Select[Any]:
    """A row for each tag of each post.

    One table after the other: SQLite makes a table of all tags of all posts first where both are joined as one, as the
    ORM would do it.
    """
    return query.outerjoin(post_tags, post_tags.c.post_id == Post.id).outerjoin(Tag, Tag.id == post_tags.c.tag_id)


def lacks_summary() -> ColumnElement[bool]:
    """Spelled out in the statement, so that the partial index of these serves it."""
    return Post.summary == literal("", literal_execute=True)


#: A moment, or what stands for it in a statement that is put together once and asked many times.
When = datetime | ColumnElement[datetime]
#: As columns of the table, so that what is read as plain rows can ask, too.
_EDITIONS = Edition.__table__.c
AT: ColumnElement[datetime] = bindparam("at", type_=UTCDateTime())


def is_live(at: When) -> ColumnElement[bool]:
    """Time as a predicate: the one condition under which anything is public."""
    return and_(_EDITIONS.live_from <= at, is_open(at))


def is_dated(at: When) -> ColumnElement[bool]:
    """Whatever is live is: no edition is dated after its own start.

    For what is read in the order of dates, which would meet all that is scheduled first. Never beside another bound
    from above: of two SQLite takes the first, wherever it lies.
    """
    return _EDITIONS.published_at <= at


def is_open(at: When) -> ColumnElement[bool]:
    """Live or ahead: what has ended is history and is never touched again."""
    return or_(_EDITIONS.live_until.is_(None), _EDITIONS.live_until > at)


def goes_on() -> ColumnElement[bool]:
    """`Edition.goes_on` as a WHERE clause."""
    return Edition.updated_at < Edition.live_from


def live_editions(at: When) -> Select[Edition]:
    """What visitors may see now, in no order."""
    return select(Edition).where(is_live(at))


def revision(session: Session, post: Post, number: int) -> Revision | None:
    if not fits(number):
        return None
    return session.scalar(revisions(post).where(Revision.number == number))


def revisions(post: Post) -> Select[Revision]:
    """Newest first, with who wrote them; each text is read where it is asked for."""
    return (
        select(Revision)
        .where(Revision.post_id == post.id)
        .options(selectinload(Revision.author).lazyload("*"), defer(Revision.snapshot))
        .order_by(Revision.number.desc())
    )


def tag_use(session: Session, tag_ids: Iterable[int], *, most: int | None = None) -> dict[int, int]:
    """How many posts and pages have each tag, in one query; counted no further than `most`."""
    some = select(post_tags.c.post_id).where(post_tags.c.tag_id == Tag.id).correlate(Tag).limit(most)
    count = select(func.count()).select_from(some.subquery()).scalar_subquery()
    rows = session.execute(select(Tag.id, count).where(Tag.id.in_(list(tag_ids))))
    return {tag_id: found for tag_id, found in rows}


def series_use(session: Session, series_ids: Iterable[int]) -> dict[int, int]:
    """How many posts each series has, drafts included; those without any are left out."""
    count = select(Post.series_id, func.count()).where(Post.series_id.in_(list(series_ids))).group_by(Post.series_id)
    return {series_id: found for series_id, found in session.execute(count) if series_id is not None}


def line_of_page(session: Session, page_id: int, *, lock: bool = False) -> list[int]:
    """A page and all above it as they are worked on; with a `lock` nobody moves any of them meanwhile."""
    line: list[int] = []
    here: int | None = page_id
    while here is not None and here not in line:
        line.append(here)
        above = select(Post.parent_id).where(Post.id == here)
        here = session.scalar(above.with_for_update(key_share=True) if lock else above)
    return line
