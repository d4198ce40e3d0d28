"""A test run leaves no server behind, however it ends."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.services.servers import answers

LEAD = """
from tests.services.keeper import keeper, shared_server
with keeper():
    print(shared_server("redis").url, flush=True)
    assert shared_server("redis").url == shared_server("redis").url
    input()
"""


@pytest.fixture
def run() -> subprocess.Popen[str]:
    """A process that leads a run and has asked for Redis."""
    return subprocess.Popen(
        [sys.executable, "-c", LEAD],
        cwd=Path(__file__).parents[2],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


@pytest.mark.parametrize("ending", [None, signal.SIGINT, signal.SIGKILL])
def test_servers_end_with_the_run(run: subprocess.Popen[str], redis_url: str, ending: signal.Signals | None) -> None:
    assert run.stdout is not None
    port = urlsplit(run.stdout.readline().strip()).port
    assert port is not None
    assert answers(port)

    if ending:
        run.send_signal(ending)
    run.communicate("\n")

    deadline = time.monotonic() + 60
    while answers(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not answers(port)
