"""How subscribers are found."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from cms.accounts.names import fold_email
from cms.subscriptions.models import Subscriber, subscriber_tags
from cms.taxonomy.models import Tag


def by_email(session: Session, email: str) -> Subscriber | None:
    return session.scalar(select(Subscriber).where(Subscriber.email == fold_email(email)))


def by_key(session: Session, key: str) -> Subscriber | None:
    """Whoever the link of a mail belongs to."""
    return session.scalar(select(Subscriber).where(Subscriber.key == key)) if len(key) <= 40 else None


def any_subscriber(session: Session) -> bool:
    return session.scalar(select(Subscriber.id).limit(1)) is not None


def next_keys(session: Session, tag_ids: Collection[int], after: int, *, most: int) -> Sequence[tuple[int, str]]:
    """The next who asked for all posts or for one of these tags, in the order of their ids."""
    query = select(Subscriber.id, Subscriber.key).where(Subscriber.id > after, _asked_for(tag_ids))
    return [(row.id, row.key) for row in session.execute(query.order_by(Subscriber.id).limit(most))]


def with_above(session: Session, tag_ids: Collection[int]) -> set[int]:
    """These tags and all above them: a tag has the posts of those below it."""
    found, looking = set(tag_ids), set(tag_ids)
    while looking:
        parents = select(Tag.parent_id).where(Tag.id.in_(looking), Tag.parent_id.is_not(None))
        looking = {tag_id for tag_id in session.scalars(parents) if tag_id is not None} - found
        found |= looking
    return found


def tags_of(session: Session, subscriber_ids: Collection[int]) -> dict[int, list[str]]:
    """Names of tags by subscriber."""
    pairs = select(subscriber_tags.c.subscriber_id, Tag.name).join(Tag, Tag.id == subscriber_tags.c.tag_id)
    found: dict[int, list[str]] = {}
    for subscriber_id, name in session.execute(
        pairs.where(subscriber_tags.c.subscriber_id.in_(subscriber_ids)).order_by(Tag.name)
    ):
        found.setdefault(subscriber_id, []).append(name)
    return found


def _asked_for(tag_ids: Collection[int]) -> ColumnElement[bool]:
    theirs = subscriber_tags.c.subscriber_id == Subscriber.id
    return or_(Subscriber.everything, exists().where(theirs, subscriber_tags.c.tag_id.in_(tag_ids)))
