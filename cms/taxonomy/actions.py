"""Everything that can be done to tags."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy import delete as delete_rows
from sqlalchemy import update as update_rows
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms.accounts.models import Role, RoleGrant, RoleGrantTag, User
from cms.audit.actions import Changes, gathering, record
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


def update(
    session: Session,
    tag: Tag,
    changes: dict[str, Any],
    *,
    by: User,
    at: datetime,
    batch_id: int | None = None,
    moved: Callable[[str], None] = lambda _old_slug: None,
) -> bool:
    """Rename, describe or move a tag; every post that has it shows the new name at once. False where nothing differs.

    What `moved` does about an address that is given up is a part of the act: `posts.actions.update_tag` leads it on.
    """
    require(TagPolicy(by).may_manage())
    old_slug = tag.slug
    changed = _apply(session, tag, changes)
    if not changed:
        return False
    tag.updated_at = at
    with gathering(session) as parts:
        if tag.slug != old_slug:
            moved(old_slug)
    record(session, "tag.update", tag, by=by, at=at, changes=changed, batch_id=batch_id, parts=parts)
    return True


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
    role = session.scalar(limited_to(tag.id).limit(1))
    if role is not None:
        raise Conflict(
            _("The role “%(role)s” is limited to “%(tag)s”. Change the role first.", role=_(role.label), tag=tag.name)
        )
    children = list(session.scalars(select(Tag.id).where(Tag.parent_id == tag.id)))
    session.execute(update_rows(Tag).where(Tag.id.in_(children)).values(parent_id=tag.parent_id))
    gone: Changes = {field: (getattr(tag, field), None) for field in (*EDITABLE, "created_at")}
    lost: Changes = {"children": (children, [])} | (untagged or {})
    record(session, "tag.delete", tag, by=by, at=at, changes=gone | lost, batch_id=batch_id)
    session.execute(delete_rows(Tag).where(Tag.id == tag.id))
    session.expunge(tag)


def limited_to(*tag_ids: int) -> Select[Role]:
    """The roles with a right that is limited to one of these tags, or to any."""
    limited = select(RoleGrant.role_id).join(RoleGrantTag, RoleGrantTag.grant_id == RoleGrant.id)
    if tag_ids:
        limited = limited.where(RoleGrantTag.tag_id.in_(tag_ids))
    return select(Role).where(Role.id.in_(limited)).order_by(Role.id)


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
        parents = parents_of_all(session, lock=True)
        if parent_id not in parents:
            raise Invalid(_("There is no such tag."), {"parent_id": _("Choose a tag.")})
        if tag.id in line_of(parents, parent_id):
            sentence = loop_said(tag, session.get_one(Tag, parent_id))
            raise Invalid(sentence, {"parent_id": sentence})


def loop_said(tag: Tag, parent: Tag) -> str:
    """Why a tag cannot lie below another one."""
    if tag is parent:
        return _("A tag cannot lie below itself.")
    return _("“%(tag)s” cannot lie below itself: “%(parent)s” is below it already.", tag=tag, parent=parent)


def parents_of_all(session: Session, *, lock: bool = False) -> dict[int, int | None]:
    """The parent of every tag by id; with a `lock` nobody moves any of them meanwhile."""
    every = select(Tag.id, Tag.parent_id).order_by(Tag.id)
    rows = session.execute(every.with_for_update(key_share=True) if lock else every)
    return {row.id: row.parent_id for row in rows}


def line_of(parents: Mapping[int, int | None], tag_id: int) -> list[int]:
    """A tag and all above it, once each should there be a circle."""
    line: list[int] = []
    here: int | None = tag_id
    while here is not None and here not in line:
        line.append(here)
        here = parents.get(here)
    return line


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
