"""When what readers see changes by itself: an edition begins or ends, or a post is too old for comments."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.posts.models import Edition


def next_turn(session: Session, at: datetime, *, comments_days: int) -> datetime | None:
    """The first such moment after this one, from three places of indexes; None where nothing is ahead.

    `comments_days` is how long posts take comments, 0 for ever. Some turns change no page, and none is missed.
    """
    begins = select(func.min(Edition.live_from)).where(Edition.live_from > at)
    ends = select(func.min(Edition.live_until)).where(Edition.live_until > at)
    open_for = timedelta(days=comments_days)
    newer = select(func.min(Edition.published_at)).where(Edition.published_at > at - open_for, Edition.kind == "post")
    row = session.execute(select(*(query.scalar_subquery() for query in (begins, ends, newer)))).one()
    starts, stops, published = tuple(row)
    closes = published + open_for if published is not None and comments_days else None
    return min((moment for moment in (starts, stops, closes) if moment is not None), default=None)
