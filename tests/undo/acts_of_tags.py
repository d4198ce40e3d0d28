"""What can be undone of tags, those in use among them."""

from typing import Any

from cms.audit.models import Event
from cms.audit.undo import undo
from cms.posts import actions as posts
from cms.posts.lifecycle import PostStatus
from cms.taxonomy import actions as taxonomy
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
    return lambda: taxonomy.update(w.session, tag, changes, **w.later())


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
