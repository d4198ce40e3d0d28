"""What is there now must be what the event left; if it is not, nothing is touched and every field is named."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.actions import record
from cms.audit.inverses import Moved
from cms.audit.undo import may_undo, undo
from cms.posts import actions as posts
from cms.posts.actions.emptying import remove as purge
from cms.posts.lifecycle import PostStatus
from cms.posts.models import Post, PostKind
from cms.redirects import actions as redirects
from cms.redirects.models import Redirect
from cms.settings import actions as settings
from cms.settings.queries import load
from tests.undo.acts import World, move, save
from tests.undo.conftest import refused


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


def test_what_is_gone_is_said_to_be_gone(world: World) -> None:
    redirect = redirects.create(world.session, redirects.Route("/old", 301, "/new"), **world.later())
    event = world.last()
    redirects.delete(world.session, redirect, **world.later())

    assert "not there any more" in refused(world, event).message


def test_a_redirect_that_would_lead_round_in_a_circle_does_not_return(world: World) -> None:
    redirect = redirects.create(world.session, redirects.Route("/old", 301, "/new"), **world.later())
    redirects.delete(world.session, redirect, **world.later())
    deleted = world.last()
    redirects.create(world.session, redirects.Route("/new", 301, "/old#there"), **world.later())

    assert "round in a circle" in refused(world, deleted).message


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
