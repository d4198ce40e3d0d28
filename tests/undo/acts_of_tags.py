"""What can be undone of tags, those in use among them."""

from typing import Any

from sqlalchemy import select

from cms.audit.models import Event
from cms.audit.undo import undo
from cms.core.permissions import Permission as P
from cms.core.permissions import Scope
from cms.posts import actions as posts
from cms.posts.lifecycle import PostStatus
from cms.taxonomy import actions as taxonomy
from cms.taxonomy.models import Tag
from tests.undo.world import Act, Acts, World

act = Acts()


@act("tag.create")
def create_tag(w: World) -> Act:
    return lambda: taxonomy.create(w.session, {"name": "Sea", "description": "Salt"}, **w.later())


@act("tag.create")
def undo_that_a_tag_was_deleted(w: World) -> Act:
    event = deleted_tag(w)
    return lambda: undo(w.session, event, **w.later())


@act("tag.update")
def update_tag(w: World) -> Act:
    above, tag = w.make.tag("Water"), w.make.tag("Sea")
    changes = {"name": "Ocean", "slug": "ocean", "description": "Salt", "parent_id": above.id}
    return lambda: posts.update_tag(w.session, tag, changes, **w.later())


@act("tag.update")
def move_a_tag_whose_addresses_led_on_before(w: World) -> Act:
    tag = w.make.tag("Sea")
    for slug in ("lake", "bay"):
        posts.update_tag(w.session, tag, {"slug": slug}, **w.later())
    return lambda: posts.update_tag(w.session, tag, {"name": "Lake", "slug": "lake"}, **w.later())


@act("tag.merge")
def merge_into_one_below_it(w: World) -> Act:
    """With everything that can be the matter: posts with both, roles, redirects, and a line of tags between."""
    tag = tag_in_use(w)
    into = w.make.tag("Strait", parent_id=w.session.scalars(select(Tag.id).where(Tag.name == "Bay")).one())
    w.make.post(tags=[tag, into], status=PostStatus.PUBLISHED)
    w.make.role((P.POST_EDIT, Scope.ANY), (P.POST_PUBLISH, Scope.OWN), tags=(tag, w.make.tag("Sky")))
    w.make.role((P.POST_EDIT, Scope.ANY), tags=(tag, into))
    posts.update_tag(w.session, tag, {"slug": "ocean"}, **w.later())
    return lambda: posts.merge_tag(w.session, tag, into, **w.later())


@act("tag.separate")
def undo_that_a_tag_was_merged(w: World) -> Act:
    merge_into_one_below_it(w)()
    event = w.last()
    return lambda: undo(w.session, event, **w.later())


@act("tag.delete")
def delete_tag(w: World) -> Act:
    tag = tag_in_use(w)
    return lambda: posts.delete_tag(w.session, tag, **w.later())


def tag_in_use(w: World) -> Any:
    above = w.make.tag("Water")
    tag = w.make.tag("Sea", description="Salt", parent_id=above.id)
    w.make.tag("Bay", parent_id=tag.id)
    w.make.post(tags=[tag], status=PostStatus.PUBLISHED)
    w.make.page(tags=[tag])
    return tag


def deleted_tag(w: World) -> Event:
    posts.delete_tag(w.session, tag_in_use(w), **w.later())
    return w.last()
