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

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.jobs import leases
from cms.jobs.models import Job
from cms.posts import actions
from cms.web import hooks
from cms.web.worker import drain
from cms.webhooks.models import Delivery, DeliveryStatus, Webhook
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
    assert (delivery.status, delivery.http_status) == (DeliveryStatus.FAILED, None)
    assert "not public" in delivery.error
