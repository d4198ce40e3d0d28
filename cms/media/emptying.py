"""Emptying the trash for good: a row goes with its versions and copies, and bytes that no other row has go too."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from cms.audit.actions import record
from cms.media import words
from cms.media.models import Media, MediaVersion, Rendition
from cms.media.storage import Storage
from cms.references.models import MediaUse

#: Bytes that somebody sent a moment ago may get their row in the next.
FRESH = timedelta(hours=1)
#: How long a page that is open somewhere may still ask for a copy of before.
STALE = timedelta(days=1)


def trashed_before(session: Session, condition: ColumnElement[bool], *, most: int) -> Sequence[Media]:
    """Locked; what somebody is restoring is left to them."""
    query = select(Media).where(Media.trashed_at.is_not(None), condition).order_by(Media.trashed_at, Media.id)
    return session.scalars(query.limit(most).with_for_update(of=Media, skip_locked=True)).all()


def remove(session: Session, media: Media, *, at: datetime) -> set[str]:
    """For good, nothing in a column referring to it any more; returns the digests of the bytes that it had."""
    record(session, "media.delete", media, by=None, at=at, changes={"trashed_at": (media.trashed_at, None)})
    digests = {media.digest}
    for model in (MediaVersion, Rendition):
        digests |= set(session.scalars(select(model.digest).where(model.media_id == media.id)))
        session.execute(delete(model).where(model.media_id == media.id))
    words.forget(session, media)
    session.execute(delete(MediaUse).where(MediaUse.media_id == media.id))
    session.execute(delete(Media).where(Media.id == media.id))
    return digests


def remove_stale(session: Session, *, at: datetime, most: int) -> set[str]:
    """Copies that no page asks for since their file was changed; their digests."""
    stale = select(Rendition.id, Rendition.digest).where(Rendition.stale_at < at - STALE).order_by(Rendition.id)
    found = session.execute(stale.limit(most)).all()
    if found:
        session.execute(delete(Rendition).where(Rendition.id.in_([row.id for row in found])))
    return {row.digest for row in found}


def discard(session: Session, storage: Storage, digests: Iterable[str], *, at: datetime) -> None:
    """After the commit: delete bytes unless a row has them, or somebody has just sent them again."""
    left = set(digests)
    for model in (Media, MediaVersion, Rendition):
        left -= set(session.scalars(select(model.digest).where(model.digest.in_(left))))
    for digest in left:
        storage.delete(digest, before=at - FRESH)
