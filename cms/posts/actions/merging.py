"""Making one tag of two: what had the one has the other from then on, and its address leads there."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from cms.accounts.actions.roles import MANAGE, Grant, RoleDraft, grants_of, refuse_lacking, update_role
from cms.accounts.models import Role, User
from cms.accounts.policy import RolePolicy
from cms.audit.actions import Changes, gathering, record
from cms.audit.models import Event
from cms.core.decision import require
from cms.core.errors import Conflict, NotAllowed
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.posts.actions.tagging import forget_loaded_tags
from cms.posts.models import Post, edition_tags, post_tags
from cms.posts.policy import PostPolicy
from cms.posts.slugs import path_of_tag
from cms.redirects.actions import lead_on
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
    if widened_by(roles, tag, into):
        closed = set(session.scalars(closed_tags(into, by=by).where(post_tags.c.tag_id == tag.id)))
        require_no_reach_gained(roles, tag, into, closed)
    facts: Changes = {field: (getattr(tag, field), None) for field in (*EDITABLE, "created_at")}
    facts |= {"into_id": (None, into.id)} | _take_place(session, tag, into)
    with gathering(session) as more:
        for role in (role for role in roles if limited_by(role, tag)):
            _carry_limit(session, role, tag, into, by=by, at=at)
        lead_on(session, path_of_tag(tag.slug), path_of_tag(into.slug), by=by, at=at)
    for name, table in (("posts", post_tags), ("editions", edition_tags)):
        had, gained = hand_over(session, table, tag, into)
        facts |= {name: (had, []), f"gained_{name}": ([], gained)}
    record(session, "tag.merge", tag, by=by, at=at, changes=facts, batch_id=batch_id, parts=[*parts, *more])
    session.execute(delete(Tag).where(Tag.id == tag.id))
    session.expunge(tag)
    forget_loaded_tags(session)


def require_two(tag: Tag, into: Tag) -> None:
    """Conflict where a tag would be merged into itself."""
    if tag.id == into.id:
        raise Conflict(_("“%(tag)s” is the one that stays.", tag=tag))


def require_limits_may_move(roles: Iterable[Role], tag: Tag, into: Tag, *, by: User) -> None:
    """NotAllowed where a role is limited to the tag, and this person may not limit it to the other one instead."""
    policy = RolePolicy(by)
    for role in roles:
        if not policy.may(MANAGE, role):
            raise NotAllowed(
                _(
                    "The role “%(role)s” is limited to “%(tag)s”; it would be limited to “%(into)s” instead, "
                    "and changing this role is not yours.",
                    role=_(role.label),
                    tag=tag,
                    into=into,
                )
            )
        refuse_lacking(policy, _grants_with(role, tag, into))


def limited_by(role: Role, tag: Tag) -> bool:
    """Whether one of its rights is limited to this tag."""
    return any(tag.id in grant.tag_ids for grant in role.grants)


def widened_by(roles: Iterable[Role], tag: Tag, into: Tag) -> list[Role]:
    """The roles that reach what has the one tag only once it has the other."""
    limits = [(role, grant.tag_ids) for role in roles for grant in role.grants]
    return list(dict.fromkeys(role for role, ids in limits if into.id in ids and tag.id not in ids))


def closed_tags(into: Tag, *, by: User) -> Select[int]:
    """Tags of posts that do not have this one and that this person may not edit, so could not give it to by hand."""
    theirs = PostPolicy(by).where(Permission.POST_EDIT)
    has_it = select(post_tags.c.post_id).where(post_tags.c.tag_id == into.id)
    every = select(post_tags.c.tag_id).join(Post, Post.id == post_tags.c.post_id)
    return every.where(~theirs, Post.id.not_in(has_it)).distinct()


def require_no_reach_gained(roles: Iterable[Role], tag: Tag, into: Tag, closed: Container[int]) -> None:
    """NotAllowed where a role that is limited to the tag that stays would reach posts of a closed one."""
    for role in widened_by(roles, tag, into) if tag.id in closed else ():
        raise NotAllowed(
            _(
                "The role “%(role)s” is limited to “%(into)s”; it would reach posts with “%(tag)s” "
                "that are not yours to edit.",
                role=_(role.label),
                tag=tag,
                into=into,
            )
        )


def _carry_limit(session: Session, role: Role, tag: Tag, into: Tag, *, by: User, at: datetime) -> None:
    """An edit of the role like any other: it is recorded there, and needs the right to it."""
    require_limits_may_move([role], tag, into, by=by)
    draft = RoleDraft(role.label, role.description, role.second_factor_required, _grants_with(role, tag, into))
    update_role(session, role, draft, base_version=role.version, by=by, at=at)


def _grants_with(role: Role, tag: Tag, into: Tag) -> tuple[Grant, ...]:
    return tuple(
        replace(grant, tag_ids=frozenset(into.id if one == tag.id else one for one in grant.tag_ids))
        for grant in grants_of(role)
    )


def _take_place(session: Session, tag: Tag, into: Tag) -> Changes:
    """What lay below the one lies below the other, which comes up to its place first where it was below it itself."""
    moved: Changes = {}
    if tag.id in taxonomy.line_of(taxonomy.parents_of_all(session, lock=True), into.id):
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
