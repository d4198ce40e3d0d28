"""The parts of a series as readers see them: those that are live, in their order, counted without gaps.

A series has a bounded number of parts, so that each page of one may count them all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CTE, ColumnElement, func, literal, select, tuple_
from sqlalchemy.orm import Session

from cms.core.db import MAX_ID
from cms.posts import rows
from cms.posts.known import series_is_known
from cms.posts.models import PostKind
from cms.posts.public import Cursor
from cms.posts.queries import When, is_live
from cms.posts.rows import EDITIONS
from cms.posts.shown import Entry
from cms.series.models import Series

_E = EDITIONS.c
#: Where several parts have one number, the one that was published first comes first.
IN_ORDER = _E.series_position, _E.published_at, _E.post_id

_PLACE = re.compile(r"([0-9]{1,10})-(.+)")


@dataclass(frozen=True)
class Place:
    """Where the next page of a series begins: after this part. Its text is opaque to readers."""

    position: int
    published_at: datetime
    post_id: int

    def __str__(self) -> str:
        return f"{self.position}-{Cursor(self.published_at, self.post_id)}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """None where the text was not written by `str`."""
        match = _PLACE.fullmatch(text)
        cursor = Cursor.read(match[2]) if match else None
        if match is None or cursor is None or int(match[1]) > MAX_ID:
            return None
        return cls(int(match[1]), cursor.published_at, cursor.edition_id)


@dataclass(frozen=True)
class Part:
    """A post of a series, and its number among those that readers see."""

    number: int
    edition: Entry


@dataclass(frozen=True)
class Page:
    """Some of the parts of a series, how many there are in all, and where the next page begins."""

    parts: Sequence[Part]
    total: int
    further: Place | None


def series_named(session: Session, slug: str, at: datetime) -> Series | None:
    """A series by its slug; None also where no part is live, as its title may be part of what nobody published."""
    return session.scalar(select(Series).where(Series.slug == slug, series_is_known(at)))


def numbered(series_id: int | ColumnElement[int], at: When) -> CTE:
    """Ids of the live parts, with the number of each and how many there are."""
    rank = func.row_number().over(order_by=IN_ORDER)
    parts = select(_E.id, _E.post_id, rank.label("number"), func.count().over().label("total"))
    here = _E.series_id == series_id
    return parts.where(here, is_live(at), _E.kind == PostKind.POST).cte("numbered")


def page(session: Session, series: Series, at: datetime, *, most: int, after: Place | None = None) -> Page:
    """Live parts in their order, without their texts: the first ones, or those after a place."""
    count = numbered(series.id, at)
    query = rows.entries(count.c.number, count.c.total, of=EDITIONS.join(count, count.c.id == _E.id))
    if after is not None:
        query = query.where(_comes_after(after))
    found = session.execute(query.order_by(count.c.number).limit(most + 1)).all()
    parts = [Part(row.number, rows.entry(row)) for row in found[:most]]
    further = _place_of(parts[-1].edition) if len(found) > most else None
    return Page(parts, found[0].total if found else 0, further)


def _comes_after(place: Place) -> ColumnElement[bool]:
    values = zip((place.position, place.published_at, place.post_id), IN_ORDER, strict=True)
    return tuple_(*IN_ORDER) > tuple_(*(literal(value, column.type) for value, column in values))


def _place_of(edition: Entry) -> Place:
    return Place(edition.series_position or 0, edition.published_at, edition.post_id)
