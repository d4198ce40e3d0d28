"""What to read after a post: its neighbours in time and in its series, and what shares its tags."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from cms.core.db import UTCDateTime
from cms.core.planning import few
from cms.posts import rows
from cms.posts.models import PostKind, edition_tags
from cms.posts.parts import Part, numbered
from cms.posts.public import NEWEST_FIRST, beside
from cms.posts.queries import AT, is_dated, is_live
from cms.posts.rows import EDITIONS
from cms.posts.shown import Entry, Serial, Story

RELATED = 3
#: Only so many tags, and so many of the newest editions of each, are counted for related posts; of those that share the
#: most, so many that are live.
RELATED_TAGS, RELATED_PER_TAG, RELATED_LIVE = 5, 100, 24
#: Of a long series only so many parts on either side are listed beside one of them.
PARTS_BESIDE = 10

_E = EDITIONS.c
OLDEST_FIRST = _E.published_at, _E.id

_POST: ColumnElement[int] = bindparam("post", type_=Integer())
_OTHERS = (is_live(AT), _E.kind == PostKind.POST, _E.post_id != _POST)


@dataclass(frozen=True)
class InSeries:
    """Which part of how many this is, and the parts that stand near it, itself among them."""

    series: Serial
    number: int
    total: int
    parts: Sequence[Part]

    @property
    def earlier(self) -> Part | None:
        """The part before this one."""
        return next((part for part in self.parts if part.number == self.number - 1), None)

    @property
    def later(self) -> Part | None:
        """The part after this one."""
        return next((part for part in self.parts if part.number == self.number + 1), None)


@dataclass(frozen=True)
class Around:
    """The posts before and after it in time, those that share its tags, and its place in a series."""

    earlier: Entry | None
    later: Entry | None
    related: Sequence[Entry]
    in_series: InSeries | None


def around(session: Session, story: Story, at: datetime) -> Around:
    """One query, whose cost does not grow with the number of posts."""
    tags = {f"tag_{number}": tag.id for number, tag in enumerate(story.tags[:RELATED_TAGS])}
    here = {"post": story.post_id, "edition": story.id, "published_at": story.published_at}
    asked = tags | here | {"at": at} | ({"series": story.series_id} if story.series_id else {})
    found: dict[str, list[Entry]] = {"earlier": [], "later": [], "related": []}
    parts: dict[int, Part] = {}
    total = 0
    for row in session.execute(_query(len(tags), story.series_id is not None), asked):
        other, total = rows.entry(row), max(total, row.total)
        if row.role == "part":
            parts[row.rank] = Part(row.rank, other)
        else:
            found[row.role].append(other)
    in_series = _in_series(story, [parts[number] for number in sorted(parts)], total)
    return Around(next(iter(found["earlier"]), None), next(iter(found["later"]), None), found["related"], in_series)


def _in_series(story: Story, parts: Sequence[Part], total: int) -> InSeries | None:
    """None where it is in no series, or not live, as what is rehearsed."""
    here = next((part for part in parts if part.edition.post_id == story.post_id), None)
    if story.series is None or here is None:
        return None
    return InSeries(story.series, here.number, total, parts)


@cache
def _query(tags: int, is_part: bool) -> Select[Any]:
    """For so many tags; put together once, which takes longer than to ask it."""
    picks = union_all(*_picks(tags, is_part)).subquery()
    about = picks.c.role, picks.c.rank, picks.c.total
    query = rows.entries(*about, of=EDITIONS.join(picks, picks.c.id == _E.id), tags=False)
    return query.order_by(picks.c.rank.desc(), *NEWEST_FIRST)


def _picks(tags: int, is_part: bool) -> list[Select[Any]]:
    """Ids with the role each plays; every part is limited, so that none walks a whole table."""
    here = (bindparam("published_at", type_=UTCDateTime()), bindparam("edition", type_=Integer()))
    others = select(_E.id).where(*_OTHERS).limit(few(1))
    picks = [
        _as_pick(others.where(beside(*here, is_earlier=True)).order_by(*NEWEST_FIRST), "earlier"),
        _as_pick(others.where(beside(*here, is_earlier=False), is_dated(AT)).order_by(*OLDEST_FIRST), "later"),
    ]
    if tags:
        picks.append(_related(tags))
    if is_part:
        picks.append(_parts())
    return picks


def _as_pick(query: Select[Any], role: str) -> Select[Any]:
    found = query.subquery()
    return select(found.c.id, literal(role).label("role"), literal(0).label("rank"), literal(0).label("total"))


def _parts() -> Select[Any]:
    """It and those beside it, in the order of the series."""
    count = numbered(bindparam("series", type_=Integer()), AT)
    here = select(count.c.number).where(count.c.post_id == _POST).scalar_subquery()
    near = count.c.number.between(here - PARTS_BESIDE, here + PARTS_BESIDE)
    return select(count.c.id, literal("part"), count.c.number, count.c.total).where(near)


def _related(tags: int) -> Select[Any]:
    """Posts that share the most tags; where several share as many, the newest of those that were changed last.

    What ended is left out after the tags are counted, one edition after the other until there are enough: to look at
    each of hundreds took longer than all the rest. For that, both databases read a part in the order that it has.
    """
    links = union_all(*(select(_latest(f"tag_{number}")) for number in range(tags))).subquery()
    count = func.count()
    shared = select(links.c.edition_id, count.label("shared")).group_by(links.c.edition_id)
    ranked = shared.order_by(count.desc(), links.c.edition_id.desc()).subquery()
    when = select(_E.published_at).where(_E.id == ranked.c.edition_id, *_OTHERS).correlate(ranked).scalar_subquery()
    dated = select(ranked, when.label("published_at")).subquery()
    live = select(dated).where(dated.c.published_at.is_not(None)).limit(few(RELATED_LIVE)).subquery()
    newest = live.c.shared.desc(), live.c.published_at.desc(), live.c.edition_id.desc()
    first = select(live.c.edition_id, live.c.shared).order_by(*newest).limit(few(RELATED)).subquery()
    return select(first.c.edition_id, literal("related"), first.c.shared, literal(0))


def _latest(tag: str) -> FromClause:
    """What was published last with a tag, over or not: a post that is published each hour is in it all over."""
    link = edition_tags.c
    mine = select(link.edition_id).where(link.tag_id == bindparam(tag, type_=Integer()))
    return mine.order_by(link.edition_id.desc()).limit(few(RELATED_PER_TAG)).subquery()
