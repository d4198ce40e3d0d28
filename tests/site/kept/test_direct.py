"""Under gunicorn a kept page is sent in one piece, byte for byte what gunicorn would have sent of the same answer."""

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker
from sqlalchemy.orm import Session

from cms.posts.lifecycle import PUBLISHED
from cms.site.kept.direct import response_behind
from tests.browser import Browser
from tests.factories import Make

App = Callable[..., object]
HOST = "Host: localhost"


@dataclass(frozen=True)
class Sent:
    """What went through the socket, in how many pieces, and whether another request may follow."""

    said: bytes
    pieces: int
    stays_open: bool


class Counting(socket.socket):
    pieces = 0

    def sendall(self, data: bytes, flags: int = 0) -> None:
        self.pieces += 1
        super().sendall(data, flags)


class _Loaded(BaseApplication):
    """gunicorn around an application that is there already."""

    def __init__(self, app: App) -> None:
        self.app = app
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("worker_class", "gthread")

    def load(self) -> App:
        return self.app


Ask = Callable[..., Sent]


@pytest.fixture
def ask(app: Flask) -> Ask:
    """One request to a thread of gunicorn, which handles it with `app` and may be about to stop."""

    def ask(*lines: str, app: App = app.wsgi_app, stops: bool = False) -> Sent:
        ours, theirs = socket.socketpair()
        loaded = _Loaded(app)
        worker = ThreadWorker(1, 0, [], loaded, 30, loaded.cfg, Logger(loaded.cfg))
        worker.wsgi, worker.alive = app, not stops
        counting = Counting(fileno=theirs.detach())
        connection = TConn(loaded.cfg, counting, ("127.0.0.1", 1), ("127.0.0.1", 80))
        with ours, counting:
            ours.sendall("\r\n".join([*lines, "", ""]).encode())
            connection.data_ready = True
            stays_open = worker.handle(connection)
            counting.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: ours.recv(65536), b""))
        worker.tmp.close()
        return Sent(re.sub(rb"\r\nDate: [^\r]+ GMT\r\n", b"\r\nDate: now\r\n", said), counting.pieces, stays_open)

    return ask


@pytest.fixture
def tag(session: Session, make: Make, browser: Browser) -> str:
    """Of the post at /posts/it, as it is sent to whoever takes no coding; the page is kept from now on."""
    make.post(slug="it", body="Ropes and nets. " * 90, status=PUBLISHED)
    session.commit()
    return browser.get("/posts/it", headers={"Accept-Encoding": "identity"}).headers["ETag"]


def wrapped(app: Flask) -> App:
    """Something between gunicorn and us that could change answers."""
    return lambda environ, start_response: app.wsgi_app(environ, lambda *told: start_response(*told))


@pytest.mark.parametrize(
    "lines",
    [
        ["GET /posts/it HTTP/1.1", HOST],
        ["GET /posts/it HTTP/1.1", HOST, "Accept-Encoding: zstd"],
        ["GET /posts/it HTTP/1.1", HOST, "Accept-Encoding: gzip"],
        ["GET /posts/it HTTP/1.1", HOST, "Connection: close"],
        ["GET /posts/it HTTP/1.1", HOST, "If-None-Match: TAG"],
        ["GET /posts/it HTTP/1.1", HOST, "If-None-Match: TAG", "Connection: close"],
    ],
)
def test_it_is_what_gunicorn_would_have_sent(app: Flask, ask: Ask, tag: str, lines: list[str]) -> None:
    lines = [line.replace("TAG", tag) for line in lines]

    direct, through = ask(*lines), ask(*lines, app=wrapped(app))

    assert direct.said == through.said
    assert direct.said.startswith((b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 304 NOT MODIFIED\r\n"))
    assert direct.stays_open == through.stays_open == ("Connection: close" not in lines)
    assert direct.pieces == 1


def test_what_one_program_is_told_goes_with_the_same_piece(app: Flask, ask: Ask, tag: str) -> None:
    lines = ("GET /api/v1/posts?limit=1 HTTP/1.1", HOST)

    direct, through = ask(*lines), ask(*lines, app=wrapped(app))

    assert (direct.pieces, through.pieces) == (1, 2)
    for sent, left in ((direct, b"119"), (through, b"118")):
        assert b"\r\nRateLimit-Remaining: %s\r\n" % left in sent.said
    assert _without_account(direct.said) == _without_account(through.said)


def _without_account(said: bytes) -> bytes:
    """What is another with each answer."""
    return re.sub(rb"\r\nRateLimit-(Remaining|Reset): \d+", b"", said)


@pytest.mark.parametrize("line", ["HEAD /posts/it HTTP/1.1", "GET /posts/it HTTP/1.0"])
def test_other_forms_are_left_to_gunicorn(app: Flask, ask: Ask, tag: str, line: str) -> None:
    direct, through = ask(line, HOST), ask(line, HOST, app=wrapped(app))

    assert direct == through
    assert b" 200 OK\r\n" in direct.said


def test_a_worker_that_stops_says_that_the_connection_closes(ask: Ask, tag: str) -> None:
    sent = ask("GET /posts/it HTTP/1.1", HOST, stops=True)

    assert b"\r\nConnection: close\r\n" in sent.said
    assert (sent.pieces, sent.stays_open) == (1, False)


def test_whoever_is_not_gunicorn_is_told_as_wsgi_has_it() -> None:
    class Server:
        def start_response(self, *_told: object) -> None: ...

    assert response_behind(Server().start_response) is None
    assert response_behind(lambda *_told: None) is None
