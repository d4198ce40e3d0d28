"""When what readers see changes by itself: an edition begins or ends."""

from datetime import datetime
from functools import cache

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cms.posts.models import Edition
from cms.posts.queries import AT


def next_turn(session: Session, at: datetime) -> datetime | None:
    """The first such moment after this one, from two places of indexes; None where nothing is ahead."""
    moments = session.execute(_both(), {"at": at}).one()
    return min((moment for moment in moments if moment is not None), default=None)


@cache
def _both() -> Select[datetime, datetime | None]:
    begins = select(func.min(Edition.live_from)).where(Edition.live_from > AT)
    ends = select(func.min(Edition.live_until)).where(Edition.live_until > AT)
    return select(begins.scalar_subquery(), ends.scalar_subquery())
