"""What to read after a post: its neighbours in time and in its series, and what shares its tags."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from cms.core.db import UTCDateTime
from cms.posts.models import Edition, PostKind, edition_tags
from cms.posts.parts import Part, numbered
from cms.posts.public import NEWEST_FIRST, as_listed, beside
from cms.posts.queries import AT, is_live
from cms.series.models import Series

RELATED = 3
#: Only so many tags, and so many of the newest editions of each, are looked at for related posts.
RELATED_TAGS, RELATED_PER_TAG = 5, 40
#: Of a long series only so many parts on either side are listed beside one of them.
PARTS_BESIDE = 10

OLDEST_FIRST = Edition.published_at, Edition.id

_POST: ColumnElement[int] = bindparam("post", type_=Integer())
_OTHERS = (is_live(AT), Edition.kind == PostKind.POST, Edition.post_id != _POST)


@dataclass(frozen=True)
class InSeries:
    """Which part of how many this is, and the parts that stand near it, itself among them."""

    series: Series
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

    earlier: Edition | None
    later: Edition | None
    related: Sequence[Edition]
    in_series: InSeries | None


def around(session: Session, edition: Edition, at: datetime) -> Around:
    """One query, whose cost does not grow with the number of posts."""
    tags = {f"tag_{number}": tag.id for number, tag in enumerate(edition.tags[:RELATED_TAGS])}
    here = {"post": edition.post_id, "edition": edition.id, "published_at": edition.published_at}
    asked = tags | here | {"at": at} | ({"series": edition.series_id} if edition.series_id else {})
    rows = session.execute(_query(len(tags), edition.series_id is not None), asked).all()
    found: dict[str, list[Edition]] = {"earlier": [], "later": [], "related": []}
    parts: dict[int, Part] = {}
    for other, role, rank, _total in rows:
        if role == "part":
            parts[rank] = Part(rank, other)
        else:
            found[role].append(other)
    total = max((row.total for row in rows), default=0)
    in_series = _in_series(edition, [parts[number] for number in sorted(parts)], total)
    return Around(next(iter(found["earlier"]), None), next(iter(found["later"]), None), found["related"], in_series)


def _in_series(edition: Edition, parts: Sequence[Part], total: int) -> InSeries | None:
    """None where it is in no series, or not live, as what is rehearsed."""
    here = next((part for part in parts if part.edition.post_id == edition.post_id), None)
    if edition.series is None or here is None:
        return None
    return InSeries(edition.series, here.number, total, parts)


@cache
def _query(tags: int, is_part: bool) -> Select[Any]:
    """For so many tags; put together once, which takes longer than to ask it."""
    picks = union_all(*_picks(tags, is_part)).subquery()
    return (
        select(Edition, picks.c.role, picks.c.rank, picks.c.total)
        .join(picks, picks.c.id == Edition.id)
        .options(*as_listed(with_text=False, tags=False))
        .order_by(picks.c.rank.desc(), *NEWEST_FIRST)
    )


def _picks(tags: int, is_part: bool) -> list[Select[Any]]:
    """Ids with the role each plays; every part is limited, so that none walks a whole table."""
    here = (bindparam("published_at", type_=UTCDateTime()), bindparam("edition", type_=Integer()))
    others = select(Edition.id).where(*_OTHERS)
    picks = [
        _as_pick(others.where(beside(*here, is_earlier=True)).order_by(*NEWEST_FIRST).limit(1), "earlier"),
        _as_pick(others.where(beside(*here, is_earlier=False)).order_by(*OLDEST_FIRST).limit(1), "later"),
    ]
    if tags:
        picks.append(_related(tags))
    if is_part:
        picks.append(_parts())
    return picks


def _as_pick(query: Select[Any], role: str) -> Select[Any]:
    rows = query.subquery()
    return select(rows.c.id, literal(role).label("role"), literal(0).label("rank"), literal(0).label("total"))


def _parts() -> Select[Any]:
    """It and those beside it, in the order of the series."""
    count = numbered(bindparam("series", type_=Integer()), AT)
    here = select(count.c.number).where(count.c.post_id == _POST).scalar_subquery()
    near = count.c.number.between(here - PARTS_BESIDE, here + PARTS_BESIDE)
    return select(count.c.id, literal("part"), count.c.number, count.c.total).where(near)


def _related(tags: int) -> Select[Any]:
    """Posts that share the most tags; where several share as many, the newest."""
    latest = [
        select(edition_tags.c.edition_id)
        .where(edition_tags.c.tag_id == bindparam(f"tag_{number}", type_=Integer()))
        .order_by(edition_tags.c.edition_id.desc())
        .limit(RELATED_PER_TAG)
        .subquery()
        for number in range(tags)
    ]
    candidates = union_all(*(select(rows.c.edition_id) for rows in latest)).subquery()
    rows = (
        select(Edition.id, func.count().label("shared"))
        .join(candidates, candidates.c.edition_id == Edition.id)
        .where(*_OTHERS)
        .group_by(Edition.id)
        .order_by(func.count().desc(), *NEWEST_FIRST)
        .limit(RELATED)
        .subquery()
    )
    return select(rows.c.id, literal("related"), rows.c.shared, literal(0))
