"""Everything that can be done to tags."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy import delete as delete_rows
from sqlalchemy import update as update_rows
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms.accounts.models import Role, RoleGrant, RoleGrantTag, User
from cms.audit.actions import Changes, record
from cms.core.decision import require
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import _
from cms.core.text import clean_line, slugify
from cms.taxonomy.fields import EDITABLE, checked
from cms.taxonomy.models import Tag
from cms.taxonomy.policy import TagPolicy

#: Two names may want one slug: who loses that race tries the next number.
RACES = 50


def create(session: Session, changes: dict[str, Any], *, by: User, at: datetime) -> Tag:
    """Make a tag; its slug comes from the name where none is given."""
    require(TagPolicy(by).may_manage())
    tag = Tag(name="", key="", slug="", description="", created_at=at, updated_at=at)
    changed = _apply(session, tag, {"name": ""} | changes)
    session.add(tag)
    record(session, "tag.create", tag, by=by, at=at, changes=changed)
    return tag


def update(session: Session, tag: Tag, changes: dict[str, Any], *, by: User, at: datetime) -> None:
    """Rename, describe or move a tag; every post that has it shows the new name at once."""
    require(TagPolicy(by).may_manage())
    changed = _apply(session, tag, changes)
    if changed:
        tag.updated_at = at
        record(session, "tag.update", tag, by=by, at=at, changes=changed)


def delete(
    session: Session,
    tag: Tag,
    *,
    by: User,
    at: datetime,
    untagged: Changes | None = None,
    batch_id: int | None = None,
) -> None:
    """Remove a tag that nothing has any more; tags below it move up. Posts are untagged by `posts.actions.delete_tag`.

    A right limited to this tag would lose its limit with it, so that such a role must be changed first.
    """
    require(TagPolicy(by).may_manage())
    drop(session, tag, by=by, at=at, untagged=untagged, batch_id=batch_id)


def drop(
    session: Session,
    tag: Tag,
    *,
    by: User,
    at: datetime,
    untagged: Changes | None = None,
    batch_id: int | None = None,
) -> None:
    """`delete`, where who may was asked about what this is part of."""
    role = session.scalar(
        select(Role.label)
        .join(RoleGrant, RoleGrant.role_id == Role.id)
        .join(RoleGrantTag, RoleGrantTag.grant_id == RoleGrant.id)
        .where(RoleGrantTag.tag_id == tag.id)
        .limit(1)
    )
    if role is not None:
        raise Conflict(
            _("The role “%(role)s” is limited to “%(tag)s”. Change the role first.", role=_(role), tag=tag.name)
        )
    children = list(session.scalars(select(Tag.id).where(Tag.parent_id == tag.id)))
    session.execute(update_rows(Tag).where(Tag.id.in_(children)).values(parent_id=tag.parent_id))
    gone: Changes = {field: (getattr(tag, field), None) for field in (*EDITABLE, "created_at")}
    lost: Changes = {"children": (children, [])} | (untagged or {})
    record(session, "tag.delete", tag, by=by, at=at, changes=gone | lost, batch_id=batch_id)
    session.execute(delete_rows(Tag).where(Tag.id == tag.id))
    session.expunge(tag)


def named(session: Session, names: Iterable[str], *, by: User | None, at: datetime) -> list[Tag]:
    """Tags by name, case ignored; those that do not exist are made. Whoever may edit a post may tag it."""
    wanted: dict[str, str] = {}
    for name in filter(None, map(clean_line, names)):
        wanted.setdefault(name.casefold(), name)
    found = {tag.key: tag for tag in session.scalars(select(Tag).where(Tag.key.in_(list(wanted))))}
    for key in sorted(wanted.keys() - found.keys()):  # in one order, or two people could wait for each other
        found[key] = _make(session, wanted[key], by=by, at=at)
    return [found[key] for key in wanted]


def free_tag_slug(session: Session, wanted: str, *, but: Tag | None = None) -> str:
    """The wanted slug, or the first numbered one that no other tag has."""
    slug, number = slugify(wanted, fallback="tag"), 1
    candidate = slug
    while session.scalar(select(Tag.id).where(Tag.slug == candidate, Tag.id != (but.id if but else 0))) is not None:
        number += 1
        candidate = f"{slug[:74]}-{number}"
    return candidate


def _apply(session: Session, tag: Tag, changes: dict[str, Any]) -> Changes:
    """Write what differs and return it, before and after."""
    values = checked(changes)
    if "name" in values:
        values["key"] = values["name"].casefold()
        _refuse_taken(session, tag, Tag.key == values["key"], "name", _("There is a tag of this name already."))
    if values.get("slug") == "" or (not tag.slug and "slug" not in values):
        values["slug"] = free_tag_slug(session, values.get("name", tag.name), but=tag)
    elif "slug" in values:
        values["slug"] = slugify(values["slug"], fallback="tag")
        _refuse_taken(session, tag, Tag.slug == values["slug"], "slug", _("This address is taken by another tag."))
    if values.get("parent_id") is not None:
        _refuse_loop(session, tag, values["parent_id"])
    before = {field: getattr(tag, field) for field in values}
    for field, value in values.items():
        setattr(tag, field, value)
    return {field: (before[field], value) for field, value in values.items() if before[field] != value}


def _refuse_taken(session: Session, tag: Tag, same: ColumnElement[bool], field: str, sentence: str) -> None:
    with session.no_autoflush:
        other = session.scalar(select(Tag.id).where(same, Tag.id != (tag.id or 0)).limit(1))
    if other is not None:
        raise Invalid(sentence, {field: sentence})


def _refuse_loop(session: Session, tag: Tag, parent_id: int) -> None:
    """A tag cannot lie below itself; whoever else moves tags waits, or two moves at once could make a circle."""
    with session.no_autoflush:
        every = select(Tag.id, Tag.parent_id).order_by(Tag.id).with_for_update(key_share=True)
        parents = {row.id: row.parent_id for row in session.execute(every)}
    if parent_id not in parents:
        raise Invalid(_("There is no such tag."), {"parent_id": _("Choose a tag.")})
    above: int | None = parent_id
    while above is not None:
        if above == tag.id:
            sentence = _("A tag cannot lie below itself.")
            raise Invalid(sentence, {"parent_id": sentence})
        above = parents.pop(above, None)  # once each, should there be a circle already


def _make(session: Session, name: str, *, by: User | None, at: datetime) -> Tag:
    """Whoever loses the race for a new tag takes the one that won."""
    for attempt in range(RACES):
        tag = Tag(name=name, key=name.casefold(), slug=free_tag_slug(session, name), created_at=at, updated_at=at)
        try:
            with session.begin_nested():
                session.add(tag)
                session.flush()
        except IntegrityError:
            winner = session.scalar(select(Tag).where(Tag.key == name.casefold()))
            if winner is not None:
                return winner
            if attempt == RACES - 1:
                raise
        else:
            break
    record(session, "tag.create", tag, by=by, at=at, changes={"name": (None, name), "slug": (None, tag.slug)})
    return tag
