"""A program that takes messages, on this machine; and the setting that lets webhooks lead to it."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.posts import queries
from cms.posts.models import Post
from cms.web import hooks
from cms.web.runtimes import Runtime
from cms.webhooks.kinds import HookKind
from cms.webhooks.models import Webhook
from tests.conftest import NOON
from tests.factories import Make


@dataclass
class Message:
    """What arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers as it is told, and keeps what arrived."""

    url: str = ""
    status: int = 200
    answer: bytes = b"thank you"
    headers: dict[str, str] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    #: While it is not set, whoever asks waits for the answer.
    may_answer: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    told = Receiver()
    told.may_answer.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            names = {name.lower(): value for name, value in self.headers.items()}
            told.messages.append(Message(self.path, names, body))
            told.may_answer.wait(60)
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):  # whoever asked may be dead by now
                self.wfile.write(told.answer)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def here(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An installation with CMS_PRIVATE_HOOKS=allow."""
    runtime: Runtime = app.extensions["copydesk"]
    allowing = replace(runtime, config=replace(runtime.config, private_hooks=True))
    monkeypatch.setitem(app.extensions, "copydesk", allowing)
    return app


@pytest.fixture
def owner(session: Session, make: Make) -> User:
    owner = make.owner()
    session.commit()
    return owner


@pytest.fixture
def hook(here: Flask, session: Session, receiver: Receiver, owner: User) -> Webhook:
    """Told of everything."""
    with here.app_context():
        sealed = hooks.new_sealed_secret()
    hook = Webhook(
        url=receiver.url,
        events=[kind.value for kind in HookKind],
        sealed_secret=sealed,
        created_by_id=owner.id,
        created_at=NOON,
        updated_at=NOON,
    )
    session.add(hook)
    session.commit()
    return hook


def loaded(session: Session, post: Post, viewer: User) -> Post:
    """A draft, as the editor has it."""
    return queries.get(session, post.id, viewer=viewer)
