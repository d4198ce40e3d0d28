"""Running commands as a person does, in installations made for the tests."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from cms import create_app
from cms.cli import main
from cms.extensions import db
from cms.web import migrating

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


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as `db upgrade` leaves it."""
    folder = tmp_path_factory.mktemp("migrated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CMS_INSTANCE", str(folder))
        patch.setenv("CMS_DATABASE_URL", f"sqlite:///{folder / 'copydesk.db'}")
        app = create_app("development")
    with app.app_context():
        migrating.upgrade()
        db.engine.dispose()
    return folder / "copydesk.db"


@pytest.fixture
def migrated(installation: Path, migrated_file: Path) -> None:
    """Where `db upgrade` has been: what it does is in `test_database`, and whoever only needs it need not wait."""
    shutil.copy(migrated_file, installation / "copydesk.db")


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

    def text(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            said: str = answer.read().decode()
            return said

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

    def workers(self) -> list[int]:
        """The processes that answer, oldest first, once they are there."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return sorted(map(int, path.read_text().split()))

    def stop(self) -> int:
        """The exit status after TERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=40)


@pytest.fixture
def start(installation: Path) -> Iterator[Callable[..., Served]]:
    """Starts a command that serves, on a free port, `through` another if need be; stopped at the end of the test."""
    running: list[Served] = []

    def start(*arguments: str, through: Sequence[str] = ()) -> Served:
        port = free_port()
        log = installation / f"log-{port}.txt"
        with log.open("w") as output:
            process = subprocess.Popen(
                [*through, sys.executable, str(ROOT / "manage.py"), *arguments, "--port", str(port)],
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


@dataclass(frozen=True)
class Site:
    """An installation that may be seeded, and the application on it."""

    settings: dict[str, str]

    def command(self, *arguments: str) -> None:
        """In a process of its own, which closes what it opened."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=os.environ | {"CMS_NO_VENV": "1"} | self.settings,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def seed(self, posts: int, comments: int) -> None:
        self.command("seed", "--posts", str(posts), "--comments", str(comments))

    @contextmanager
    def application(self) -> Iterator[Flask]:
        """Its settings are taken back as soon as it is made: other tests of this process begin without any."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.settings.items():
                patch.setenv(name, value)
            app = create_app("testing")
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def new_site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Site]:
    """Makes an installation with nothing in it, on one of the databases."""

    def make(name: str) -> Site:
        folder = tmp_path_factory.mktemp(name)
        url = f"sqlite:///{folder / 'seeded.db'}"
        if request.param == "postgresql":
            url = request.getfixturevalue("postgres_database")(name)
        return Site({"CMS_ENV": "development", "CMS_INSTANCE": str(folder), "CMS_DATABASE_URL": url})

    return make
