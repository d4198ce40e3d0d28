"""What a search is narrowed to, and can be: what the first of its results have in common, read as plain rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Integer,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from cms import search
from cms.accounts.models import User
from cms.core.gathering import gathered
from cms.posts import rows
from cms.posts.models import PostKind, edition_tags
from cms.posts.queries import AT, is_live
from cms.posts.rows import EDITIONS
from cms.posts.shown import Label, Story, Writer
from cms.taxonomy.models import Tag

#: Results that are looked at.
LOOKED_AT, MOST_TAGS, MOST_AUTHORS = 100, 8, 5
_E, _TAGS, _USERS = EDITIONS.c, Tag.__table__, User.__table__
_TAG, _AUTHOR = range(2)


@dataclass(frozen=True)
class Tagged:
    """A tag, and the ids of all tags that count as it: its own, and those below."""

    tag: Label
    ids: frozenset[int]


@dataclass(frozen=True)
class Page:
    """Some results, and what the first of all have in common; of that, nothing that was not asked for."""

    texts: Sequence[Story] = ()
    tags: Sequence[Label] = field(default_factory=list)
    authors: Sequence[Writer] = field(default_factory=list)


def named(session: Session, slug: str, username: str, at: datetime) -> tuple[Tagged | None, Writer | None]:
    """The tag and the author that a search is narrowed to, in one query.

    None where there is nothing to read of them: the name of a tag may be part of a text that nobody published.
    """
    if not slug and not username:
        return None, None
    found = session.execute(_named(), {"slug": slug or None, "username": username or None, "at": at}).all()
    family = [Label._make(row[2:6]) for row in found if row[0] == _TAG]
    authors = [Writer._make(row[2:7]) for row in found if row[0] == _AUTHOR and row[1]]
    has_posts = any(row[1] for row in found if row[0] == _TAG)
    tag = next((label for label in family if label.slug == slug and has_posts), None)
    tagged = Tagged(tag, frozenset(label.id for label in family)) if tag is not None else None
    return tagged, authors[0] if authors else None


@cache
def _named() -> CompoundSelect[Any]:
    """Put together once, which takes longer than to ask it."""
    below = select(_TAGS.c.id).where(_TAGS.c.slug == bindparam("slug")).cte("below", recursive=True)
    below = below.union(select(_TAGS.c.id).where(_TAGS.c.parent_id == below.c.id))
    tagging = select(edition_tags.c.tag_id).join(EDITIONS, _E.id == edition_tags.c.edition_id)
    has_posts = tagging.where(edition_tags.c.tag_id == _TAGS.c.id, is_live(AT), _E.kind == PostKind.POST).exists()
    has_texts = select(_E.id).where(is_live(AT), _E.author_id == _USERS.c.id).exists()
    tags = _part(_TAG, has_posts, _TAGS, Label._fields).add_columns(null())
    authors = _part(_AUTHOR, has_texts, _USERS, Writer._fields)
    return union_all(
        tags.where(_TAGS.c.id.in_(select(below.c.id))), authors.where(_USERS.c.username == bindparam("username"))
    )


def _part(kind: int, has: ColumnElement[bool], of: FromClause, names: Iterable[str]) -> Select[Any]:
    return select(literal_column(str(kind), Integer), has, *(of.c[name] for name in names))


def page(session: Session, ids: Sequence[int], shown: slice, *, tags: bool, authors: bool) -> Page:
    """What is shown of some of these results, in this order, with what the first of all have in common: one query."""
    wanted = ids[shown]
    if not wanted:
        return Page()
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    given = {"ids": list(wanted), "first": wanted[0], "looked_at": search.listed(ids[:LOOKED_AT], is_sqlite=is_sqlite)}
    found = session.execute(_page(is_sqlite, MOST_TAGS if tags else 0, MOST_AUTHORS if authors else 0), given).all()
    stories = {row[0]: rows.story(row) for row in found}
    [(some_tags, some_authors)] = [row[-2:] for row in found if row[0] == wanted[0]] or [(None, None)]
    return Page(
        [stories[one] for one in wanted if one in stories],
        [Label._make(one) for one in some_tags or ()],
        [Writer._make(one) for one in some_authors or ()],
    )


@cache
def _page(is_sqlite: bool, tags: int, authors: int) -> Select[Any]:
    """With what is in common told once, beside the first text, since it is the same for all; of texts found live."""
    common = [_tags_of(is_sqlite, tags) if tags else null(), _authors_of(is_sqlite, authors) if authors else null()]
    told_once = (case((_E.id == bindparam("first"), one), else_=null()) for one in common)
    return rows.stories().where(_E.id.in_(bindparam("ids", expanding=True))).add_columns(*told_once)


def _tags_of(is_sqlite: bool, most: int) -> ColumnElement[Any]:
    """The tags that most of the first results have."""
    tagging = edition_tags.c
    frequent = _frequent(is_sqlite, _TAGS, Label._fields, tagging.tag_id, tagging.edition_id)
    return gathered(frequent.order_by(_TAGS.c.name).limit(literal_column(str(most), Integer)))


def _authors_of(is_sqlite: bool, most: int) -> ColumnElement[Any]:
    """Who wrote most of the first results."""
    its = EDITIONS.alias("its").c
    frequent = _frequent(is_sqlite, _USERS, Writer._fields, its.author_id, its.id)
    return gathered(frequent.order_by(_USERS.c.username).limit(literal_column(str(most), Integer)))


def _frequent(
    is_sqlite: bool, of: FromClause, names: Sequence[str], counted: ColumnElement[int], edition_id: ColumnElement[int]
) -> Select[Any]:
    """Rows that these editions name in the counted column, those first that most of them name."""
    first = search.among_given(edition_id, "looked_at", is_sqlite=is_sqlite)
    times = select(counted.label("id"), func.count().label("times")).where(first).group_by(counted).subquery()
    columns = (of.c[name] for name in names)
    return select(*columns).join_from(of, times, times.c.id == of.c.id).order_by(times.c.times.desc())
