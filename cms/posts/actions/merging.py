"""Making one tag of two: what had the one has the other from then on, and its address leads there."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import Changes, gathering, record
from cms.audit.models import Event
from cms.core.decision import require
from cms.core.errors import Conflict
from cms.core.i18n import _
from cms.posts.actions.tag_limits import carry_limits, closed_tags, require_no_reach_gained
from cms.posts.actions.tagging import forget_loaded_tags
from cms.posts.models import edition_tags, post_tags
from cms.posts.slugs import path_of_tag
from cms.redirects.actions import lead_on
from cms.redirects.ends import look_again
from cms.taxonomy import actions as taxonomy
from cms.taxonomy.fields import EDITABLE
from cms.taxonomy.models import Tag
from cms.taxonomy.policy import TagPolicy


def merge_tag(session: Session, tag: Tag, into: Tag, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """Give all that has a tag the other one instead, and remove it; tags below it lie below the other one.

    As with deletion no revision is written, and the event holds the ids, which is enough to undo it.
    """
    require(TagPolicy(by).may_manage())
    combine(session, tag, into, by=by, at=at, batch_id=batch_id)


def combine(
    session: Session,
    tag: Tag,
    into: Tag,
    *,
    by: User,
    at: datetime,
    batch_id: int | None = None,
    parts: Sequence[Event] = (),
) -> None:
    """`merge_tag`, where who may was asked about what this is part of; `parts` were done on the way before."""
    require_two(tag, into)
    roles = session.scalars(taxonomy.limited_to(tag.id, into.id)).all()
    its_posts = closed_tags(into, by=by).where(post_tags.c.tag_id == tag.id)
    require_no_reach_gained(roles, tag, into, closed=lambda: session.scalars(its_posts).all())
    facts: Changes = {field: (getattr(tag, field), None) for field in (*EDITABLE, "created_at")}
    facts |= {"into_id": (None, into.id)} | _take_place(session, tag, into)
    with gathering(session) as more:
        carry_limits(session, roles, tag, into, by=by, at=at)
        lead_on(session, path_of_tag(tag.slug), path_of_tag(into.slug), by=by, at=at)
    for name, table in (("posts", post_tags), ("editions", edition_tags)):
        had, gained = hand_over(session, table, tag, into)
        facts |= {name: (had, []), f"gained_{name}": ([], gained)}
    record(session, "tag.merge", tag, by=by, at=at, changes=facts, batch_id=batch_id, parts=[*parts, *more])
    session.execute(delete(Tag).where(Tag.id == tag.id))
    session.expunge(tag)
    forget_loaded_tags(session)
    look_again(session, at=at, paths=[path_of_tag(into.slug)])


def require_two(tag: Tag, into: Tag) -> None:
    """Conflict where a tag would be merged into itself."""
    if tag.id == into.id:
        raise Conflict(_("“%(tag)s” is the one that stays.", tag=tag))


def _take_place(session: Session, tag: Tag, into: Tag) -> Changes:
    """What lay below the one lies below the other, which comes up to its place first where it was below it itself.

    Conflict where the other one was deleted before anybody locked it.
    """
    moved: Changes = {}
    parents = taxonomy.parents_of_all(session, lock=True)
    if into.id not in parents:
        raise Conflict(_("The tag that it was merged into is not there any more."))
    if tag.id in taxonomy.line_of(parents, into.id):
        moved["into_parent_id"] = (into.parent_id, tag.parent_id)
        into.parent_id = tag.parent_id
        session.flush()
    children = list(session.scalars(select(Tag.id).where(Tag.parent_id == tag.id).order_by(Tag.id)))
    session.execute(update(Tag).where(Tag.parent_id == tag.id).values(parent_id=into.id))
    return moved | {"children": (children, [])}


def hand_over(session: Session, table: Table, tag: Tag, into: Tag) -> tuple[list[int], list[int]]:
    """Ids of what had the one tag, and of those of them that did not have the other yet."""
    owner = owner_of(table)
    had = list(session.scalars(select(owner).where(table.c.tag_id == tag.id).order_by(owner)))
    both = having(session, table, into)
    gained = [one for one in had if one not in both]
    give(session, table, into, gained)
    session.execute(delete(table).where(table.c.tag_id == tag.id))
    return had, gained


def give(session: Session, table: Table, tag: Tag, ids: Iterable[int]) -> None:
    """Tag these posts or editions, which must be there and not have the tag."""
    rows = [{owner_of(table).name: one, "tag_id": tag.id} for one in ids]
    if rows:
        session.execute(insert(table), rows)


def take(session: Session, table: Table, tag: Tag, ids: Iterable[int]) -> None:
    """The reverse of `give`."""
    rows = [{"owner": one} for one in ids]
    if rows:
        gone = delete(table).where(and_(table.c.tag_id == tag.id, owner_of(table) == bindparam("owner")))
        session.connection().execute(gone, rows)


def having(session: Session, table: Table, tag: Tag) -> set[int]:
    """Ids of the posts or editions that have a tag."""
    return set(session.scalars(select(owner_of(table)).where(table.c.tag_id == tag.id)))


def owner_of(table: Table) -> Any:
    """The column of what is tagged."""
    return next(one for one in table.columns if one.name != "tag_id")
