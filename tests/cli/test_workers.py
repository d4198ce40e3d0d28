"""Who listens is small and starts the processes that serve, which come and go while readers notice nothing."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from cms.cli import processes
from tests.cli.conftest import ROOT, Served

Start = Callable[..., Served]
SECONDS = 60
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere gunicorn's own arbiter starts them")


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_there(pid: int) -> bool:
    with suppress(OSError):
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def up(served: Served, workers: int = 2) -> list[int]:
    served.until_up()
    until(lambda: len(served.workers()) == workers)
    return served.workers()


def test_whoever_listens_loads_nothing_of_the_application() -> None:
    script = "import sys, cms.cli.serve, cms.cli.demo; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    loaded = set(told.stdout.split())
    assert "gunicorn.arbiter" in loaded
    assert not {"flask", "sqlalchemy", "jinja2", "structlog", "prometheus_client", "cms.web"} & loaded


def test_one_that_is_killed_is_replaced_and_the_others_go_on(start: Start) -> None:
    served = start("serve")
    killed, other = up(served)

    os.kill(killed, signal.SIGKILL)
    assert served.get("/healthz") == 200
    until(lambda: len(served.workers()) == 2 and killed not in served.workers())
    assert other in served.workers()
    [line] = [line for line in served.log.read_text().splitlines() if "SIGKILL" in line]
    assert "[error" in line
    assert "request_id=-" in line
    assert served.stop() == 0


def test_new_ones_take_the_place_of_all_and_no_reader_waits_in_vain(start: Start) -> None:
    """As when one of them has answered as much as it may."""
    served = start("serve")
    before = up(served)
    answers: list[object] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            try:
                answers.append(served.get("/"))
            except Exception as error:
                answers.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    served.process.send_signal(signal.SIGHUP)
    until(lambda: len(served.workers()) == 2 and not set(before) & set(served.workers()))
    is_over.set()
    reader.join()
    assert set(answers) == {200}
    assert served.stop() == 0


def test_where_none_can_be_made_those_that_are_there_go_on_until_they_can(
    start: Start, installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = installation / "site.log"
    monkeypatch.setenv("CMS_LOG_FILE", str(log))
    served = start("serve")
    before = up(served)
    log.unlink()
    log.mkdir()

    served.process.send_signal(signal.SIGHUP)
    until(lambda: "Is a directory" in served.log.read_text())
    assert served.workers()[: len(before)] == before
    assert served.get("/healthz") == 200

    log.rmdir()
    until(lambda: len(served.workers()) == 2 and not set(before) & set(served.workers()))
    assert served.stop() == 0


def test_as_many_serve_as_are_asked_for(start: Start) -> None:
    served = start("serve", "--workers", "1")
    [first] = up(served, 1)

    served.process.send_signal(signal.SIGTTIN)
    until(lambda: len(served.workers()) == 2)
    served.process.send_signal(signal.SIGTTOU)
    until(lambda: len(served.workers()) == 1)
    assert served.workers() != [first]
    assert served.stop() == 0


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_nothing_stays_once_it_is_told_to_stop(start: Start, sent: signal.Signals) -> None:
    served = start("serve")
    workers = up(served)

    served.process.send_signal(sent)
    assert served.process.wait(SECONDS) == 0
    assert not [pid for pid in workers if is_there(pid)]


def test_nor_while_it_still_starts(start: Start) -> None:
    served = start("serve")
    until(served.workers)
    maker = served.workers()

    assert served.stop() == 0
    assert not [pid for pid in maker if is_there(pid)]


def test_those_that_serve_end_with_whoever_started_them(start: Start) -> None:
    served = start("serve")
    workers = up(served)

    served.process.kill()
    until(lambda: not [pid for pid in workers if is_there(pid)])


def test_whoever_makes_them_ends_quietly_where_nobody_listens_any_more(start: Start) -> None:
    served = start("serve")
    until(served.workers)
    maker = served.workers()

    served.process.kill()
    until(lambda: not [pid for pid in maker if is_there(pid)])
    said = served.log.read_text()
    assert "could not be made" in said
    assert "Unhandled exception" not in said


def test_standard_output_may_be_closed(start: Start) -> None:
    served = start("serve", through=("sh", "-c", 'exec "$@" >&-', "sh"))
    before = up(served)

    served.process.send_signal(signal.SIGHUP)
    until(lambda: len(served.workers()) == 2 and not set(before) & set(served.workers()))
    assert "[error" not in served.log.read_text()
    assert served.stop() == 0


def test_one_that_has_answered_as_much_as_it_may_asks_for_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOOK_SECONDS", 0.01)
    asked = threading.Event()
    before = signal.signal(signal.SIGHUP, lambda *_told: asked.set())
    try:
        worker = SimpleNamespace(alive=True, nr=0, ppid=os.getpid())
        look = threading.Thread(target=processes.renew_all_in_time, args=(worker, 100))
        look.start()
        worker.nr = 99
        time.sleep(0.1)
        assert not asked.is_set()
        worker.nr = 101
        assert asked.wait(SECONDS)
        look.join()
    finally:
        signal.signal(signal.SIGHUP, before)
