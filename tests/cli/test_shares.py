"""Connections are shared out among the processes that serve, and nobody waits for one that takes none."""

import os
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from threading import Thread

import pytest
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from cms.cli import threads
from cms.cli.shares import Shares
from cms.cli.threads import Worker

Serving = Callable[[int], Worker]


def ok(_environ: object, start_response: Callable[..., object]) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


class _Loaded(BaseApplication):
    def load_config(self) -> None:
        self.cfg.set("threads", 2)
        self.cfg.set("keepalive", 60)

    def load(self) -> object:
        return ok


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield listener


@pytest.fixture(autouse=True)
def shares(monkeypatch: pytest.MonkeyPatch) -> Shares:
    """Of nobody but those of this test."""
    shares = Shares()
    monkeypatch.setattr(threads, "SHARES", shares)
    return shares


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy this machine is, whoever is offered a connection has the time to take it."""
    monkeypatch.setattr(threads, "OFFER_SECONDS", 30.0)


@contextmanager
def serving(listener: socket.socket, number: int) -> Iterator[Worker]:
    """A worker that listens there together with others, as if it were a process of its own."""
    loaded = _Loaded()
    worker = Worker(number, os.getppid(), [listener.dup()], loaded, 30, loaded.cfg, Logger(loaded.cfg))
    worker.wsgi, worker.poller, worker.tpool = ok, selectors.DefaultSelector(), worker.get_thread_pool()
    worker.method_queue.init()
    running = Thread(target=worker.run)
    running.start()
    try:
        yield worker
    finally:
        worker.handle_exit(0, None)
        running.join()
        worker.tmp.close()


def opened(listener: socket.socket, count: int, held: ExitStack) -> None:
    """So many connections, all at once, over each of which something was answered."""
    connections = [HTTPConnection(*listener.getsockname(), timeout=20) for _number in range(count)]
    for one in connections:
        held.enter_context(closing(one))
        one.connect()
    for one in connections:
        one.request("GET", "/")
    for one in connections:
        assert one.getresponse().read() == b"ok"


@pytest.mark.usefixtures("patient")
def test_whoever_has_fewer_takes_the_next(listener: socket.socket) -> None:
    with serving(listener, 1) as first, ExitStack() as held:
        opened(listener, 8, held)
        with serving(listener, 2) as second:
            assert _until(first._share.is_more)
            opened(listener, 8, held)
            assert second.nr_conns >= 7  # than which a quarter more is as many
            assert first.nr_conns + second.nr_conns == 16


@pytest.mark.usefixtures("patient")
def test_many_at_once_are_taken_by_all(listener: socket.socket) -> None:
    with serving(listener, 3) as first, serving(listener, 4) as second, ExitStack() as held:
        opened(listener, 40, held)
        assert min(first.nr_conns, second.nr_conns) >= 16
        assert first.nr_conns + second.nr_conns == 40


def test_one_that_ends_is_waited_for_by_nobody(listener: socket.socket) -> None:
    with serving(listener, 5) as first, ExitStack() as held:
        opened(listener, 2, held)
        with serving(listener, 6):
            assert _until(first._share.is_more)
        assert not first._share.is_more()


@pytest.mark.usefixtures("patient")
def test_one_that_ends_with_answers_under_way_takes_no_more(listener: socket.socket) -> None:
    with serving(listener, 5) as first, ExitStack() as held:
        opened(listener, 4, held)
        with serving(listener, 6) as ending:
            assert _until(first._share.is_more)
            opened(listener, 2, held)
            ending.handle_exit(0, None)
            assert _until(lambda: not first._share.is_more() or ending.nr_conns == 0)
            assert not first._share.is_more()


def test_two_that_have_one_place_count_for_themselves(listener: socket.socket, shares: Shares) -> None:
    """As where one has been there while the other one was started anew for the sixty-fourth time."""
    with serving(listener, 5) as first, ExitStack() as held:
        opened(listener, 3, held)
        shares.of(5 + 64).held = 0
        opened(listener, 2, held)
        assert first.nr_conns == 5


def test_what_was_left_to_one_that_hangs_is_answered_all_the_same(listener: socket.socket, shares: Shares) -> None:
    hanging = shares.of(7)
    hanging.look_around()
    with serving(listener, 8) as only, ExitStack() as held:
        opened(listener, 5, held)
        assert only.nr_conns == 5


@pytest.mark.parametrize(("mine", "others", "is_more"), [(0, 0, False), (1, 0, True), (3, 3, False), (4, 3, True)])
def test_of_few_each_one_counts(shares: Shares, mine: int, others: int, is_more: bool) -> None:
    assert _compared(shares, mine, others) is is_more


@pytest.mark.parametrize(("mine", "others", "is_more"), [(10, 8, False), (11, 8, True), (20, 16, False)])
def test_of_many_a_quarter_more_is_as_many(shares: Shares, mine: int, others: int, is_more: bool) -> None:
    assert _compared(shares, mine, others) is is_more


def test_one_that_takes_none_has_not_fewer(shares: Shares) -> None:
    here, there = shares.of(1), shares.of(2)
    here.held, there.held = 3, 0
    there.look_around()
    assert here.is_more()
    there.leave()
    assert not here.is_more()


def _compared(shares: Shares, mine: int, others: int) -> bool:
    here, there = shares.of(1), shares.of(2)
    here.held, there.held = mine, others
    there.look_around()
    return here.is_more()


def _until(holds: Callable[[], bool]) -> bool:
    """Whether it does within as long as a worker may take to look around."""
    deadline = time.monotonic() + 60
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()
