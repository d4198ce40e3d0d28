"""Pictures of people: everybody may have one, and it goes with whoever is erased."""

from dataclasses import asdict
from datetime import datetime
from pathlib import PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.actions.own import set_avatar
from cms.accounts.models import User
from cms.audit.actions import Changes, record
from cms.audit.models import Event
from cms.media import words
from cms.media.actions import Prepared
from cms.media.models import Media


def take(session: Session, prepared: Prepared, *, by: User, at: datetime) -> Media:
    """Make a file one's own picture, which needs no right to the library; nothing in it says whose face it is."""
    unnamed = {"title": "", "filename": _unnamed(prepared.filename), "decorative": True}
    media = Media(**asdict(prepared) | unnamed, uploaded_by_id=by.id, created_at=at, updated_at=at)
    session.add(media)
    words.put(session, media)
    shown = ("filename", "mime", "bytes", "digest")
    record(session, "media.add", media, by=by, at=at, changes={name: (None, getattr(media, name)) for name in shown})
    set_avatar(session, by, media.id, at=at)
    return media


def of(session: Session, person: User) -> list[Media]:
    """Every picture that this person has or had, as the record tells it."""
    about = (Event.subject_type == User.__tablename__) & (Event.subject_id == person.id) & (Event.verb == "user.edit")
    changes = session.scalars(select(Event.changes).where(about))
    ids = {media_id for change in changes for media_id in change.get("avatar_id", ()) if media_id}
    if person.avatar_id is not None:
        ids.add(person.avatar_id)
    shared = select(User.avatar_id).where(User.avatar_id.in_(ids), User.id != person.id)
    return list(session.scalars(select(Media).where(Media.id.in_(ids), Media.id.not_in(shared)).order_by(Media.id)))


def take_down(session: Session, pictures: list[Media], *, by: User, at: datetime) -> None:
    """Put pictures of somebody who is erased into the trash without a name; whoever may erase needs no right to files.

    Who may is decided by the caller.
    """
    for media in pictures:
        media.title = media.alt = media.caption = ""
        media.filename = _unnamed(media.filename)
        media.erased_at = at
        words.put(session, media)
        if media.trashed_at is None:
            media.trashed_at = media.updated_at = at
            changes: Changes = {"trashed_at": (None, at), "erased": (False, True)}
            record(session, "media.trash", media, by=by, at=at, changes=changes)


def _unnamed(filename: str) -> str:
    return f"portrait{PurePosixPath(filename).suffix}"
