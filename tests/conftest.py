"""One application for each database and worker; every test begins with empty tables and the built-in roles."""

import gc
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from cms import create_app
from cms.extensions import db
from cms.site import health
from cms.site.reads import REGISTRY, Reads
from cms.web import rates
from tests.browser import Browser
from tests.factories import Make
from tests.wiping import wipe

# An example is not wrong for being slow: the machine may be busy, and pytest-timeout ends what hangs.
settings.register_profile("copydesk", deadline=None)
settings.load_profile("copydesk")

# pytest collects what is logged; a handler of the first application would keep the standard error of its test alone.
logging.getLogger("cms").addHandler(logging.NullHandler())
logging.getLogger("cms").setLevel(logging.INFO)

pytest_plugins = ["tests.services.plugin", "tests.starting"]

#: A fixed moment for tests that pass time as an argument.
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def pytest_collection_finish() -> None:
    """What was imported and collected stays until the end: nobody looks for garbage in it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database of each kind; PostgreSQL where there is one (in CI there always is)."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture(scope="session")
def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Its settings are taken back as soon as it is made: other tests of this process begin without any."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CMS_DATABASE_URL", database_url)
        patch.setenv("CMS_INSTANCE", str(tmp_path_factory.mktemp("instance")))
        patch.setenv("CMS_BASE_URL", "http://localhost")
        app = create_app("testing")
    _trust_the_machine(app)
    return app


def _trust_the_machine(app: Flask) -> None:
    """What only a crash would need is off, as on the PostgreSQL of the tests."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _entry: connection.execute("PRAGMA synchronous=OFF"))
        engine.dispose()  # nor do those that were opened before


@pytest.fixture(scope="session")
def engine(app: Flask) -> Iterator[Engine]:
    with app.app_context():
        engine = db.engine
    yield engine
    engine.dispose()


@pytest.fixture
def clean(engine: Engine, app: Flask) -> None:
    """Empty tables before the test; asked for by everything that touches the database."""
    wipe(engine, Path(app.instance_path))
    app.extensions[REGISTRY] = Reads()  # what earlier tests read is not written in this one
    health.init_app(app)  # what was found in an earlier test is looked for anew
    rates.init_app(app)  # nor does it count how often was asked in one


@pytest.fixture
def session(engine: Engine, clean: None) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def make(session: Session) -> Make:
    """Gives valid things with the least said."""
    return Make(session, NOON)


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture
def browser(app: Flask, clean: None) -> Browser:
    """Somebody at a keyboard, not signed in."""
    return Browser(app)
