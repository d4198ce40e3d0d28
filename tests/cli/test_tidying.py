"""`tidy`: what is older than the owner wants goes for good, all of it, and nothing else."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms import search
from cms.accounts.actions.sessions import Device, open_session, sign_in_failed
from cms.accounts.models import User, UserSession
from cms.audit.actions import record
from cms.audit.models import EventPersonal
from cms.cli import housekeeping
from cms.cli.tidy import tidy_up
from cms.comments.actions import move_comment
from cms.comments.lifecycle import CommentMove, CommentStatus
from cms.comments.models import Comment
from cms.core.db import Base
from cms.posts import actions
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post
from cms.redirects.actions import remember
from cms.redirects.models import Redirect, RedirectStatus
from cms.settings.models import SettingValue
from tests.accounts.events import events, verbs
from tests.cli.conftest import Result
from tests.conftest import NOON
from tests.factories import Make

DAY = timedelta(days=1)
MONTH = 30 * DAY
Tidy = Callable[..., dict[str, int]]


@pytest.fixture
def tidy(session: Session, make: Make) -> Tidy:
    """Tidies a month and a day after everything happened, by these settings."""

    def _tidy(**settings: int) -> dict[str, int]:
        session.add_all(SettingValue(key=key, value=value, updated_at=NOON) for key, value in settings.items())
        session.commit()
        return tidy_up(session, at=NOON + MONTH + DAY, end_chunk=session.commit)

    return _tidy


@pytest.fixture
def owner(make: Make) -> User:
    return make.owner()


def trash(session: Session, post: Post, owner: User, at: datetime = NOON) -> Post:
    actions.move_post(session, post, PostMove.TRASH, by=owner, at=at)
    return post


def rows(session: Session) -> dict[str, int]:
    """How many rows each table has, without the record."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in ("events", "event_personal")]
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_a_post_goes_with_all_that_only_it_had_and_the_record_stays(
    session: Session, make: Make, tidy: Tidy, owner: User
) -> None:
    session.add(SettingValue(key="trash_days", value=30, updated_at=NOON))
    before = rows(session)
    tag = make.tag()
    post = make.post(status=PUBLISHED, tags=[tag], author=owner, featured_media_id=make.media().id)
    answered = make.comment(post)
    make.comment(post, parent_id=answered.id, status=CommentStatus.APPROVED)
    trash(session, post, owner)

    assert tidy()["posts and pages"] == 1
    assert rows(session) == before | {"tags": 1, "media": 1}
    assert {search.missing(session, index) for index in search.INDEXES} == {0}
    assert verbs(session)[-4:] == ["post.trash", "comment.delete", "comment.delete", "post.delete"]


def test_old_addresses_of_a_post_that_went_say_that_it_is_gone(
    session: Session, make: Make, tidy: Tidy, owner: User
) -> None:
    post = make.post()
    remember(session, "/posts/ferry", post_id=post.id, by=owner, at=NOON)
    trash(session, post, owner)

    tidy(trash_days=30)
    redirect = session.scalars(select(Redirect)).one()
    assert (redirect.status, redirect.post_id) == (RedirectStatus.GONE, None)


def test_what_is_younger_restored_or_kept_by_the_settings_stays(
    session: Session, make: Make, tidy: Tidy, owner: User
) -> None:
    trash(session, make.post(), owner, NOON + 2 * DAY)
    actions.move_post(session, trash(session, make.post(), owner), PostMove.RESTORE, by=owner, at=NOON + DAY)
    before = rows(session)

    assert set(tidy(trash_days=30).values()) == {0}
    assert rows(session) == before | {"settings": 1}


def test_nothing_goes_from_the_trash_unless_a_period_is_set(
    session: Session, make: Make, tidy: Tidy, owner: User
) -> None:
    trash(session, make.post(), owner)

    assert tidy()["posts and pages"] == 0


def test_pages_go_from_below_and_one_stays_while_another_is_below_it(
    session: Session, make: Make, tidy: Tidy, owner: User
) -> None:
    above = make.page()
    below = make.page(parent_id=above.id)
    holding = make.page()
    held = make.page(parent_id=holding.id)
    for page in (below, above, holding):
        trash(session, page, owner)

    assert tidy(trash_days=30)["posts and pages"] == 2
    assert set(session.scalars(select(Post.id))) == {holding.id, held.id}


def test_a_trashed_comment_goes_and_an_answered_one_waits_for_its_answers(
    session: Session, make: Make, tidy: Tidy, owner: User
) -> None:
    trashed: dict[str, Any] = {"status": CommentStatus.TRASHED, "moderated_at": NOON}
    post = make.post(status=PUBLISHED)
    chain = make.comment(post, **trashed)
    make.comment(post, parent_id=chain.id, **trashed)
    answered = make.comment(post, **trashed)
    answer = make.comment(post, parent_id=answered.id, status=CommentStatus.APPROVED)
    spam = make.comment(post, status=CommentStatus.SPAM, moderated_at=NOON)

    assert tidy(trash_days=30)["comments"] == 2
    assert set(session.scalars(select(Comment.id))) == {answered.id, answer.id, spam.id}


def test_a_comment_that_went_leaves_no_name_behind(session: Session, make: Make, tidy: Tidy) -> None:
    post = make.post(status=PUBLISHED)
    comment = make.comment(post)
    record(session, "comment.create", comment, by=None, at=NOON, personal={"guest_email": comment.guest_email})
    move_comment(session, comment, CommentMove.TRASH, by=make.owner(), at=NOON)

    tidy(trash_days=30)
    assert verbs(session)[-1] == "comment.delete"
    assert session.scalars(select(EventPersonal)).all() == []


def test_others_who_write_wait_for_no_more_than_a_chunk_of_a_long_conversation(
    session: Session, make: Make, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.cli.tidy.CHUNK", 2)
    post = trash(session, make.post(status=PUBLISHED), owner)
    first = make.comment(post)
    for _number in range(4):
        make.comment(post, parent_id=first.id)
    session.add(SettingValue(key="trash_days", value=30, updated_at=NOON))
    session.commit()
    left: list[int] = []

    def end_chunk() -> None:
        session.commit()
        left.append(session.scalar(select(func.count()).select_from(Comment)) or 0)

    done = tidy_up(session, at=NOON + MONTH + DAY, end_chunk=end_chunk)

    assert left[:3] == [3, 1, 0]
    assert (done["comments"], done["posts and pages"]) == (5, 1)


def test_where_a_comment_came_from_is_forgotten_after_its_days(session: Session, make: Make, tidy: Tidy) -> None:
    old = make.comment(address_digest="a" * 64, agent="Firefox")
    new = make.comment(address_digest="b" * 64, agent="Firefox", created_at=NOON + 2 * DAY)

    assert tidy(address_days=30)["addresses of comments"] == 1
    session.expire_all()
    assert (old.address_digest, old.agent, old.guest_email) == ("", "", "rafe@example.com")
    assert (new.address_digest, new.agent) == ("b" * 64, "Firefox")


def test_where_somebody_signed_in_from_is_forgotten_and_that_they_did_is_not(
    session: Session, make: Make, tidy: Tidy
) -> None:
    person, device = make.author(), Device("192.0.2.7", "Firefox")
    for at in (NOON, NOON + 2 * DAY):
        open_session(session, person, device, at=at, lasts=90 * DAY, remembered=True, via="password")
        sign_in_failed(session, person, device, at=at)

    assert tidy(address_days=30)["addresses of sign-ins"] == 1
    session.expire_all()
    known = [(row.address, row.agent) for row in session.scalars(select(UserSession).order_by(UserSession.id))]
    assert known == [("", ""), ("192.0.2.7", "Firefox")]
    assert [event.personal is None for event in events(session)] == [True, True, False, False]


def test_addresses_are_kept_where_the_setting_says_so(session: Session, make: Make, tidy: Tidy) -> None:
    make.comment(address_digest="a" * 64)

    assert tidy(address_days=0)["addresses of comments"] == 0


def test_the_serving_processes_tidy_once_an_hour_one_at_a_time(
    app: Flask, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.comment(address_digest="a" * 64, created_at=NOON - 1000 * DAY)
    session.commit()
    barrier, turns = threading.Barrier(4), []

    def worker() -> None:
        barrier.wait()
        turns.append(housekeeping.tidy_if_due(app))

    workers = [threading.Thread(target=worker) for _worker in range(4)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()

    assert sorted(turns) == [False, False, False, True]
    assert session.scalar(select(Comment.address_digest)) == ""
    session.rollback()
    clock = app.extensions["copydesk"].clock
    later = clock.now() + timedelta(hours=1, seconds=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert housekeeping.tidy_if_due(app)


def test_the_command_says_what_would_go_and_keeps_it_then_removes_it(
    run: Callable[..., Result], migrated: None
) -> None:
    run("users", "create-owner", "--email", "o@example.com", "--password", "nine lamps along the quay")
    long_ago = (
        "from datetime import *; ago = datetime(2020, 1, 1, tzinfo=UTC);"
        "session.add(SettingValue(key='trash_days', value=1, updated_at=ago));"
        "session.add(Post(title='Old', slug='old', author_id=1, created_at=ago, updated_at=ago, trashed_at=ago));"
        "session.commit()"
    )
    run("shell", "-c", long_ago)

    said = run("tidy", "--dry-run").out.splitlines()
    assert said[:3] == ["Nothing was removed. This is what would go:", "comments: 0", "posts and pages: 1"]
    assert run("tidy").out.splitlines()[1] == "posts and pages: 1"
    assert run("tidy").out.splitlines()[1] == "posts and pages: 0"


def test_it_needs_a_database_that_is_up_to_date(run: Callable[..., Result]) -> None:
    refused = run("tidy")

    assert (refused.code, refused.err.count("\n")) == (1, 1)
