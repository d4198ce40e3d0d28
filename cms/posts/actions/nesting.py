"""Pages below pages: at every moment from now on, the address of an edition follows the page above it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import _
from cms.posts.actions.timeline import (
    end,
    note_last,
    open_editions,
    put_in,
    require_free_path,
    take_out,
)
from cms.posts.destinations import addresses_through
from cms.posts.models import Edition, PostKind, Revision
from cms.posts.queries import is_open
from cms.posts.slugs import path_at, path_of
from cms.redirects.actions import remember
from cms.redirects.ends import look_again


def follow(session: Session, page_id: int, *, by: User | None, at: datetime) -> None:
    """Give a page and all pages below it the addresses that their parents have now and will have.

    Where the page above moves while an edition is live, it goes on in a second one from that moment.
    """
    for edition in _whole_editions(session, page_id, at):
        _follow_parent(session, edition, by=by, at=at)
    note_last(session, page_id)
    look_again(session, at=at, post_ids=[page_id], paths=addresses_through(session, page_id))
    for child_id in _children(session, page_id, at):
        follow(session, child_id, by=by, at=at)


def require_not_below_itself(page_id: int | None, line: Collection[int]) -> None:
    """Invalid where a page would lie below the first of a line of pages that it stands in."""
    if page_id in line:
        message = _("A page cannot lie below itself.")
        raise Invalid(message, {"parent_id": message})


def require_no_circle(session: Session, page_id: int, parent_id: int | None, at: datetime) -> None:
    """Working texts never close a circle; what readers see could, while one of two that change places is published."""
    above, seen = {parent_id} - {None}, set()
    while above:
        if page_id in above:
            raise Conflict(_("Readers still find the page above this one below it. Publish that page first."))
        seen |= above
        above = set(session.scalars(_parents(at).where(Edition.post_id.in_(above)))) - {None} - seen


def _parents(at: datetime) -> Select[int | None]:
    shown = select(Revision.snapshot["parent_id"].as_integer()).join(Edition, Edition.revision_id == Revision.id)
    return shown.where(is_open(at))


def _children(session: Session, page_id: int, at: datetime) -> list[int]:
    """Pages that readers see below this one; where their working text lies may be another matter."""
    query = (
        select(Edition.post_id)
        .join(Revision, Revision.id == Edition.revision_id)
        .where(Edition.kind == PostKind.PAGE, is_open(at), Revision.snapshot["parent_id"].as_integer() == page_id)
    )
    return list(session.scalars(query.distinct()))


def _whole_editions(session: Session, page_id: int, at: datetime) -> list[Edition]:
    """Live and ahead; those that would only go on at another address are one with what they follow."""
    whole: list[Edition] = []
    for edition in open_editions(session, page_id, at):
        if whole and edition.goes_on and edition.live_from > at:
            take_out(session, edition)
            end(session, whole[-1], edition.live_until)
        else:
            whole.append(edition)
    return whole


def _follow_parent(session: Session, edition: Edition, *, by: User | None, at: datetime) -> None:
    parent_id = session.get_one(Revision, edition.revision_id).snapshot["parent_id"]
    if parent_id is None:
        return
    since, until = max(edition.live_from, at), edition.live_until
    turns = select(Edition.live_from).where(Edition.post_id == parent_id, Edition.live_from > since)
    if until is not None:
        turns = turns.where(Edition.live_from < until)
    for moment in [since, *session.scalars(turns.order_by(Edition.live_from))]:
        path = path_of(edition.kind, edition.slug, path_at(session, parent_id, moment))
        if path != edition.path:
            edition = _go_on(session, edition, path, moment, by=by, at=at)


def _go_on(
    session: Session, edition: Edition, path: str, moment: datetime, *, by: User | None, at: datetime
) -> Edition:
    if edition.live_from == moment:  # not a microsecond old, or ahead: nobody has seen it
        require_free_path(session, path, edition.post_id, at)
        edition.path = path
        return edition
    columns = {column.key: getattr(edition, column.key) for column in Edition.__table__.columns if column.key != "id"}
    moved = Edition(**(columns | {"path": path, "live_from": moment}), tags=list(edition.tags))
    end(session, edition, moment)
    put_in(session, moved, at)
    remember(session, edition.path, post_id=edition.post_id, by=by, at=at)
    return moved
