"""How messages arrive: signed, at least once under one id, and never where they must not go."""

import base64
import hashlib
import hmac
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.jobs import leases
from cms.jobs.models import Job
from cms.posts import actions
from cms.web import hooks
from cms.web.worker import drain
from cms.webhooks import deliveries
from cms.webhooks.deliveries import Outcome
from cms.webhooks.models import Delivery, DeliveryAttempt, DeliveryStatus, Webhook
from tests.conftest import NOON
from tests.factories import Make
from tests.webhooks.conftest import Receiver, loaded

MINUTE = timedelta(minutes=1)
ROOT = Path(__file__).resolve().parents[2]
WORKER = "from cms import create_app; from cms.web.worker import drain; drain(create_app('development'))"


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
    assert delivery.status is DeliveryStatus.WAITING
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
    log = session.scalars(select(DeliveryAttempt).order_by(DeliveryAttempt.id)).all()
    assert [(one.http_status, one.excerpt, one.error) for one in log] == [(503, "not now", ""), (204, "", "")]
    assert all(one.delivery_id == delivery.id and one.at >= NOON and one.milliseconds >= 0 for one in log)


def test_of_a_message_that_is_sent_again_and_again_the_latest_attempts_are_told(
    here: Flask, session: Session, make: Make, hook: Webhook, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "MOST_LOGGED", 2)
    deliveries.put(session, hook, "ping", {}, occasion="ping:1", at=NOON)
    deliveries.put(session, hook, "ping", {}, occasion="ping:2", at=NOON)
    session.flush()
    first, second = session.scalars(select(Delivery).order_by(Delivery.id)).all()
    deliveries.note(session, second, hook, Outcome(500, 1), is_last=False, at=NOON)
    for status in (501, 502, 503):
        deliveries.note(session, first, hook, Outcome(status, 1), is_last=False, at=NOON)

    log = session.scalars(select(DeliveryAttempt).order_by(DeliveryAttempt.id)).all()
    assert [(one.delivery_id, one.http_status) for one in log] == [(second.id, 500), (first.id, 502), (first.id, 503)]
    assert first.attempts == 3


def test_the_log_goes_with_its_message(session: Session, make: Make, hook: Webhook) -> None:
    for number in range(2):
        deliveries.put(session, hook, "ping", {}, occasion=f"ping:{number}", at=NOON + timedelta(days=number))
    session.flush()
    for delivery in session.scalars(select(Delivery)):
        deliveries.note(session, delivery, hook, Outcome(200, 1), is_last=False, at=NOON)

    assert deliveries.forget(session, NOON + timedelta(hours=1), most=10) == 1
    kept = session.scalars(select(Delivery.id)).one()
    assert session.scalars(select(DeliveryAttempt.delivery_id)).all() == [kept]


def test_a_worker_killed_in_the_middle_loses_nothing_and_repeats_the_id(
    here: Flask,
    session: Session,
    make: Make,
    hook: Webhook,
    owner: User,
    receiver: Receiver,
    tmp_path: Path,
) -> None:
    """SIGKILL while the other side has the message and has not answered; the next worker comes after the lease."""
    actions.publish(session, loaded(session, make.post(), owner), by=owner, at=NOON)
    session.commit()
    receiver.may_answer.clear()
    environment = {
        **os.environ,
        "CMS_DATABASE_URL": here.config["SQLALCHEMY_DATABASE_URI"],
        "CMS_INSTANCE": str(tmp_path),
        "CMS_BASE_URL": "http://localhost",
        "CMS_SECRET_KEY": str(here.secret_key),
        "CMS_PRIVATE_HOOKS": "allow",
    }
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment, cwd=ROOT)
    until = time.monotonic() + 60
    while not receiver.messages and time.monotonic() < until:
        time.sleep(0.05)
    worker.send_signal(signal.SIGKILL)
    worker.wait(30)
    receiver.may_answer.set()
    assert len(receiver.messages) == 1

    job = session.scalars(select(Job)).one()
    assert job.lease_until is not None
    job.lease_until -= leases.LEASE + MINUTE  # as if that time had passed
    session.commit()
    drain(here)

    first, second = receiver.messages
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert session.scalars(select(Delivery.status)).one() is DeliveryStatus.DELIVERED


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
    assert delivery.status is DeliveryStatus.FAILED
    attempt = session.scalars(select(DeliveryAttempt)).one()
    assert attempt.http_status is None
    assert "not public" in attempt.error
