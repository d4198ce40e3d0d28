"""Databases of both kinds with nothing in them, and a way to move them along the history."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import Engine

from cms import create_app
from cms.core.generation import UNWATCHED
from cms.extensions import db
from cms.web import migrating
from config import ROOT

MIGRATIONS = ROOT / "migrations"
_numbers = count(1)


@dataclass
class Database:
    """One that is at some revision of the history; every step runs `migrations/env.py` as `db upgrade` does."""

    app: Flask
    url: str
    folder: Path = MIGRATIONS

    @property
    def engine(self) -> Engine:
        with self.app.app_context():
            return db.engine.execution_options(**UNWATCHED)

    def up_to(self, revision: str = "head") -> None:
        with self.app.app_context():
            upgrade(str(self.folder), revision)

    def down_to(self, revision: str) -> None:
        with self.app.app_context():
            downgrade(str(self.folder), revision)

    def check(self) -> None:
        """Ends the process where the tables differ from the models."""
        with self.app.app_context():
            check(str(self.folder))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Empty: not even the table of versions is there."""
    with _made(request, request.param, tmp_path) as database:
        yield database


@pytest.fixture
def sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with _made(request, "sqlite", tmp_path) as database:
        yield database


@pytest.fixture
def postgresql(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with _made(request, "postgresql", tmp_path) as database:
        yield database


@pytest.fixture
def add_revision(tmp_path: Path) -> Callable[..., Path]:
    """Puts another revision on top of a copy of the history: `add_revision("op.execute(…)")`, twice for two."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))

    def add(body: str, undo: str = "pass") -> Path:
        last = max(path.name[:4] for path in (folder / "versions").glob("*.py"))
        name = f"{int(last) + 1:04}"
        trial = (
            f'revision, down_revision = "{name}", "{last}"\n{_function("upgrade", body)}{_function("downgrade", undo)}'
        )
        path = folder / "versions" / f"{name}_a_trial.py"
        path.write_text(f"import sqlalchemy as sa\nfrom alembic import op\n{trial}")
        return folder

    return add


@contextmanager
def _made(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[Database]:
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'migrated.db'}"
    else:
        url = request.getfixturevalue("postgres_database")(f"migrated_{next(_numbers)}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CMS_DATABASE_URL", url)
        patch.setenv("CMS_INSTANCE", str(folder))
        patch.setenv("CMS_BASE_URL", "http://localhost")
        database = Database(create_app("development"), url)
        migrating.bind(database.app)
    yield database
    database.engine.dispose()


def _function(name: str, body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return f"\ndef {name}() -> None:\n{lines}\n"
