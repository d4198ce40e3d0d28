"""What programs are told, from the change to the bytes that arrive: once, in time, signed, and nothing secret."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms import create_app
from cms.accounts.models import User
from cms.audit.actions import last_recorded
from cms.audit.undo import undo
from cms.comments import actions as comments
from cms.comments import queries as comment_queries
from cms.comments.lifecycle import CommentMove
from cms.comments.models import Comment
from cms.extensions import db
from cms.jobs.lifecycle import JobStatus
from cms.jobs.models import Job
from cms.posts import actions
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Edition
from cms.web.telling import TURN
from cms.web.worker import drain
from cms.webhooks.models import Delivery, Webhook
from tests.conftest import NOON
from tests.factories import Make
from tests.webhooks.conftest import Receiver, loaded

MINUTE = timedelta(minutes=1)


def said(receiver: Receiver) -> list[tuple[str, dict[str, Any]]]:
    bodies = [json.loads(message.body) for message in receiver.messages]
    return [(body["type"], body["data"]) for body in bodies]


def kinds(receiver: Receiver) -> list[str]:
    return [kind for kind, _data in said(receiver)]


def test_a_life_of_a_post_as_others_hear_it(
    here: Flask, session: Session, make: Make, hook: Webhook, owner: User, receiver: Receiver
) -> None:
    post = make.post(title="Night ferry", slug="night-ferry", body="The whole text.")
    session.commit()
    post = loaded(session, post, owner)

    actions.publish(session, post, by=owner, at=NOON)
    session.commit()
    drain(here)
    actions.save(session, post, {"body": "More words."}, base_version=post.version, by=owner, at=NOON + MINUTE)
    session.commit()
    drain(here)
    actions.publish(session, post, by=owner, at=NOON + 2 * MINUTE)
    session.commit()
    drain(here)
    actions.move_post(session, post, PostMove.UNPUBLISH, by=owner, at=NOON + 3 * MINUTE)
    session.commit()
    drain(here)

    assert kinds(receiver) == ["post.published", "post.updated", "post.unpublished"]
    _kind, first = said(receiver)[0]
    assert (first["id"], first["url"], first["title"], first["version"]) == (
        post.id,
        "http://localhost/posts/night-ferry",
        "Night ferry",
        1,
    )
    assert "title" not in said(receiver)[2][1]
    assert b"whole text" not in b"".join(message.body for message in receiver.messages)


def test_another_site_in_this_process_changes_no_address(
    here: Flask,
    session: Session,
    make: Make,
    hook: Webhook,
    owner: User,
    receiver: Receiver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (
        ("CMS_DATABASE_URL", here.config["SQLALCHEMY_DATABASE_URI"]),
        ("CMS_INSTANCE", str(tmp_path)),
        ("CMS_BASE_URL", "https://other.example"),
    ):
        monkeypatch.setenv(name, value)
    other = create_app("testing")
    post = loaded(session, make.post(slug="it"), owner)

    actions.publish(session, post, by=owner, at=NOON)
    session.commit()
    drain(here)

    with other.app_context():
        db.engine.dispose()
    assert said(receiver)[0][1]["url"] == "http://localhost/posts/it"


def test_undoing_is_told_as_well(
    here: Flask, session: Session, make: Make, hook: Webhook, owner: User, receiver: Receiver
) -> None:
    post = loaded(session, make.post(), owner)
    actions.publish(session, post, by=owner, at=NOON)
    event = last_recorded(session)
    assert event is not None
    undone = undo(session, event, by=owner, at=NOON + MINUTE)
    undo(session, undone, by=owner, at=NOON + 2 * MINUTE)
    session.commit()
    drain(here)

    assert kinds(receiver) == ["post.published", "post.unpublished", "post.published"]


def test_drafts_are_nobodys_business(
    here: Flask, session: Session, make: Make, hook: Webhook, owner: User, receiver: Receiver
) -> None:
    post = loaded(session, make.post(title="A secret"), owner)
    actions.save(session, post, {"title": "A secret still"}, base_version=post.version, by=owner, at=NOON)
    actions.move_post(session, post, PostMove.SUBMIT, by=owner, at=NOON)
    actions.move_post(session, post, PostMove.TRASH, by=owner, at=NOON + MINUTE)
    session.commit()

    assert drain(here) == 0
    assert receiver.messages == []


def test_what_is_rolled_back_is_told_to_nobody(session: Session, make: Make, hook: Webhook, owner: User) -> None:
    post = make.post()
    session.commit()
    actions.publish(session, loaded(session, post, owner), by=owner, at=NOON)
    session.rollback()

    assert session.scalars(select(Delivery)).all() == []
    assert session.scalars(select(Job)).all() == []


@pytest.fixture
def ahead() -> datetime:
    """Hours from now by the clock of the worker, which goes on by `comes`."""
    return datetime.now(tz=NOON.tzinfo) + timedelta(hours=5)


def comes(session: Session, moment: datetime, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """That moment, for everybody who asks this installation what time it is."""
    session.commit()
    clock = app.extensions["copydesk"].clock
    monkeypatch.setattr(clock, "now", lambda: moment)
    drain(app)
    session.expire_all()


def test_what_was_scheduled_is_told_at_its_time_and_once(
    here: Flask,
    session: Session,
    make: Make,
    hook: Webhook,
    owner: User,
    receiver: Receiver,
    ahead: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    post, at = loaded(session, make.post(title="Later"), owner), ahead - timedelta(hours=5)
    actions.publish(session, post, by=owner, at=at, live_from=ahead, live_until=ahead + MINUTE)
    comes(session, ahead - MINUTE, here, monkeypatch)
    assert receiver.messages == []

    comes(session, ahead, here, monkeypatch)
    assert kinds(receiver) == ["post.published"]
    looked = session.scalars(select(Job).where(Job.name == TURN).order_by(Job.run_at).limit(1)).one()
    looked.status, looked.args = JobStatus.WAITING, {"post": post.id, "moment": ahead.isoformat()}  # as if it had died
    comes(session, ahead, here, monkeypatch)
    assert kinds(receiver) == ["post.published"]

    comes(session, ahead + MINUTE, here, monkeypatch)
    assert kinds(receiver) == ["post.published", "post.unpublished"]


def test_a_schedule_that_is_called_off_or_moved_is_not_told(
    here: Flask,
    session: Session,
    make: Make,
    hook: Webhook,
    owner: User,
    receiver: Receiver,
    ahead: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = ahead - timedelta(hours=5)
    called_off, moved = (loaded(session, make.post(title=title), owner) for title in ("Off", "Moved"))
    for post in (called_off, moved):
        actions.publish(session, post, by=owner, at=at, live_from=ahead)
    actions.move_post(session, called_off, PostMove.UNPUBLISH, by=owner, at=at + MINUTE)
    actions.publish(session, moved, by=owner, at=at + MINUTE, live_from=ahead + MINUTE)

    comes(session, ahead, here, monkeypatch)
    assert receiver.messages == []
    comes(session, ahead + MINUTE, here, monkeypatch)
    assert [data["title"] for _kind, data in said(receiver)] == ["Moved"]


def test_a_worker_that_was_away_tells_nothing_that_is_not_so_any_more(
    here: Flask,
    session: Session,
    make: Make,
    hook: Webhook,
    owner: User,
    receiver: Receiver,
    ahead: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    post, at = loaded(session, make.post(), owner), ahead - timedelta(hours=5)
    actions.publish(session, post, by=owner, at=at, live_from=ahead)
    actions.move_post(session, post, PostMove.UNPUBLISH, by=owner, at=ahead + MINUTE)

    comes(session, ahead + 2 * MINUTE, here, monkeypatch)

    assert kinds(receiver) == ["post.unpublished"]


def test_comments_are_told_of_without_words_or_names(
    here: Flask, session: Session, make: Make, hook: Webhook, owner: User, receiver: Receiver
) -> None:
    post = make.post(slug="it", status=PUBLISHED)
    waiting = make.comment(post)
    session.commit()
    for step, move in enumerate((CommentMove.APPROVE, CommentMove.SPAM, CommentMove.TRASH), start=1):
        comment = comment_queries.get(session, waiting.id, viewer=owner)
        comments.move_comment(session, comment, move, by=owner, at=NOON + step * MINUTE)
    session.commit()
    drain(here)

    assert kinds(receiver) == ["comment.approved", "comment.removed"]
    assert said(receiver)[0][1]["url"] == f"http://localhost/posts/it#comment-{waiting.id}"
    assert said(receiver)[1][1]["url"] is None
    told = b"".join(message.body for message in receiver.messages)
    assert b"Rafe" not in told
    assert b"harbour bus" not in told


def test_only_what_was_chosen_is_told(
    here: Flask, session: Session, make: Make, hook: Webhook, owner: User, receiver: Receiver
) -> None:
    hook.events = ["post.unpublished", "page.published"]
    for text in (make.post(), make.page(slug="about")):
        actions.publish(session, loaded(session, text, owner), by=owner, at=NOON)
    session.commit()
    drain(here)

    assert kinds(receiver) == ["page.published"]


def test_an_import_tells_nobody(session: Session, make: Make, hook: Webhook) -> None:
    """Whoever brings ten thousand posts does not mean ten thousand messages."""
    make.post(status=PUBLISHED)
    session.commit()
    assert session.scalars(select(Edition)).all()
    assert session.scalars(select(Delivery)).all() == []
    assert session.scalars(select(Comment)).all() == []
