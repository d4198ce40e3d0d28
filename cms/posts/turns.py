"""When what readers see changes by itself: an edition begins or ends."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.posts.models import Edition


def next_turn(session: Session, at: datetime) -> datetime | None:
    """The first such moment after this one, from two places of indexes; None where nothing is ahead."""
    begins = select(func.min(Edition.live_from)).where(Edition.live_from > at)
    ends = select(func.min(Edition.live_until)).where(Edition.live_until > at)
    moments = session.execute(select(begins.scalar_subquery(), ends.scalar_subquery())).one()
    return min((moment for moment in moments if moment is not None), default=None)
