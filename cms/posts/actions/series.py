"""Posts in a series: where a post stands among its parts, and what becomes of them when the series changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import Changes
from cms.core.decision import require
from cms.core.errors import Invalid
from cms.core.i18n import _
from cms.posts.fields import MAX_PART
from cms.posts.models import Edition, Post, PostKind
from cms.posts.slugs import path_of_series
from cms.redirects.actions import lead_on
from cms.redirects.ends import look_again
from cms.series import actions as series_acts
from cms.series.models import Series
from cms.series.policy import SeriesPolicy

#: Every page of a part counts them all.
MOST_PARTS = 500
#: What has a place, and what the record of a deleted series calls its ids and their places.
PLACED: dict[str, type[Post] | type[Edition]] = {"posts": Post, "editions": Edition}


def settle_place(session: Session, post: Post, values: dict[str, Any]) -> None:
    """Let these changes name a series and a place in it, or neither: without a number a part comes after the last one.

    A post that goes from one series to another keeps its number unless another is given.

    Invalid where there is no such series, or it is full.
    """
    if not values.keys() & {"series_id", "series_position"}:
        return
    series_id = values.get("series_id", post.series_id)
    if series_id is None:
        values["series_position"] = None
        return
    if series_id != post.series_id:
        _require_room(session, post, series_id)
    if values.get("series_position", post.series_position) is None:
        values["series_position"] = _next_place(session, post, series_id)


def update_series(
    session: Session, series: Series, changes: dict[str, Any], *, base_version: int, by: User, at: datetime
) -> bool:
    """Rename or describe a series; an address that it gives up leads to its new one. False where nothing differs."""

    def moved(old_slug: str) -> None:
        lead_on(session, path_of_series(old_slug), path_of_series(series.slug), by=by, at=at)

    return series_acts.update(session, series, changes, base_version=base_version, by=by, at=at, moved=moved)


def delete_series(session: Session, series: Series, *, by: User, at: datetime, batch_id: int | None = None) -> int:
    """Take every post out of a series, also of what readers see, and delete it; returns how many posts it had.

    No revision is written, as with tags; the event holds the ids and places, which is enough to undo it.
    """
    require(SeriesPolicy(by).may_manage())
    return drop_series(session, series, by=by, at=at, batch_id=batch_id)


def drop_series(session: Session, series: Series, *, by: User, at: datetime, batch_id: int | None = None) -> int:
    """`delete_series`, where who may was asked about what this is part of."""
    parted: Changes = {}
    for name, model in PLACED.items():
        of_series = model.series_id == series.id
        rows = session.execute(select(model.id, model.series_position).where(of_series).order_by(model.id)).all()
        parted |= {name: ([row[0] for row in rows], []), f"{name}_places": ([row[1] for row in rows], [])}
        session.execute(update(model).where(of_series).values(series_id=None, series_position=None))
    series_acts.drop(session, series, by=by, at=at, parted=parted, batch_id=batch_id)
    forget_loaded_series(session)
    look_again(session, at=at, paths=[path_of_series(series.slug)])
    return len(parted["posts"][0])


def forget_loaded_series(session: Session) -> None:
    """What was loaded before many posts left or joined a series at once reads its place again."""
    for known in session.identity_map.values():
        if isinstance(known, Post | Edition):
            session.expire(known, ["series_id", "series_position", "series"])


def _require_room(session: Session, post: Post, series_id: int) -> None:
    sentence = ""
    if post.kind is not PostKind.POST or session.get(Series, series_id) is None:
        sentence = _("There is no such series.")
    elif session.scalars(select(func.count()).select_from(Post).where(Post.series_id == series_id)).one() >= MOST_PARTS:
        sentence = _("A series has at most %(most)s parts.", most=MOST_PARTS)
    if sentence:
        raise Invalid(sentence, {"series_id": sentence})


def _next_place(session: Session, post: Post, series_id: int) -> int:
    """What is in the trash has lost its place."""
    others = select(func.max(Post.series_position)).where(
        Post.series_id == series_id, Post.id != (post.id or 0), Post.trashed_at.is_(None)
    )
    with session.no_autoflush:
        last = session.scalar(others) or 0
    return min(last + 1, MAX_PART)
