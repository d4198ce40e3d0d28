"""Posts, comments and reads over the last weeks, as bars that need no script and a table for who cannot see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Date, Select, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from cms.accounts.models import User
from cms.accounts.policy import PlainPolicy
from cms.comments.lifecycle import APPROVED
from cms.comments.models import Comment
from cms.core.db import UTCDateTime
from cms.core.i18n import N_
from cms.core.permissions import Permission
from cms.extensions import db
from cms.posts.models import Post, PostKind, SiteReads
from cms.posts.standing import is_showing

DAYS = 28
HEIGHT = 48


@dataclass(frozen=True)
class Bar:
    """One day: its number, and how high it stands in units of the drawing."""

    day: date
    number: int
    height: int


@dataclass(frozen=True)
class Chart:
    """One figure over the days, the oldest first."""

    label: str
    bars: list[Bar]

    @property
    def total(self) -> int:
        return sum(bar.number for bar in self.bars)


def charts(person: User, at: datetime) -> list[Chart]:
    """One query whatever the size: figures that readers could count themselves, and reads for who oversees them."""
    today = at.astimezone(UTC).date()
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    calendar = _calendar(days)
    live = (Post.kind == PostKind.POST, Post.trashed_at.is_(None), is_showing(at))
    asked = {
        N_("Posts published"): _per_day(calendar, Post.published_at, *live),
        N_("Comments"): _per_day(calendar, Comment.created_at, Comment.status == APPROVED),
    }
    if PlainPolicy(person).may_any(Permission.POST_PUBLISH, Permission.AUDIT_VIEW):
        asked[N_("Reads")] = select(SiteReads.day, SiteReads.reads).where(SiteReads.day >= days[0])
    some = (query.subquery() for query in asked.values())
    parts = (select(literal(label), *rows.c) for label, rows in zip(asked, some, strict=True))
    numbers: dict[str, dict[date, int]] = {label: {} for label in asked}
    for label, day, number in db.session.execute(union_all(*parts)):
        numbers[label][day] = number
    return [_chart(label, days, found) for label, found in numbers.items()]


def _calendar(days: Iterable[date]) -> CTE:
    """Each day with its first moment and that of the next, in UTC."""
    begins = ((day, datetime.combine(day, time(), UTC)) for day in days)
    rows = (
        select(
            literal(day, Date()).label("day"),
            literal(begin, UTCDateTime()).label("begins"),
            literal(begin + timedelta(days=1), UTCDateTime()).label("ends"),
        )
        for day, begin in begins
    )
    return union_all(*rows).cte("calendar")


def _per_day(calendar: CTE, moment: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]) -> Select[Any, int]:
    """Counted between two places of the index that the lists are sorted by: to sort by day would take far longer."""
    day = calendar.c
    number = select(func.count()).where(moment >= day.begins, moment < day.ends, *conditions)
    return select(day.day, number.correlate(calendar).scalar_subquery())


def _chart(label: str, days: Iterable[date], numbers: dict[date, int]) -> Chart:
    most = max([*numbers.values(), 1])
    return Chart(label, [Bar(day, n := numbers.get(day, 0), -(-n * HEIGHT // most)) for day in days])
