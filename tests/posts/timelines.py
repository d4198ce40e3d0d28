"""What readers see of a post, where, and when."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from cms.posts.models import Edition, Post

Stretch = tuple[str, datetime, datetime | None]


def timeline(session: Session, post: Post) -> list[Stretch]:
    """Every edition in order: its title, its beginning and its end."""
    return [(edition.title, edition.live_from, edition.live_until) for edition in editions(session, post)]


def paths(session: Session, post: Post) -> list[Stretch]:
    """Every edition in order: its address, its beginning and its end."""
    return [(edition.path, edition.live_from, edition.live_until) for edition in editions(session, post)]


def editions(session: Session, post: Post) -> list[Edition]:
    rows = select(Edition).where(Edition.post_id == post.id).order_by(Edition.live_from)
    rows = rows.options(selectinload(Edition.tags))
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def shown(session: Session, post: Post, at: datetime) -> Edition | None:
    """What readers see at a moment; two at once would be an error."""
    live = [edition for edition in editions(session, post) if edition.is_live(at)]
    assert len(live) <= 1
    return live[0] if live else None
