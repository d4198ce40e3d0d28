"""The editions of a post in the order of time: how they are found, begun, ended and taken out. Only here."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from cms import references, search
from cms.core.errors import Conflict
from cms.core.i18n import _
from cms.core.text import plain_text
from cms.media.paths import ids_in
from cms.posts.models import Edition, Post, Revision
from cms.posts.queries import is_open
from cms.posts.slugs import MAX_PATH


def open_editions(session: Session, post_id: int, at: datetime) -> list[Edition]:
    query = select(Edition).where(Edition.post_id == post_id, is_open(at)).order_by(Edition.live_from)
    return list(session.scalars(query.options(selectinload(Edition.tags))))


def live_at(session: Session, post_id: int, at: datetime) -> Edition | None:
    return next((edition for edition in open_editions(session, post_id, at) if edition.is_live(at)), None)


def put_in(session: Session, edition: Edition, at: datetime) -> None:
    """Conflict where another lives at its address, or will."""
    require_free_path(session, edition.path, edition.post_id, at)
    session.add(edition)
    session.flush()
    search.put(session, search.EDITIONS, edition.id, edition.title, edition.summary, plain_text(edition.body_html))
    shown = {"body_html": ids_in(edition.body_html), "featured_media_id": [edition.featured_media_id]}
    references.put(session, Edition.__tablename__, edition.id, shown)
    _note_last(session, edition.post_id)


def end(session: Session, edition: Edition, moment: datetime | None) -> None:
    """Another end than it had; None lets it go on for good."""
    edition.live_until = moment
    session.flush()
    _note_last(session, edition.post_id)


def take_out(session: Session, edition: Edition) -> None:
    """Only for what nobody has seen, or what is undone."""
    search.remove(session, search.EDITIONS, edition.id)
    references.forget(session, Edition.__tablename__, [edition.id])
    session.delete(edition)
    session.flush()
    _note_last(session, edition.post_id)


def _note_last(session: Session, post_id: int) -> None:
    """When readers see the post for the last time, and which version; whether that is over is for whoever asks."""
    newest_first = (
        select(Edition.live_from, Edition.live_until, Revision.number)
        .join(Revision, Revision.id == Edition.revision_id)
        .where(Edition.post_id == post_id)
        .order_by(Edition.live_from.desc())
    )
    post = session.get_one(Post, post_id)
    # Before the question, which flushes this: PostgreSQL then holds the row before it looks at the editions.
    post.shown_from = post.shown_until = post.shown_version = post.shown_earlier_until = None
    for begins, ends, version in session.execute(newest_first):
        if post.shown_from is None:
            post.shown_until, post.shown_version = ends, version
        elif ends != post.shown_from:
            post.shown_earlier_until = ends
            break
        post.shown_from = begins
    session.flush()


def require_free_path(session: Session, path: str, post_id: int, at: datetime) -> None:
    if len(path) > MAX_PATH:
        raise Conflict(
            _("The address %(path)s… is too long. Give this page, or one above it, a shorter one.", path=path[:60])
        )
    others = select(Edition).where(Edition.path == path, Edition.post_id != post_id, is_open(at))
    other = session.scalar(others.order_by(Edition.live_from).limit(1))
    if other is None:
        return
    if not other.is_live(at):  # its title may be a secret
        raise Conflict(_("Something else will be published at %(path)s. Give one of them another address.", path=path))
    raise Conflict(
        _("“%(other)s” is published at %(path)s. Give one of them another address.", other=other.title, path=path)
    )
