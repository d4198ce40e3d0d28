"""What is there now must be what the event left; if it is not, nothing is touched and every field is named."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.actions import people, roles
from cms.accounts.actions.erasing import anonymise
from cms.audit.actions import forget, record
from cms.audit.inverses import Moved
from cms.audit.models import Event
from cms.audit.undo import may_undo, undo
from cms.core.errors import Conflict, NotAllowed
from cms.media.portraits import take_down
from cms.posts import actions as posts
from cms.posts.actions.emptying import remove as purge
from cms.posts.lifecycle import PostStatus
from cms.posts.models import Post, PostKind, post_tags
from cms.redirects import actions as redirects
from cms.redirects.models import Redirect
from cms.settings import actions as settings
from cms.settings.queries import load
from cms.taxonomy import actions as taxonomy
from cms.taxonomy.models import Tag
from tests.undo.acts import World, holder, move, save
from tests.undo.snapshots import differences, snapshot


def refused(world: World, event: Event, kind: type[Conflict] = Conflict) -> Conflict:
    """The refusal, which leaves no trace."""
    before, last = snapshot(world.session), world.session.scalar(select(Event.id).order_by(Event.id.desc()).limit(1))
    with pytest.raises(kind) as refusal:
        undo(world.session, event, **world.later())
    assert differences(before, snapshot(world.session)) == []
    assert world.session.scalar(select(Event.id).order_by(Event.id.desc()).limit(1)) == last
    return refusal.value


def test_a_later_change_of_the_same_field_is_named_and_of_another_is_no_matter(world: World) -> None:
    post = world.make.post(title="One", summary="First")
    save(world, post, title="Two", summary="Second")
    both = world.last()
    save(world, post, title="Three", body="Other words")

    refusal = refused(world, both, Moved)

    assert isinstance(refusal, Moved)
    assert [(one.field, one.left, one.now) for one in refusal.differences] == [("title", "Two", "Three")]
    assert "Title" in refusal.message
    undo(world.session, world.last(), **world.later())
    undo(world.session, both, **world.later())
    assert (post.title, post.summary, post.body) == ("One", "First", "Some words.")


def test_an_event_is_undone_once(world: World) -> None:
    post = world.make.post()
    move(world, post, "publish")
    event = world.last()
    undo(world.session, event, **world.later())

    assert "undone already" in refused(world, event).message


def test_a_post_that_moved_on_does_not_jump_back(world: World) -> None:
    post = world.make.post()
    move(world, post, "submit")
    submitted = world.last()
    move(world, post, "publish")

    assert "Status" in refused(world, submitted).message


def test_readers_who_see_something_newer_keep_it(world: World) -> None:
    post = world.make.post()
    move(world, post, "publish")
    first = world.last()
    save(world, post, title="Newer")
    move(world, post, "publish")

    assert "Shown to readers" in refused(world, first).message


def test_an_address_that_was_given_away_is_not_taken_back(world: World) -> None:
    post = world.make.post(slug="sea")
    save(world, post, slug="ocean")
    event = world.last()
    world.make.post(slug="sea", title="Another")

    assert "taken by “Another”" in refused(world, event).message


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


def test_what_is_gone_is_said_to_be_gone(world: World) -> None:
    redirect = redirects.create(world.session, redirects.Route("/old", 301, "/new"), **world.later())
    event = world.last()
    redirects.delete(world.session, redirect, **world.later())

    assert "not there any more" in refused(world, event).message


def test_a_redirect_to_a_post_that_is_gone_does_not_return(world: World) -> None:
    post = world.make.post()
    redirect = redirects.create(world.session, redirects.Route("/old", 301, post_id=post.id), **world.later())
    redirects.delete(world.session, redirect, **world.later())
    event = world.last()
    move(world, post, "trash")
    purge(world.session, world.session.get_one(Post, post.id), at=world.at)

    assert "something else depends on it" in refused(world, event).message


def test_settings_that_somebody_changed_since_stay(world: World) -> None:
    settings.change(world.session, {"title": "One"}, **world.later())
    first = world.last()
    settings.change(world.session, {"title": "Two"}, **world.later())

    assert "Title" in refused(world, first).message
    assert load(world.session).title == "Two"


def test_values_that_were_erased_do_not_come_back(world: World) -> None:
    person = world.make.author()
    people.update(world.session, person, {"bio": "Sails"}, base_version=person.version, **world.later())
    event = world.last()
    forget(world.session, Event.id == event.id)

    assert "was erased" in refused(world, event).message


def test_an_erased_person_stays_erased(world: World) -> None:
    person = world.make.author()
    people.update(world.session, person, {"timezone": "Europe/Berlin"}, base_version=person.version, **world.later())
    edited = world.last()
    people.deactivate(world.session, person, **world.later())
    deactivated = world.last()
    anonymise(world.session, person, **world.later())
    erased = world.last()

    for event in (edited, deactivated):
        with pytest.raises(NotAllowed, match="erased"):
            undo(world.session, event, **world.later())
    assert "gone" in refused(world, erased).message


def test_a_picture_of_somebody_who_was_erased_stays_in_the_trash(world: World) -> None:
    take_down(world.session, [world.make.media()], **world.later())

    with pytest.raises(NotAllowed, match="person it shows"):
        undo(world.session, world.last(), **world.later())


def test_posts_are_not_given_back_to_somebody_without_an_account(world: World) -> None:
    person = world.make.author()
    world.make.post(author=person)
    posts.reassign(world.session, person, world.owner, **world.later())
    event = world.last()
    person.active = False

    assert "no active account" in refused(world, event).message


def test_a_role_does_not_return_to_people_whose_roles_changed_since(world: World) -> None:
    role = world.make.role()
    person = holder(world, role)
    roles.delete_role(world.session, role, instead=world.make.roles["author"], **world.later())
    event = world.last()
    people.set_roles(world.session, person, [world.make.roles["editor"]], **world.later())

    assert "Roles" in refused(world, event).message


def test_a_role_that_people_hold_is_not_unmade(world: World) -> None:
    role = roles.create_role(world.session, roles.RoleDraft("Stringer", "", False, ()), **world.later())
    event = world.last()
    holder(world, role)

    assert "role" in refused(world, event).message


def test_the_record_of_older_versions_says_that_it_cannot(world: World) -> None:
    comment = world.make.comment()
    old = record(
        world.session, "comment.approve", comment, changes={"status": ("pending", "approved")}, **world.later()
    )

    assert "does not hold enough" in refused(world, old).message


def test_a_verb_without_an_inverse_says_why(world: World) -> None:
    event = record(world.session, "user.sign_in", world.owner, **world.later())
    decision = may_undo(world.session, [event], by=world.owner)[event.id]

    assert (
        decision.reason
        == refused(world, event).message
        == "Somebody was signed in or out. There is nothing to put back."
    )


def test_a_post_that_was_purged_is_gone(world: World, session: Session, now: datetime) -> None:
    post = world.make.post()
    move(world, post, "trash")
    trashed = world.last()
    purge(session, session.get_one(Post, post.id), at=now + timedelta(days=90))
    removed = world.last()

    assert "not there any more" in refused(world, trashed).message
    assert "for good" in refused(world, removed).message


def test_going_live_meanwhile_is_no_change_that_somebody_made(world: World) -> None:
    post = world.make.post()
    posts.publish(world.session, post, live_from=world.at + timedelta(days=1), **world.later())
    event = world.last()
    world.at += timedelta(days=2)

    undo(world.session, event, **world.later())

    assert (post.status, post.published_at) == (PostStatus.DRAFT, None)


def test_a_draft_that_went_further_is_not_put_away(world: World) -> None:
    post = posts.create(world.session, PostKind.POST, {"title": "New"}, **world.later())
    event = world.last()
    move(world, post, "submit")

    assert "status has changed" in refused(world, event).message


def test_nothing_is_left_of_a_refusal_halfway(world: World) -> None:
    """The page could come back, but its address is somebody else's by now."""
    page = world.make.page(slug="about", status=PostStatus.PUBLISHED)
    move(world, page, "archive")
    event = world.last()
    save(world, page, slug="old-about")
    world.make.at = world.at
    world.make.page(slug="about", title="Another", status=PostStatus.PUBLISHED)

    assert "is published at /about" in refused(world, event).message


def test_what_an_act_did_on_the_way_is_told_apart_from_what_the_next_did(world: World) -> None:
    """A tag made by a save is a part of that save, and of none that follows."""
    first, second = world.make.post(), world.make.post()
    save(world, first, tags=["Sea"])
    made = world.last()
    save(world, second, title="Other")

    assert len(made.changes["parts"][1]) == 1
    assert "parts" not in world.last().changes


def test_a_redirect_that_a_post_took_over_leads_where_it_led(world: World) -> None:
    """An address that two posts had, one after the other."""
    first, second = world.make.post(slug="sea", status=PostStatus.PUBLISHED), world.make.post(slug="bay")
    save(world, first, slug="ocean")
    move(world, first, "publish")
    save(world, second, slug="sea")
    move(world, second, "publish")
    save(world, second, slug="lake")
    before = world.session.scalars(select(Redirect.post_id).where(Redirect.from_path == "/posts/sea")).one()
    move(world, second, "publish")
    event = world.last()

    undo(world.session, event, **world.later())

    assert before == first.id
    assert world.session.scalars(select(Redirect.post_id).where(Redirect.from_path == "/posts/sea")).one() == before
