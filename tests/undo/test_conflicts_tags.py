"""A tag that others use by now stays as it is, and one that returns takes nobody's place."""

from sqlalchemy import select

from cms.audit.actions import record
from cms.audit.undo import undo
from cms.posts import actions as posts
from cms.posts.models import post_tags
from cms.taxonomy import actions as taxonomy
from cms.taxonomy.models import Tag
from tests.undo.acts import World, save
from tests.undo.conftest import refused


def test_a_tag_in_use_is_not_unmade(world: World) -> None:
    tag = taxonomy.create(world.session, {"name": "Sea"}, **world.later())
    event = world.last()
    save(world, world.make.post(), tags=["Sea"])

    assert "given to posts" in refused(world, event).message
    assert world.session.get(Tag, tag.id) is not None


def test_a_tag_made_by_a_save_stays_where_somebody_else_uses_it(world: World) -> None:
    first, second = world.make.post(), world.make.post()
    save(world, first, tags=["Sea"])
    event = world.last()
    save(world, second, tags=["Sea"])

    undo(world.session, event, **world.later())

    tagged = world.session.scalars(select(post_tags.c.post_id)).all()
    assert tagged == [second.id]


def test_a_deleted_tag_does_not_return_beside_one_of_its_name(world: World) -> None:
    posts.delete_tag(world.session, world.make.tag("Sea"), **world.later())
    event = world.last()
    taxonomy.create(world.session, {"name": "sea", "slug": "other"}, **world.later())

    assert "a tag of this name" in refused(world, event).message


def test_a_deleted_tag_returns_though_its_number_was_given_away(world: World) -> None:
    """SQLite gives the number of the last row again."""
    tag = world.make.tag("Sea")
    post = world.make.post(tags=[tag])
    number = tag.id
    posts.delete_tag(world.session, tag, **world.later())
    event = world.last()
    world.session.add(Tag(id=number, name="Bay", key="bay", slug="bay", created_at=world.at, updated_at=world.at))
    world.session.flush()

    undone = undo(world.session, event, **world.later())

    sea = world.session.scalars(select(Tag).where(Tag.name == "Sea")).one()
    assert sea.id == undone.subject_id != number
    assert world.session.scalars(select(post_tags.c.tag_id).where(post_tags.c.post_id == post.id)).all() == [sea.id]


def test_a_thing_that_got_the_number_of_another_is_not_taken_for_it(world: World) -> None:
    tag = world.make.tag("Sea")
    taxonomy.update(world.session, tag, {"description": "Salt"}, **world.later())
    event, number = world.last(), tag.id
    posts.delete_tag(world.session, tag, **world.later())
    world.later()
    made = {"created_at": world.at, "updated_at": world.at}
    world.session.add(Tag(id=number, name="Lake", key="lake", slug="lake", description="Salt", **made))
    world.session.flush()

    assert "not there any more" in refused(world, event).message


def test_a_tag_of_more_posts_than_a_statement_has_room_for_returns(world: World) -> None:
    """PostgreSQL takes 65,535 values in one statement; most of these posts are gone by now."""
    post = world.make.post(tags=[world.make.tag("Sea")])
    posts.delete_tag(world.session, post.tags[0], **world.later())
    told, gone = world.last(), list(range(1_000_000, 1_070_000))
    tag = Tag(id=told.subject_id, name="Sea", key="sea", slug="sea", created_at=world.at, updated_at=world.at)
    changes = {name: tuple(values) for name, values in told.changes.items()} | {"posts": ([post.id, *gone], [])}
    event = record(world.session, "tag.delete", tag, **world.later(), changes=changes)
    world.session.flush()

    undo(world.session, event, **world.later())

    assert world.session.scalars(select(post_tags.c.post_id)).all() == [post.id]
