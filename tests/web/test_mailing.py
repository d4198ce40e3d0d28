"""Mail through the outbox, to a real SMTP server: sent once, tried again, or given up with a reason."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms import create_app
from cms.extensions import db
from cms.jobs.lifecycle import DONE, FAILED, WAITING
from cms.jobs.models import Job
from cms.web import mailing
from cms.web.worker import drain
from tests.cli.conftest import free_port
from tests.web.jobs import only

Sending = Callable[[int], Flask]


class Postman:
    """An SMTP server that keeps what it gets; `refusal` is what it says to every recipient instead."""

    def __init__(self, refusal: str = "") -> None:
        self.refusal = refusal
        self.got: list[Message] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.got.append(envelope.content.decode())
        return "250 OK"


@pytest.fixture
def sending(app: Flask, clean: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sending]:
    """An application on the same data whose mail goes to this port."""
    started = []

    def start(port: int) -> Flask:
        monkeypatch.setenv("CMS_DATABASE_URL", app.config["SQLALCHEMY_DATABASE_URI"])
        monkeypatch.setenv("CMS_INSTANCE", str(tmp_path))
        monkeypatch.setenv("CMS_BASE_URL", "http://localhost")
        monkeypatch.setenv("CMS_MAIL_URL", f"smtp://127.0.0.1:{port}")
        started.append(create_app("development"))
        return started[-1]

    yield start
    for application in started:
        with application.app_context():
            db.engine.dispose()


@pytest.fixture
def postman() -> Iterator[Callable[[str], tuple[Postman, int]]]:
    controllers = []

    def serve(refusal: str = "") -> tuple[Postman, int]:
        handler = Postman(refusal)
        controllers.append(Controller(handler, hostname="127.0.0.1", port=free_port()))
        controllers[-1].start()
        return handler, controllers[-1].port

    yield serve
    for controller in controllers:
        controller.stop()


def post(app: Flask, *addresses: str) -> None:
    with app.app_context(), closing(db.session()) as session:
        mailing.post(addresses, "A letter", "See https://example.com/reset/once\n")
        session.commit()


def test_each_address_gets_a_message_of_its_own(sending: Sending, postman: Any, session: Session) -> None:
    handler, port = postman()
    app = sending(port)
    post(app, "a@example.com", "b@example.com")

    assert drain(app) == 2

    assert len(handler.got) == 2
    assert ["To: a@example.com" in mail for mail in handler.got] == [True, False]
    assert list(session.scalars(select(Job.status))) == [DONE, DONE]
    assert len({line for mail in handler.got for line in mail.splitlines() if line.startswith("Message-ID")}) == 2


def test_a_server_that_is_away_delays_it_and_loses_nothing(sending: Sending, postman: Any, session: Session) -> None:
    away = sending(free_port())
    post(away, "a@example.com")
    drain(away)

    job = only(session)
    assert (job.status, job.attempts) == (WAITING, 1)
    assert job.last_error == "The mail server could not be reached, or refused.\nConnectionRefusedError"

    job = session.scalars(select(Job)).one()
    job.run_at = job.created_at  # as if the time had passed
    session.commit()
    handler, port = postman()
    drain(sending(port))
    assert len(handler.got) == 1
    assert only(session).status is DONE


def test_a_server_that_says_nothing_is_not_waited_for_long(
    sending: Sending, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "TIMEOUT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as stuck:  # takes connections, and never greets
        app = sending(stuck.getsockname()[1])
        post(app, "a@example.com")
        began = time.monotonic()
        drain(app)

    assert time.monotonic() - began < 10
    assert (only(session).status, only(session).attempts) == (WAITING, 1)
    assert only(session).last_error.startswith("The mail server could not be reached")


@pytest.mark.parametrize(
    ("refusal", "status"), [("550 No such user here", FAILED), ("451 Try again later", WAITING)], ids=["5xx", "4xx"]
)
def test_a_refused_address_is_tried_again_only_where_that_can_help(
    sending: Sending, postman: Any, session: Session, refusal: str, status: str
) -> None:
    _handler, port = postman(refusal)
    app = sending(port)
    post(app, "nobody@example.com")

    drain(app)

    job = only(session)
    assert job.status is status
    assert refusal[:3] in job.last_error
    assert "nobody@example.com" not in job.last_error
