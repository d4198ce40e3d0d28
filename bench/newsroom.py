"""An instance made for one measurement: a database, an owner, editors and their posts, and gunicorn in front of it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.databases import database
from cms import create_app
from cms.accounts.actions import passwords, people
from cms.accounts.models import Role, User
from cms.extensions import db
from cms.posts.actions import create
from cms.posts.models import PostKind
from cms.web import migrating
from cms.web.passwords import hash_password

ROOT = Path(__file__).parents[1]
PASSWORD = "eight people at one desk"
START_SECONDS = 30
STOP_SECONDS = 40


@dataclass(frozen=True)
class Editor:
    """Somebody who signs in and saves: the posts that all share, and one that only they touch."""

    email: str
    shared: tuple[int, ...]
    own: int


@dataclass(frozen=True)
class Newsroom:
    """A running site; `log` is what its server said."""

    app: Flask
    url: str
    editors: list[Editor]
    log: Path


@contextmanager
def newsroom(*, postgres: str | None, port: int, workers: int, editors: int, shared: int) -> Iterator[Newsroom]:
    """Everything is new and gone afterwards; the server answers on the loopback when the block begins."""
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder, database(postgres, folder) as address:
        os.environ.update(
            CMS_ENV="development",
            CMS_LIMITS="off",
            CMS_INSTANCE=folder,
            CMS_DATABASE_URL=address,
            CMS_BASE_URL=f"http://127.0.0.1:{port}",
        )
        app = create_app("development")
        with app.app_context():
            migrating.upgrade()
            people_and_posts = _seed(db.session(), editors, shared)
            db.session.remove()
            db.engine.dispose()
        log = Path(folder) / "server.log"
        with _server(port, workers, log):
            yield Newsroom(app, f"http://127.0.0.1:{port}", people_and_posts, log)
        with app.app_context():
            db.engine.dispose()


def _seed(session: Session, editors: int, shared: int) -> list[Editor]:
    """Through the domain, as a site would come to have them."""
    at = datetime.now(UTC)
    owner = people.create_owner(
        session,
        email="owner@bench.example",
        username="ruth",
        password=PASSWORD,
        hash_password=hash_password,
        display_name="Ruth",
        at=at,
    )
    session.flush()
    role = session.scalars(select(Role).where(Role.name == "editor")).one()
    posts = tuple(_post(session, owner, f"Shared {number}", at) for number in range(1, shared + 1))
    made = []
    for number in range(1, editors + 1):
        email = f"editor{number}@bench.example"
        person, secret = people.invite(
            session, email=email, username=f"desk{number}", display_name=f"Desk {number}", roles=[role], by=owner, at=at
        )
        session.flush()
        passwords.reset_password(session, secret, hash_password(PASSWORD), at=at)
        made.append(Editor(email, posts, _post(session, person, f"Own {number}", at)))
    session.commit()
    return made


def _post(session: Session, by: User, title: str, at: datetime) -> int:
    return create(session, PostKind.POST, {"title": title, "body": "The first words."}, by=by, at=at).id


@contextmanager
def _server(port: int, workers: int, log: Path) -> Iterator[None]:
    """`manage.py serve`, ended with TERM as an operator would."""
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", str(workers)]
    environment = {**os.environ, "CMS_NO_VENV": "1"}
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait_until_ready(server, f"http://127.0.0.1:{port}/healthz", log)
        yield
    finally:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_ready(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')}")
