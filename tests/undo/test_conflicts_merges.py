"""A merged tag comes back to what still is as the merging left it, or says why it does not come back."""

from sqlalchemy import select

from cms.audit.models import Event
from cms.audit.undo import undo
from cms.core.permissions import Permission as P
from cms.posts import actions as posts
from cms.posts.models import Post, post_tags
from cms.taxonomy import actions as taxonomy
from cms.taxonomy.models import Tag
from tests.undo.acts import World, save
from tests.undo.conftest import refused


def merged(world: World) -> tuple[Event, Tag, list[Post]]:
    """“Sea” became “Ocean”, on two posts and above “Bay”."""
    sea, ocean = world.make.tag("Sea"), world.make.tag("Ocean")
    world.make.tag("Bay", parent_id=sea.id)
    tagged = [world.make.post(tags=[sea]) for _number in range(2)]
    posts.merge_tag(world.session, sea, ocean, **world.later())
    return world.last(), ocean, tagged


def named(world: World, name: str) -> Tag:
    return world.session.scalars(select(Tag).where(Tag.name == name)).one()


def test_a_post_that_lost_the_other_tag_since_is_left_alone(world: World) -> None:
    event, ocean, (first, second) = merged(world)
    save(world, first, tags=[])

    undo(world.session, event, **world.later())

    rows = world.session.execute(select(post_tags.c.post_id, post_tags.c.tag_id)).all()
    assert rows == [(second.id, named(world, "Sea").id)]
    assert world.session.get(Tag, ocean.id) is not None


def test_a_tag_that_was_moved_since_stays_where_it_is(world: World) -> None:
    event, _ocean, _posts = merged(world)
    taxonomy.update(world.session, named(world, "Bay"), {"parent_id": None}, **world.later())

    undo(world.session, event, **world.later())

    assert named(world, "Bay").parent_id is None


def test_without_the_other_tag_there_is_nothing_to_part(world: World) -> None:
    event, ocean, _posts = merged(world)
    posts.delete_tag(world.session, ocean, **world.later())

    assert "not there any more" in refused(world, event).message


def test_a_name_that_somebody_else_uses_by_now_is_not_taken_from_them(world: World) -> None:
    event, _ocean, _posts = merged(world)
    taxonomy.create(world.session, {"name": "Sea"}, **world.later())

    assert "a tag of this name" in refused(world, event).message


def test_a_circle_is_refused_by_name(world: World) -> None:
    """What stood above it lies below what lay below it by now."""
    above = world.make.tag("Water")
    sea, ocean = world.make.tag("Sea", parent_id=above.id), world.make.tag("Ocean")
    bay = world.make.tag("Bay", parent_id=sea.id)
    posts.merge_tag(world.session, sea, ocean, **world.later())
    event = world.last()
    taxonomy.update(world.session, above, {"parent_id": bay.id}, **world.later())

    assert "“Sea” cannot lie below itself: “Water” is below it already." in refused(world, event).message


def test_a_role_that_was_changed_since_keeps_the_tag_away(world: World) -> None:
    sea, ocean = world.make.tag("Sea"), world.make.tag("Ocean")
    role = world.make.role(P.POST_EDIT, tags=(sea,))
    posts.merge_tag(world.session, sea, ocean, **world.later())
    event = world.last()
    role.grants = []

    assert "changed again since" in refused(world, event).message
