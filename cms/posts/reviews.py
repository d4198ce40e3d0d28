"""What a reviewer said: the note that a text was sent back with, as long as it has not moved on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.models import Event
from cms.posts.lifecycle import DRAFT, PostMove
from cms.posts.models import Post, PostKind

_MOVES = [f"{kind}.{move}" for kind in PostKind for move in PostMove]
_SENT_BACK = [f"{kind}.{PostMove.SEND_BACK}" for kind in PostKind]


@dataclass(frozen=True)
class SentBack:
    """Who sent a text back, when, and with which words, if any."""

    by: str
    at: datetime
    note: str


def sent_back(session: Session, posts: Iterable[Post]) -> dict[int, SentBack]:
    """By post, in one query; only drafts whose last move was to be sent back by somebody other than their author."""
    authors = {post.id: post.author_id for post in posts if post.status is DRAFT}
    if not authors:
        return {}
    newest = (
        select(func.max(Event.id))
        .where(Event.subject_type == Post.__tablename__, Event.subject_id.in_(authors), Event.verb.in_(_MOVES))
        .group_by(Event.subject_id)
    )
    rows = session.execute(
        select(Event.subject_id, Event.actor_id, Event.at, Event.changes, User.display_name, User.username)
        .outerjoin(User, User.id == Event.actor_id)
        .where(Event.id.in_(newest), Event.verb.in_(_SENT_BACK))
    )
    return {
        post_id: SentBack(name or username or "", at, (changes.get("note") or ["", ""])[1])
        for post_id, actor_id, at, changes, name, username in rows
        if actor_id != authors[post_id]
    }
