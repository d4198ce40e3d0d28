"""Whoever begins to send a form and falls silent keeps the site from nobody for long."""

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.cli.conftest import Served

HEAD = "POST /login HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: 100\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n\r\nemail=a"


def test_a_silent_client_is_told_so_and_lets_its_thread_go(
    start: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CMS_REQUEST_SECONDS", "3")
    served = start("serve", "--workers", "1")
    served.until_up()
    with ExitStack() as open_ones:
        silent = [open_ones.enter_context(socket.create_connection(("127.0.0.1", served.port))) for _ in range(5)]
        for client in silent:  # one more than there are threads
            client.sendall((HEAD.format(served.port) + FORM).encode())
        time.sleep(1)

        assert served.get("/healthz") == 200
        silent[0].settimeout(30)
        answer = silent[0].makefile("rb").read().decode()

    assert answer.startswith("HTTP/1.1 503 ")
    assert "Retry-After: 2" in answer
    assert served.stop() == 0
