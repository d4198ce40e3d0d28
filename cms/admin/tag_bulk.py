"""Bulk actions of tags: merged into one, renamed one by one, put below another."""

import json
from typing import Any

from flask import g, request
from sqlalchemy import select

from cms.accounts.models import Role
from cms.admin.bulk_action import Bulk
from cms.admin.forms import choices_of
from cms.core.db import row_id
from cms.core.decision import require
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import N_, _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.posts import actions
from cms.posts.actions.merging import require_two
from cms.posts.actions.tag_limits import closed_tags, require_limits_may_move, require_no_reach_gained
from cms.taxonomy.actions import limited_to, line_of, loop_said, parents_of_all
from cms.taxonomy.models import Tag
from cms.taxonomy.policy import TagPolicy
from cms.web import now, signed_in

MANAGE = (Permission.TAG_MANAGE,)
MERGE = Bulk(
    "merge",
    N_("Merge…"),
    MANAGE,
    icon="i-copy",
    asks=("into", N_("Tag that stays")),
    confirm=N_("Their posts, the tags below them and their addresses go to the tag that stays."),
    reversible=True,
    previewed=True,
)
RENAME = Bulk(
    "rename",
    N_("Rename…"),
    MANAGE,
    icon="i-pen",
    asks=("names", N_("New names")),
    confirm=N_("An address that changes leads to the new one."),
    reversible=True,
    previewed=True,
    in_a_row=True,
)
SET_PARENT = Bulk("below", N_("Set parent…"), MANAGE, icon="i-tag", asks=("parent", N_("Parent")), previewed=True)
#: As many as anybody fills in on one page.
MOST_RENAMED = 100
TOP = "top"
#: What a row of the form that renames holds: what is wanted, and what was there when it was shown.
ASKED = ("name", "slug", "name-was", "slug-was")


def choices(bulk: Bulk, records: list[Tag]) -> list[tuple[str, str]]:
    """Every tag; those that were selected come first where one of them is to stay."""
    every = choices_of(db.session(), select(Tag.id, Tag.name).order_by(Tag.name, Tag.id), None)
    if bulk is SET_PARENT:
        return [(TOP, _("No parent")), *every]
    selected = [(str(tag.id), tag.name) for tag in sorted(records, key=lambda tag: tag.name)]
    return [*selected, *(choice for choice in every if choice not in selected)]


def typed_names() -> str:
    """The rows of the form that renames, as a batch keeps them; empty before it was shown."""
    ids = request.form.getlist("rowid")
    refuse_many(len(ids))
    if "confirmed" not in request.form:
        return ""
    return json.dumps({one: [request.form.get(f"{field}-{one}", "") for field in ASKED] for one in ids})


def refuse_many(count: int) -> None:
    if count > MOST_RENAMED:
        raise Invalid(_("At most %(most)s tags fit on one form. Select fewer.", most=MOST_RENAMED))


def check(policy: TagPolicy, tag: Tag, action: str, parameter: str) -> None:
    """Raise what merging it or putting it below another would raise, without doing it."""
    require(policy.may_manage())
    if action == MERGE.name:
        into = _once_chosen(parameter)
        require_two(tag, into)
        require_limits_may_move(_limits().get(tag.id, []), tag, into, by=signed_in())
        require_no_reach_gained(_limits().get(into.id, []), tag, into, closed=lambda: _closed(into))
        return
    parent = None if parameter == TOP else _once_chosen(parameter)
    if tag.parent_id == (parent.id if parent else None):
        raise Conflict(_("It is so already."))
    if parent is not None and tag.id in _line_of(parent):
        raise Invalid(loop_said(tag, parent))


def run(tag: Tag, action: str, parameter: str, batch_id: int | None) -> None:
    """Do one of this module's own actions."""
    by, at = signed_in(), now()
    if action == MERGE.name:
        actions.merge_tag(db.session(), tag, _chosen(parameter), by=by, at=at, batch_id=batch_id)
        return
    if action == RENAME.name:
        changes: dict[str, Any] = _wanted(tag, parameter)
    else:
        changes = {"parent_id": None if parameter == TOP else _chosen(parameter).id}
    if not actions.update_tag(db.session(), tag, changes, by=by, at=at, batch_id=batch_id):
        raise Conflict(_("It is so already."))


def without_the_one_that_stays(ids: list[int], parameter: str) -> list[int]:
    return [one for one in ids if str(one) != parameter]


def _wanted(tag: Tag, parameter: str) -> dict[str, Any]:
    given = json.loads(parameter).get(str(tag.id))
    if given is None:
        raise Conflict(_("It is so already."))
    name, slug, *was = given
    if was != [tag.name, tag.slug]:
        raise Conflict(_("It was renamed by somebody else in the meantime."))
    return {"name": name, "slug": slug}


def _chosen(parameter: str) -> Tag:
    known = row_id(parameter)
    tag = db.session.get(Tag, known) if known is not None else None
    if tag is None:
        raise Invalid(_("Choose one of the list."))
    return tag


def _once_chosen(parameter: str) -> Tag:
    """The tag that stays, or that others are put below, looked up once a request."""
    if "tag_chosen" not in g:
        g.tag_chosen = _chosen(parameter)
    return g.tag_chosen


def _limits() -> dict[int, list[Role]]:
    """The roles limited to each tag, looked up once a request."""
    if "tag_limits" not in g:
        g.tag_limits = {}
        for role in db.session.scalars(limited_to()):
            for tag_id in {one for grant in role.grants for one in grant.tag_ids}:
                g.tag_limits.setdefault(tag_id, []).append(role)
    return g.tag_limits


def _closed(into: Tag) -> set[int]:
    """The tags whose posts may not all be given the one that stays, looked up once a request."""
    if "tags_closed" not in g:
        g.tags_closed = set(db.session.scalars(closed_tags(into, by=signed_in())))
    return g.tags_closed


def _line_of(parent: Tag) -> list[int]:
    """A tag and all above it, looked up once a request."""
    if "tag_parents" not in g:
        g.tag_parents = parents_of_all(db.session())
    return line_of(g.tag_parents, parent.id)
