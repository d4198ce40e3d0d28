"""The editions of a post in the order of time: how they are found, begun, ended and taken out. Only here."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, selectinload

from cms import references, search
from cms.core.db import UTCDateTime
from cms.core.errors import Conflict
from cms.core.i18n import _
from cms.core.planning import BY_KEY, few
from cms.core.text import plain_text
from cms.media.paths import ids_in
from cms.posts.models import LAST_SHOWN, Edition, Post, Revision
from cms.posts.queries import AT, is_open
from cms.posts.slugs import MAX_PATH


def open_editions(session: Session, post_id: int, at: datetime) -> list[Edition]:
    return list(session.scalars(_open(), {"post": post_id, "at": at}))


@cache
def _open() -> Select[Edition]:
    """Put together once, which takes longer than to ask it."""
    query = select(Edition).where(Edition.post_id == bindparam("post"), is_open(AT)).order_by(Edition.live_from)
    return query.options(selectinload(Edition.tags)).execution_options(**BY_KEY)


def put_in(session: Session, edition: Edition, at: datetime) -> None:
    """Conflict where another lives at its address, or will."""
    require_free_path(session, edition.path, edition.post_id, at)
    session.add(edition)
    session.flush()
    search.put(session, search.EDITIONS, edition.id, edition.title, edition.summary, plain_text(edition.body_html))
    shown = {"body_html": ids_in(edition.body_html), "featured_media_id": [edition.featured_media_id]}
    if any(media_id is not None for ids in shown.values() for media_id in ids):  # it is new, and showed nothing before
        references.put(session, Edition.__tablename__, edition.id, shown)


def end(session: Session, edition: Edition, moment: datetime | None) -> None:
    """Another end than it had; None lets it go on for good. Flushed, as no other may begin before."""
    edition.live_until = moment
    session.flush()


def take_out(session: Session, edition: Edition) -> None:
    """Only for what nobody has seen, or what is undone."""
    search.remove(session, search.EDITIONS, edition.id)
    references.forget(session, Edition.__tablename__, [edition.id])
    session.delete(edition)
    session.flush()


def note_last(session: Session, post_id: int) -> None:
    """When readers see the post for the last time, and which version; whether that is over is for whoever asks.

    To be called once everything has its place, whatever was put in, ended or taken out.
    """
    post = session.get_one(Post, post_id)
    # PostgreSQL holds the row before it looks at the editions, or two at once would each note the other's absence; and
    # what somebody else noted since the post was read is known here, or what is as it was then would not be written.
    session.refresh(post, (*LAST_SHOWN, "shown_version"), with_for_update={"key_share": True})
    rows = session.execute(_last_stretch(), {"post": post_id}).all()
    newest = rows[0] if rows else None
    first = next((row for row in rows if row.before != row.live_from), None)
    post.shown_from, post.shown_earlier_until = (first.live_from, first.before) if first else (None, None)
    post.shown_until, post.shown_version = (newest.live_until, newest.number) if newest else (None, None)


@cache
def _last_stretch() -> Select[Any]:
    """Its last edition and its first, in this order, which may be one; however many follow one another between."""
    before = func.lag(Edition.live_until, type_=UTCDateTime()).over(order_by=Edition.live_from)
    after = func.lead(Edition.id).over(order_by=Edition.live_from)
    columns = (Edition.live_from, Edition.live_until, Edition.revision_id, before.label("before"), after.label("after"))
    each = select(*columns).where(Edition.post_id == bindparam("post")).subquery()
    begins = or_(each.c.before.is_(None), each.c.before != each.c.live_from)
    query = select(each.c.live_from, each.c.live_until, each.c.before, Revision.number)
    query = query.join(Revision, Revision.id == each.c.revision_id).where(or_(each.c.after.is_(None), begins))
    return query.order_by(each.c.live_from.desc()).limit(few(2)).execution_options(**BY_KEY)


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
