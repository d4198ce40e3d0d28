"""Running commands as a person does, each test in an installation of its own."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from cms.cli import main

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance folder with nothing in it; commands of this test work there, on SQLite."""
    monkeypatch.setenv("CMS_ENV", "development")
    monkeypatch.setenv("CMS_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CMS_DATABASE_URL", f"sqlite:///{tmp_path / 'copydesk.db'}")
    monkeypatch.delenv("CMS_BASE_URL", raising=False)
    return tmp_path


@pytest.fixture
def run(
    installation: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Result]:
    """Runs a command in this process."""

    def run(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["manage.py", *arguments])
        try:
            main()
            code = 0
        except SystemExit as stopped:
            code = stopped.code if isinstance(stopped.code, int) else 1
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture
def manage(installation: Path) -> Callable[..., Result]:
    """Runs a command in a process of its own, which closes what it opened."""

    def manage(*arguments: str, **settings: str) -> Result:
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=os.environ | {"CMS_NO_VENV": "1"} | settings,
            capture_output=True,
            text=True,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return manage


def spoil(installation: Path, *statements: str) -> None:
    """What no part of ours would do to its database: behind the back of foreign keys."""
    with closing(sqlite3.connect(installation / "copydesk.db")) as database, database:
        for statement in statements:
            database.execute(statement)


@dataclass
class Served:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def get(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            status: int = answer.status
            return status

    def until_up(self) -> float:
        """Seconds from the start of the process to the first 200."""
        begun = time.monotonic()
        while time.monotonic() - begun < START_SECONDS:
            assert self.process.poll() is None, self.log.read_text()
            try:
                self.get("/healthz")
                return time.monotonic() - begun
            except OSError:
                time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def stop(self) -> int:
        """The exit status after TERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=40)


@pytest.fixture
def start(installation: Path) -> Iterator[Callable[..., Served]]:
    """Starts a command that serves, on a free port; stopped at the end of the test."""
    running: list[Served] = []

    def start(*arguments: str) -> Served:
        port = free_port()
        log = installation / f"log-{port}.txt"
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), *arguments, "--port", str(port)],
                env=os.environ | {"CMS_NO_VENV": "1"},
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        running.append(Served(process, port, log))
        return running[-1]

    yield start
    for served in running:
        if served.process.poll() is None:
            os.killpg(served.process.pid, signal.SIGKILL)
            served.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
