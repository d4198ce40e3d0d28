"""What programs are told, from the change to the bytes that arrive: once, in time, signed, and nothing secret."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import last_recorded
from cms.audit.undo import undo
from cms.comments import actions as comments
from cms.comments import queries as comment_queries
from cms.comments.lifecycle import CommentMove
from cms.comments.models import Comment
from cms.jobs import leases
from cms.jobs.lifecycle import JobStatus
from cms.jobs.models import Job
from cms.posts import actions, queries
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Edition, Post
from cms.web import hooks
from cms.web.telling import TURN
from cms.web.worker import drain
from cms.webhooks.models import Delivery, DeliveryStatus, Webhook
from tests.conftest import NOON
from tests.factories import Make
from tests.webhooks.conftest import Receiver

MINUTE = timedelta(minutes=1)


def loaded(session: Session, post: Post, viewer: User) -> Post:
    return queries.get(session, post.id, viewer=viewer)


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


def test_a_receiver_can_check_every_message(
    here: Flask, session: Session, make: Make, hook: Webhook, owner: User, receiver: Receiver
) -> None:
    actions.publish(session, loaded(session, make.post(title="Größe"), owner), by=owner, at=NOON)
    session.commit()
    drain(here)

    message = receiver.messages[0]
    with here.app_context():
        secret = hooks.opened(hook.sealed_secret)
    assert secret is not None
    key = base64.b64decode(secret.removeprefix("whsec_"))
    head = f"{message.headers['webhook-id']}.{message.headers['webhook-timestamp']}.".encode()
    signature = base64.b64encode(hmac.new(key, head + message.body, hashlib.sha256).digest()).decode()
    assert message.headers["webhook-signature"] == f"v1,{signature}"
    assert message.headers["content-type"] == "application/json"
    assert "Größe".encode() in message.body


def test_what_fails_is_tried_again_under_the_same_id(
    here: Flask, session: Session, make: Make, hook: Webhook, owner: User, receiver: Receiver
) -> None:
    receiver.status, receiver.answer = 503, b"not now"
    actions.publish(session, loaded(session, make.post(), owner), by=owner, at=NOON)
    session.commit()
    drain(here)
    delivery = session.scalars(select(Delivery)).one()
    session.refresh(delivery)
    assert (delivery.status, delivery.http_status, delivery.excerpt) == (DeliveryStatus.WAITING, 503, "not now")
    session.refresh(hook)
    assert hook.failing_since is not None

    receiver.status = 204
    session.execute(update(Job).values(run_at=NOON))
    session.commit()
    drain(here)

    session.refresh(delivery)
    session.refresh(hook)
    assert (delivery.status, delivery.attempts, hook.failing_since) == (DeliveryStatus.DELIVERED, 2, None)
    first, second = receiver.messages
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_a_worker_killed_in_the_middle_loses_nothing_and_repeats_the_id(
    here: Flask, session: Session, make: Make, hook: Webhook, owner: User, receiver: Receiver
) -> None:
    """It was sent, and the worker died before it could say so: the lease runs out, and another sends it again."""
    actions.publish(session, loaded(session, make.post(), owner), by=owner, at=NOON)
    session.commit()
    drain(here)
    job = session.scalars(select(Job)).one()
    delivery = session.scalars(select(Delivery)).one()
    session.refresh(job)
    job.status, job.args, job.lease_until = "running", {"delivery": delivery.id}, NOON - leases.LEASE
    session.commit()
    drain(here)

    ids = [message.headers["webhook-id"] for message in receiver.messages]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_webhook_that_fails_for_days_is_switched_off_and_owners_are_told(
    here: Flask, session: Session, make: Make, hook: Webhook, owner: User, receiver: Receiver
) -> None:
    receiver.status = 500
    hook.failing_since = datetime.now(tz=NOON.tzinfo) - timedelta(days=3)
    actions.publish(session, loaded(session, make.post(), owner), by=owner, at=NOON)
    session.commit()
    outbox = here.extensions["mailman"].outbox = []
    drain(here)

    session.refresh(hook)
    assert not hook.active
    assert [(mail.to, "was switched off" in mail.subject) for mail in outbox] == [([owner.email], True)]
    assert f"/admin/webhooks/details/?id={hook.id}" in outbox[0].body
    session.execute(update(Job).where(Job.name == "webhook").values(run_at=NOON))
    session.commit()
    sent = len(receiver.messages)
    drain(here)
    assert len(receiver.messages) == sent


def test_nothing_is_sent_into_our_own_network_unless_the_installation_allows_it(
    app: Flask, session: Session, make: Make, receiver: Receiver, hook: Webhook, owner: User, monkeypatch: Any
) -> None:
    monkeypatch.undo()  # back to an installation like any other
    actions.publish(session, loaded(session, make.post(), owner), by=owner, at=NOON)
    session.commit()
    drain(app)

    delivery = session.scalars(select(Delivery)).one()
    assert receiver.messages == []
    assert (delivery.status, delivery.http_status) == (DeliveryStatus.FAILED, None)
    assert "not public" in delivery.error


def test_an_import_tells_nobody(session: Session, make: Make, hook: Webhook) -> None:
    """Whoever brings ten thousand posts does not mean ten thousand messages."""
    make.post(status=PUBLISHED)
    session.commit()
    assert session.scalars(select(Edition)).all()
    assert session.scalars(select(Delivery)).all() == []
    assert session.scalars(select(Comment)).all() == []
