"""What the library is searched by: the name of a file and everything that is said about it."""

from sqlalchemy.orm import Session

from cms import search
from cms.media.models import Media


def put(session: Session, media: Media) -> None:
    """Index a file, or index it anew."""
    session.flush()
    search.put(session, search.MEDIA, media.id, media.title, media.filename, media.alt, media.caption)


def forget(session: Session, media: Media) -> None:
    search.remove(session, search.MEDIA, media.id)
