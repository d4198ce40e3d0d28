"""A site with as many posts, comments and files as somebody wants to measure, and a browser that its owner sits at."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from flask import Flask

from bench.databases import database, kept_database
from bench.furniture import OWNER, furnish
from cms import create_app
from cms.cli.demo.load import PASSWORD
from cms.extensions import db
from tests.browser import Browser

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Site:
    """One size of it; `rows` are those of each table."""

    app: Flask
    rows: int
    owner: Browser


@contextmanager
def full_site(postgres: str | None, rows: int, keep: Path | None = None) -> Iterator[Site]:
    """Filled by `manage.py seed` and gone afterwards, or kept in a folder for the next time."""
    with _place(postgres, rows, keep) as (folder, address):
        os.environ.update(CMS_ENV="development", CMS_LIMITS="off", CMS_INSTANCE=str(folder), CMS_DATABASE_URL=address)
        is_filled = folder / "filled"
        if not is_filled.exists():
            print(f"Filled with {rows:,} posts and comments in {_seed(rows)}.\n", flush=True)
        _run("db", "upgrade", "--no-backup")
        app = create_app("development")
        with app.app_context():
            if not is_filled.exists():
                furnish(db.engine, rows)
            _look_around()
        is_filled.touch()
        yield Site(app, rows, signed_in(app))
        with app.app_context():
            db.engine.dispose()


@contextmanager
def _place(postgres: str | None, rows: int, keep: Path | None) -> Iterator[tuple[Path, str]]:
    """A folder and a database."""
    if keep is not None:
        folder = keep / f"{'postgresql' if postgres else 'sqlite'}_{rows}"
        folder.mkdir(parents=True, exist_ok=True)
        yield folder, kept_database(postgres, folder)
        return
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as new, database(postgres, new) as address:
        yield Path(new), address


def _seed(rows: int) -> str:
    """How long it takes; the work of a server is not in the seconds of the processor."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    _run("seed", "--posts", str(rows), "--comments", str(rows))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{time.monotonic() - began:.0f} s, of which the command computed for {busy:.0f} s"


def _run(*command: str) -> None:
    settings = {**os.environ, "CMS_NO_VENV": "1"}
    asked = [sys.executable, "manage.py", *command]
    subprocess.run(asked, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL, check=True)


def signed_in(app: Flask) -> Browser:
    """The owner's browser."""
    return Browser(app).sign_in(SimpleNamespace(email=OWNER), PASSWORD)


def _look_around() -> None:
    """What PostgreSQL does by itself within a minute of so many new rows; a measurement does not wait for it."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("RESET statement_timeout")
