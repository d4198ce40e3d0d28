"""Redirects that lead nowhere are known without following them: what is at their end says so when it changes."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.cli.tidy import tidy_up
from cms.posts import actions as texts
from cms.posts.actions.editions import end_live, make_live
from cms.posts.lifecycle import PUBLISHED
from cms.redirects import actions
from cms.redirects.actions import Route
from cms.redirects.models import Redirect
from cms.redirects.queries import is_dead
from tests.factories import Make

YEAR = timedelta(days=365)


@pytest.fixture
def editor(app: object, make: Make) -> User:
    """With an application, which says whom to ask where texts live."""
    return make.editor()


def dead(session: Session, at: datetime) -> list[str]:
    found = list(session.scalars(select(Redirect).order_by(Redirect.id).execution_options(populate_existing=True)))
    listed = set(session.scalars(select(Redirect.id).where(is_dead(at))))
    assert listed == {redirect.id for redirect in found if redirect.is_dead(at)}
    return [redirect.from_path for redirect in found if redirect.id in listed]


def lead(session: Session, editor: User, at: datetime, *targets: str) -> None:
    for number, target in enumerate(targets):
        actions.create(session, Route(f"/old-{number}", 301, target), by=editor, at=at)


def test_what_leads_to_something_public_is_no_problem(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    make.post(slug="it", status=PUBLISHED, author=editor, tags=[make.tag(name="Sea")], published_at=now)
    make.page(slug="about", status=PUBLISHED)
    there = ("/Posts/It/?from=old#top", "/posts/it/comments", "/about", "/", "/posts", "/tags/sea", "/login")
    there += (f"/authors/{editor.username}", f"/archive/{now:%Y/%m}", "/feed.atom", "https://example.com/nowhere")

    lead(session, editor, now, *there)
    actions.create(session, Route("/gone", 410), by=editor, at=now)

    assert dead(session, now) == []


@pytest.mark.parametrize(
    "target", ["/posts/none", "/none", "/about/none", "/tags/none", "/tags/sea", "/authors/none", "/archive/1999/01"]
)
def test_what_leads_to_nothing_public_is_dead(
    session: Session, make: Make, editor: User, now: datetime, target: str
) -> None:
    make.post(tags=[make.tag(name="Sea")])

    lead(session, editor, now, target)

    assert dead(session, now) == ["/old-0"]


def test_it_follows_what_becomes_of_a_post(session: Session, make: Make, editor: User, now: datetime) -> None:
    post = make.post(slug="it", tags=[make.tag(name="Sea")])
    lead(session, editor, now, "/posts/it", "/tags/sea", "/old-0")
    actions.create(session, Route("/follows", 301, post_id=post.id), by=editor, at=now)
    assert dead(session, now) == ["/old-0", "/old-1", "/old-2", "/follows"]

    make_live(session, post, by=editor, at=now, live_until=now + YEAR)

    assert dead(session, now) == []
    assert dead(session, now + YEAR) == ["/old-0", "/old-2", "/follows"], "without anybody doing anything"
    session.commit()
    tidy_up(session, at=now + YEAR, end_chunk=session.commit)
    assert dead(session, now + YEAR) == ["/old-0", "/old-1", "/old-2", "/follows"]
    end_live(session, post, by=editor, at=now + timedelta(hours=1))
    assert dead(session, now + timedelta(hours=1)) == ["/old-0", "/old-1", "/old-2", "/follows"]


def test_what_is_scheduled_mends_itself(session: Session, make: Make, editor: User, now: datetime) -> None:
    post = make.post(slug="it")
    lead(session, editor, now, "/posts/it")

    make_live(session, post, by=editor, at=now, live_from=now + YEAR)

    assert dead(session, now) == []


def test_it_follows_a_text_that_is_published_again_elsewhere_or_with_an_end(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    post = make.post(slug="it", status=PUBLISHED, author=editor, tags=[make.tag(name="Sea")])
    make.tag(name="Land")
    lead(session, editor, now, "/tags/sea", "/tags/land", "/posts/it")
    assert dead(session, now) == ["/old-1"]

    later = now + timedelta(hours=1)
    texts.save(session, post, {"tags": ["Land"]}, base_version=post.version, by=editor, at=later)
    texts.publish(session, post, by=editor, at=later, live_until=now + YEAR)

    assert dead(session, later) == ["/old-0"]
    assert dead(session, now + YEAR) == ["/old-0", "/old-2"]


def test_a_chain_is_dead_where_its_last_link_is_and_lives_again_with_it(
    session: Session, editor: User, now: datetime
) -> None:
    lead(session, editor, now, "/old-1", "/old-2", "/none")
    assert dead(session, now) == ["/old-0", "/old-1", "/old-2"]
    last = session.scalars(select(Redirect).where(Redirect.from_path == "/old-2")).one()

    actions.change(session, last, Route("/old-2", 301, "https://example.com"), by=editor, at=now)
    assert dead(session, now) == []
    actions.change(session, last, Route("/other", 301, "https://example.com"), by=editor, at=now)
    assert dead(session, now) == ["/old-0", "/old-1"]


def test_a_circle_is_dead(session: Session, editor: User, now: datetime) -> None:
    """None can be set up, but one may come from elsewhere."""
    values = {"status": 301, "created_at": now, "updated_at": now}
    session.add_all(
        [Redirect(from_path="/a", to_path="/b", **values), Redirect(from_path="/b", to_path="/a", **values)]
    )
    session.commit()

    tidy_up(session, at=now, end_chunk=session.commit)

    assert dead(session, now) == ["/a", "/b"]


def test_what_is_deleted_takes_along_what_led_there(session: Session, editor: User, now: datetime) -> None:
    lead(session, editor, now, "/old-1", "https://example.com")
    last = session.scalars(select(Redirect).where(Redirect.from_path == "/old-1")).one()

    actions.delete(session, last, by=editor, at=now)

    assert dead(session, now) == ["/old-0"]
