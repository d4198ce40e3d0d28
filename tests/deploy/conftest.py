"""Copydesk in production behind nginx, as deploy/ has it, with two processes that serve."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.db import prepare_engine
from cms.core.generation import watch
from cms.core.shutter import Shutter
from cms.posts.lifecycle import PUBLISHED
from config import ROOT
from deploy.front import HOST, Answer, Front, free_port, front
from tests.conftest import NOON
from tests.factories import Make

START_SECONDS = 120
SECRET = "Tq8-zVw2_LkR5nYxB7mJdF3hGc9sPa4eUo6i"
PASSWORD = "nine lamps along the quay"


@dataclass
class Deployed:
    """One installation: what nginx answers, what the application behind answers, and its database."""

    settings: dict[str, str]
    pages: Path
    port: int
    engine: Engine
    front: Front
    server: subprocess.Popen[bytes]

    def ask_behind(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        """What nginx would be told, with its own word for where the question came from."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        for name, value in (
            {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"} | named
        ).items():
            request.add_header(name, value)
        try:
            with urllib.request.build_opener(_Stay()).open(request, timeout=30) as answer:
                return Answer(answer.status, answer.getheaders(), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers.items(), error.read())

    @contextmanager
    def changing(self) -> Iterator[tuple[Session, Make]]:
        """As a command does, which is a process of its own."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session, Make(session, NOON)
            session.commit()

    def restart(self) -> None:
        """As for a new version: what is in hand is ended first."""
        ended(self.server)
        self.server = started(self.settings, self.port)

    def target(self) -> str | None:
        return Shutter(self.pages).target()

    def until_stored(self, path: str, within: float = 20.0) -> Answer:
        """Asked until it comes from disk."""
        deadline = time.monotonic() + within
        while True:
            answer = self.front.ask(path)
            if self.is_stored(path):
                return self.front.ask(path)
            assert time.monotonic() < deadline, (answer.status, self.target())
            time.sleep(0.05)

    def is_stored(self, path: str) -> bool:
        return (self.pages / "current" / path.lstrip("/") / "index.html").exists()


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other."""

    def redirect_request(self, *_asked: Any) -> None:
        return None


def command(settings: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=os.environ | settings,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('database') / 'copydesk.db'}"
    url: str = request.getfixturevalue("postgres_database")("deployed")
    return url.replace("postgresql:", "postgresql+psycopg:")


@pytest.fixture(scope="module")
def deployed(nginx_program: str, database_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("deployed")
    settings = {
        "CMS_NO_VENV": "1",
        "CMS_ENV": "production",
        "CMS_SECRET_KEY": SECRET,
        "CMS_BASE_URL": f"https://{HOST}",
        "CMS_DATABASE_URL": database_address,
        "CMS_INSTANCE": str(folder / "instance"),
        "CMS_STORED_PAGES": str(folder / "pages"),
        "CMS_READS_LOG": str(folder / "reads.log"),
        "CMS_TRUSTED_PROXIES": "1",
    }
    command(settings, "db", "upgrade")
    command(settings, "users", "create-owner", "--email", "o@example.com", "--password", PASSWORD)
    headers = command(settings, "pages", "headers")
    engine = create_engine(database_address)
    prepare_engine(engine)
    watch(engine, Shutter(folder / "pages"))
    port = free_port()
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        there = stack.enter_context(
            front(nginx_program, folder, upstream=port, pages=folder / "pages", headers=headers)
        )
        site = Deployed(settings, folder / "pages", port, engine, there, started(settings, port))
        stack.callback(lambda: ended(site.server))
        yield site


def started(settings: dict[str, str], port: int) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
    environment = os.environ | settings | {"CMS_BIND": f"127.0.0.1:{port}"}
    server = subprocess.Popen(arguments, cwd=ROOT, env=environment, start_new_session=True)
    try:
        _until_up(server, port)
    except BaseException:
        ended(server)
        raise
    return server


def ended(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
    server.wait(START_SECONDS)


def _until_up(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
            return
        except OSError:
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.fixture(scope="module")
def post(deployed: Deployed) -> str:
    with deployed.changing() as (_session, make):
        make.post(slug="tide-clock", title="The tide clock", body="Five minutes slow. " * 200, status=PUBLISHED)
    return "/posts/tide-clock"


def owner(session: Session) -> User:
    return session.scalars(select(User).order_by(User.id).limit(1)).one()
