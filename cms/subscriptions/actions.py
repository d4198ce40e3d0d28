"""Joining, leaving, and what owners do. No event names an address: what was forgotten stays forgotten."""

import secrets
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.accounts.names import clean_email
from cms.audit.actions import record
from cms.core.decision import require
from cms.core.errors import Conflict
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.subscriptions.models import Subscriber, subscriber_tags
from cms.subscriptions.policy import SubscriberPolicy
from cms.subscriptions.queries import by_email
from cms.taxonomy.models import Tag


def confirm(session: Session, email: str, tag_id: int | None, *, at: datetime) -> Subscriber:
    """The reader has said yes to all posts, or to those with a tag; to say it twice changes nothing."""
    if tag_id is not None and session.scalar(select(Tag.id).where(Tag.id == tag_id)) is None:
        raise Conflict(_("This tag is not there any more."))
    known = by_email(session, email)
    subscriber = known or Subscriber(email=clean_email(email), key=secrets.token_urlsafe(24), created_at=at)
    session.add(subscriber)
    session.flush()
    if tag_id is None:
        subscriber.everything = True
    else:
        _add_tag(session, subscriber, tag_id)
    if known is None:
        record(session, "subscriber.join", subscriber, by=None, at=at)
    return subscriber


def leave(session: Session, subscriber: Subscriber, *, at: datetime) -> None:
    """Their address goes at once, whatever they asked for."""
    record(session, "subscriber.leave", subscriber, by=None, at=at)
    _forget(session, subscriber)


def remove(session: Session, subscriber: Subscriber, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """An owner takes somebody off the list; like whoever leaves, they are forgotten."""
    require(SubscriberPolicy(by).may(Permission.USER_MANAGE, subscriber))
    record(session, "subscriber.remove", subscriber, by=by, at=at, batch_id=batch_id)
    _forget(session, subscriber)


def _add_tag(session: Session, subscriber: Subscriber, tag_id: int) -> None:
    theirs = select(subscriber_tags).where(
        subscriber_tags.c.subscriber_id == subscriber.id, subscriber_tags.c.tag_id == tag_id
    )
    if session.execute(theirs).first() is None:
        session.execute(insert(subscriber_tags).values(subscriber_id=subscriber.id, tag_id=tag_id))


def _forget(session: Session, subscriber: Subscriber) -> None:
    session.execute(delete(subscriber_tags).where(subscriber_tags.c.subscriber_id == subscriber.id))
    session.delete(subscriber)
    session.flush()
