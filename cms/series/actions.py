"""Everything that can be done to a series; what becomes of its posts is told by `posts.actions`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import Changes, gathering, record
from cms.core.decision import require
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import _
from cms.core.text import slugify
from cms.series.fields import EDITABLE, MOST, checked
from cms.series.models import Series
from cms.series.policy import SeriesPolicy

#: Room for the number that parts an address from one that is taken.
ROOM = 6


def create(session: Session, changes: dict[str, Any], *, by: User, at: datetime) -> Series:
    """Make a series; its slug comes from the title where none is given."""
    require(SeriesPolicy(by).may_manage())
    return _made(session, {"title": ""} | changes, by=by, at=at)


def bring(session: Session, title: str, *, at: datetime) -> Series:
    """Make a series that an import names."""
    return _made(session, {"title": title}, by=None, at=at)


def update(
    session: Session,
    series: Series,
    changes: dict[str, Any],
    *,
    base_version: int,
    by: User,
    at: datetime,
    moved: Callable[[str], None] = lambda _old_slug: None,
) -> bool:
    """Rename or describe a series; False where nothing differs, Conflict where it moved on from `base_version`.

    What `moved` does about an address that is given up is a part of the act: `posts.actions.update_series` leads it on.
    """
    require(SeriesPolicy(by).may_manage())
    if series.version != base_version:
        raise Conflict(_("“%(series)s” was changed by somebody else meanwhile. Look again and repeat.", series=series))
    old_slug = series.slug
    changed = _apply(session, series, changes)
    if not changed:
        return False
    series.version += 1
    series.updated_at = at
    with gathering(session) as parts:
        if series.slug != old_slug:
            moved(old_slug)
    record(session, "series.update", series, by=by, at=at, changes=changed, parts=parts)
    return True


def drop(
    session: Session, series: Series, *, by: User, at: datetime, parted: Changes, batch_id: int | None = None
) -> None:
    """Remove a series that nothing is a part of any more; `parted` says what was. Who may was asked before."""
    gone: Changes = {field: (getattr(series, field), None) for field in (*EDITABLE, "created_at")}
    record(session, "series.delete", series, by=by, at=at, changes=gone | parted, batch_id=batch_id)
    session.execute(delete_rows(Series).where(Series.id == series.id))
    session.expunge(series)


def _made(session: Session, changes: dict[str, Any], *, by: User | None, at: datetime) -> Series:
    series = Series(title="", slug="", description="", version=1, created_at=at, updated_at=at)
    changed = _apply(session, series, changes)
    session.add(series)
    record(session, "series.create", series, by=by, at=at, changes=changed)
    return series


def _apply(session: Session, series: Series, changes: dict[str, Any]) -> Changes:
    """Write what differs and return it, before and after."""
    values = checked(changes)
    if values.get("slug") == "" or (not series.slug and "slug" not in values):
        values["slug"] = _free_slug(session, values.get("title", series.title), but=series)
    elif "slug" in values:
        values["slug"] = slugify(values["slug"], fallback="series")
        if _has(session, values["slug"], series):
            sentence = _("This address is taken by another series.")
            raise Invalid(sentence, {"slug": sentence})
    before = {field: getattr(series, field) for field in values}
    for field, value in values.items():
        setattr(series, field, value)
    return {field: (before[field], value) for field, value in values.items() if before[field] != value}


def _free_slug(session: Session, wanted: str, *, but: Series | None = None) -> str:
    """The wanted slug, or the first numbered one that no other series has."""
    slug, number = slugify(wanted, fallback="series"), 1
    candidate = slug
    while _has(session, candidate, but):
        number += 1
        candidate = f"{slug[: MOST['slug'] - ROOM]}-{number}"
    return candidate


def _has(session: Session, slug: str, but: Series | None) -> bool:
    """Whether another one has this address."""
    with session.no_autoflush:
        others = select(Series.id).where(Series.slug == slug, Series.id != ((but.id if but else None) or 0))
        return session.scalar(others.limit(1)) is not None
