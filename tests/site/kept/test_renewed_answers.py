"""Answers to programs are always what would be made, whatever happens to the site."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.api import limits
from cms.comments.lifecycle import APPROVED, PENDING
from cms.comments.models import Comment
from cms.core.clock import Clock
from cms.media.models import Media
from cms.posts import actions
from cms.posts.models import Post
from tests.api.conftest import MANY
from tests.api.test_kept import ALL
from tests.browser import Browser
from tests.factories import Make
from tests.site.kept.conftest import Change
from tests.site.kept.test_renewed import made, seen


@pytest.fixture
def answers(session: Session, make: Make, post: Post, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses of the API for all that stands beside the post, which strangers may ask for without end."""
    monkeypatch.setattr(limits, "STRANGERS", MANY)
    page = session.scalars(select(Post).where(Post.slug == "about")).one()
    media, comment = make.media(), make.comment(post, status=APPROVED, author_id=post.author_id, guest_name="")
    post.featured_media_id = media.id
    actions.publish(session, post, by=make.editor(), at=post.updated_at + timedelta(seconds=1))
    session.commit()
    ids = {"post": post.id, "page": page.id, "tag": post.tags[0].id, "series": post.series_id}
    ids |= {"media": media.id, "comment": comment.id, "user": post.author_id}
    return [f"/api/v1{path.format(**ids)}" for path in ALL]


def things_of_programs(session: Session, make: Make, post: Post) -> list[Change]:
    """What the API shows and no page does, or shows in another way."""
    numbers = iter(range(10_000))

    def describe_image() -> None:
        media = session.get_one(Media, post.featured_media_id)
        media.alt = f"A clock {next(numbers)}"

    def trash_image() -> None:
        media = session.get_one(Media, post.featured_media_id)
        media.trashed_at = None if media.trashed_at else post.updated_at

    def add_what_nobody_knows() -> None:
        for one in (make.media, make.series, make.tag):
            one()
        make.user("author")

    def give_or_take_a_role() -> None:
        person = session.get_one(User, post.author_id)
        role = make.roles["moderator"]
        others = [one for one in person.roles if one is not role]
        person.roles = others if role in person.roles else [*others, role]

    def tell_of_oneself() -> None:
        person = session.get_one(User, post.author_id)
        person.bio, person.last_seen_at = f"Writes, {next(numbers)}.", post.updated_at

    def hold_or_approve() -> None:
        comment = session.scalars(select(Comment).order_by(Comment.id)).first()
        comment.status = PENDING if comment.status is APPROVED else APPROVED

    def close() -> None:
        post.comments_open = not post.comments_open
        actions.publish(session, post, by=make.editor(), at=post.updated_at + timedelta(seconds=1))

    people = [give_or_take_a_role, tell_of_oneself]
    return [describe_image, trash_image, add_what_nobody_knows, *people, hold_or_approve, close]


@pytest.mark.parametrize("seed", range(3))
def test_what_programs_read_is_what_would_be_made_whatever_happens(
    browser: Browser,
    session: Session,
    make: Make,
    post: Post,
    answers: list[str],
    changes: list[Change],
    seed: int,
) -> None:
    every = [*changes, *things_of_programs(session, make, post)]
    chosen, before, looks = random.Random(seed), made(browser), 0
    for _round in range(12):
        chosen.choice(every)()
        session.commit()
        for url in answers:
            kept, anew = browser.get(url), browser.get_unkept(url)
            assert (*seen(kept), kept.headers.get("ETag")) == (*seen(anew), anew.headers.get("ETag")), url
            looks += 1

    assert len(answers) < made(browser) - before < looks * 0.8


def test_what_turns_by_itself_turns_for_programs_too(
    browser: Browser, session: Session, make: Make, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is scheduled begins at its moment, though nothing is written then."""
    clock, passed, asked = Clock.now, timedelta(), (f"/api/v1/posts/{post.id}", "/api/v1/posts?fields=title")
    monkeypatch.setattr(Clock, "now", lambda own: clock(own) + passed)
    at = datetime.now(UTC)
    actions.save(session, post, {"title": "Spring tide"}, base_version=post.version, by=make.editor(), at=at)
    actions.publish(session, post, by=make.editor(), at=at, live_from=at + timedelta(hours=1))
    session.commit()
    before = [browser.get(url).text for url in asked]

    passed = timedelta(hours=2)
    after = [browser.get(url).text for url in asked]

    assert ["Spring tide" in text for text in (*before, *after)] == [False, False, True, True]
