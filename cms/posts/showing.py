"""What readers gain and lose: told by the event that did it at once, and by time itself where it was planned.

An event of a move holds what was live and ahead before and after it, so that undoing tells the truth as well.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.core.planning import BY_KEY, few
from cms.posts.models import Edition, Post, PostKind, Revision

#: Editions of one post that begin together are put a little apart; that is still now.
NOW = timedelta(milliseconds=1)


class Showing(StrEnum):
    """What became of a text for readers."""

    PUBLISHED = "published"
    UPDATED = "updated"
    UNPUBLISHED = "unpublished"


@dataclass(frozen=True)
class Turn:
    """One such moment. `edition` is what readers see then; where that is nothing, what they saw last, if it is kept."""

    what: Showing
    kind: PostKind
    post_id: int
    at: datetime
    edition: Edition | None
    version: int | None


def by_event(session: Session, event: Event) -> Turn | None:
    """What an event changed for readers at once; None where that is nothing."""
    if "editions" not in event.changes or event.subject_id is None:
        return None
    before, after = (_live(stretches, event.at + NOW) for stretches in event.changes["editions"])
    if before == after:
        return None
    what = Showing.UNPUBLISHED if after is None else Showing.UPDATED if before else Showing.PUBLISHED
    return _turn(session, what, event.subject_id, event.at + NOW, event.at)


def moments_ahead(event: Event) -> list[datetime]:
    """When time will do something that this event planned."""
    stretches = event.changes["editions"][1] if "editions" in event.changes else []
    moments = (_moment(stretch[name]) for stretch in stretches for name in ("live_from", "live_until"))
    return sorted({moment for moment in moments if moment is not None and moment > event.at + NOW})


def by_time(session: Session, post_id: int, moment: datetime, at: datetime) -> Turn | None:
    """What turned for readers at a moment that was planned; None where it was called off, or changed again since."""
    of_post = select(Edition.id).where(Edition.post_id == post_id)
    begins = session.scalar(of_post.where(Edition.live_from == moment)) is not None
    ends = session.scalar(of_post.where(Edition.live_until == moment)) is not None
    is_shown = edition_now(session, post_id, at) is not None
    if begins and is_shown:
        return _turn(session, Showing.UPDATED if ends else Showing.PUBLISHED, post_id, at, moment)
    if ends and not begins and not is_shown:
        return _turn(session, Showing.UNPUBLISHED, post_id, at, moment)
    return None


def edition_now(session: Session, post_id: int, at: datetime) -> Edition | None:
    """What readers see of it; None where they see nothing."""
    edition = session.scalar(_newest(post_id, at))
    return edition if edition is not None and edition.is_live(at) else None


def _turn(session: Session, what: Showing, post_id: int, seen_at: datetime, at: datetime) -> Turn:
    session.flush()
    numbered = _newest(post_id, seen_at).add_columns(Revision.number)
    row = session.execute(numbered.join(Revision, Revision.id == Edition.revision_id)).first()
    edition, version = row if row is not None else (None, None)
    return Turn(what, session.get_one(Post, post_id).kind, post_id, at, edition, version)


def _newest(post_id: int, at: datetime) -> Select[Edition]:
    """What readers saw last, be that now or long ago."""
    begun = select(Edition).where(Edition.post_id == post_id, Edition.live_from <= at)
    return begun.order_by(Edition.live_from.desc()).limit(few(1)).execution_options(**BY_KEY)


def _live(stretches: list[dict[str, Any]], at: datetime) -> tuple[int, str] | None:
    """What of it readers see at this moment."""
    for stretch in stretches:
        begins, ends = datetime.fromisoformat(stretch["live_from"]), _moment(stretch["live_until"])
        if begins <= at and (ends is None or at < ends):
            return stretch["revision_id"], stretch["live_from"]
    return None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None
