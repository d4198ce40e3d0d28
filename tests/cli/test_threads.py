"""A worker knows when a request came, or that it does not know."""

import os
import selectors
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from threading import Thread

import pytest
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from cms.cli.threads import Worker
from cms.core.arrival import came_at, note_from_now_on


@dataclass
class Noting:
    """An application that notes when the requests came that it was asked, and takes its time for some."""

    came: list[int | None] = field(default_factory=list)
    rested_until = 0

    def __call__(self, environ: dict[str, str], start_response: Callable[..., object]) -> list[bytes]:
        self.came.append(came_at())
        if environ["PATH_INFO"] == "/slow":
            time.sleep(1)
            self.rested_until = time.monotonic_ns()
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]


class _Loaded(BaseApplication):
    def load_config(self) -> None:
        self.cfg.set("threads", 1)

    def load(self) -> Noting:
        return Noting()


@pytest.fixture
def noting() -> Noting:
    return Noting()


@pytest.fixture
def port(noting: Noting) -> Iterator[int]:
    """Where a worker with one thread answers."""
    note_from_now_on()
    loaded = _Loaded()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        worker = Worker(1, os.getppid(), [listener], loaded, 30, loaded.cfg, Logger(loaded.cfg))
        worker.wsgi, worker.poller, worker.tpool = noting, selectors.DefaultSelector(), worker.get_thread_pool()
        worker.method_queue.init()
        running = Thread(target=worker.run)
        running.start()
        yield listener.getsockname()[1]
        worker.handle_exit(0, None)
        running.join()
        worker.tmp.close()


@pytest.fixture
def connections(port: int) -> Iterator[list[HTTPConnection]]:
    """Two that have been used before."""
    both = [HTTPConnection("127.0.0.1", port, timeout=20) for _number in range(2)]
    for one in both:
        ask(one)
    yield both
    for one in both:
        one.close()


def ask(connection: HTTPConnection, path: str = "/") -> None:
    connection.request("GET", path)
    connection.getresponse().read()


def test_a_request_came_when_it_was_sent_and_not_when_a_thread_had_time(
    noting: Noting, connections: list[HTTPConnection]
) -> None:
    first, second = connections
    first.request("GET", "/slow")
    time.sleep(0.1)
    sent = time.monotonic_ns()
    second.request("GET", "/")
    for one in connections:
        one.getresponse().read()

    came = noting.came[-1]
    assert came is not None
    assert sent <= came < noting.rested_until
    assert came_at() is None


def test_a_new_connection_says_nothing(noting: Noting, connections: list[HTTPConnection]) -> None:
    assert noting.came == [None, None]


@pytest.mark.parametrize("beginning", [b"\r\n", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n"])
def test_a_request_that_was_still_on_its_way_says_nothing(
    noting: Noting, connections: list[HTTPConnection], beginning: bytes
) -> None:
    """Even if all of it lies there once a thread has time."""
    first, second = connections
    first.request("GET", "/slow")
    time.sleep(0.1)
    line = second.sock
    assert line is not None
    line.sendall(beginning)
    time.sleep(0.2)
    line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".removeprefix(beginning))
    first.getresponse().read()
    assert line.recv(1000).startswith(b"HTTP/1.1 200")

    assert noting.came[-1] is None


def test_one_who_hangs_up_harms_nobody(noting: Noting, connections: list[HTTPConnection]) -> None:
    first, second = connections
    line = second.sock
    assert line is not None
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # so that it is reset
    second.close()
    time.sleep(0.1)
    ask(first)

    assert noting.came[-1] is not None


def test_what_is_known_of_one_request_is_not_believed_of_the_next(
    noting: Noting, connections: list[HTTPConnection]
) -> None:
    line = connections[0].sock
    assert line is not None
    line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2)
    said = b""
    while said.count(b"HTTP/1.1 200") < 2:
        said += line.recv(1000)

    came = noting.came[-2:]
    assert came[0] is not None
    assert came[1] is None or came[1] > came[0]
