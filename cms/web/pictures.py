"""Images that a page names by id: looked up together, each once a request."""

from flask import g
from sqlalchemy import select

from cms.extensions import db
from cms.media.models import Media
from cms.media.paths import path_of

__all__ = ["find", "path_of", "picture"]


def find(*media_ids: int | None) -> None:
    """Look these up in one query, so that `picture` need not ask for each."""
    known: dict[int, Media | None] = g.setdefault("pictures", {})
    wanted = {media_id for media_id in media_ids if media_id is not None and media_id not in known}
    if wanted:
        query = select(Media).where(Media.id.in_(wanted), Media.trashed_at.is_(None))
        found = {media.id: media for media in db.session.scalars(query)}
        known.update({media_id: found.get(media_id) for media_id in wanted})


def picture(media_id: int | None) -> Media | None:
    """None where there is none, or where it was put in the trash."""
    find(media_id)
    known: dict[int, Media | None] = g.pictures
    return known.get(media_id) if media_id is not None else None
