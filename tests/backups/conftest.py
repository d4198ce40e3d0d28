"""Installations with something in them, and new ones to put it back into."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.orm import Session

from cms.backups.shelf import Shelf
from cms.backups.site import Site, database_of, mark_of
from cms.media import actions
from cms.media.models import Media
from cms.media.storage import LocalFolder
from tests.factories import Make
from tests.media import files

SECRET = "of this installation"


def moment() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def storage(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path / "media")


@pytest.fixture
def site(engine: Engine, storage: LocalFolder, tmp_path: Path, clean: None) -> Site:
    """The installation of the tests, with a storage and a shelf of its own."""
    return Site(Shelf(tmp_path / "backups"), database_of(engine.url), storage, mark_of(SECRET))


@dataclass(frozen=True)
class Elsewhere:
    """Another machine with nothing on it but the folder of backups."""

    site: Site
    engine: Engine


@pytest.fixture
def elsewhere(site: Site, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Elsewhere]:
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    if site.database.kind == "postgresql":
        url = request.getfixturevalue("postgres_database")("elsewhere").replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(make_url(url))
    new = Site(site.shelf, database_of(engine.url), LocalFolder(tmp_path / "elsewhere"), mark_of(SECRET))
    yield Elsewhere(new, engine)
    engine.dispose()


@pytest.fixture
def stored(session: Session, make: Make, storage: LocalFolder) -> Callable[[int], Media]:
    """A file of the library whose bytes are there; its width tells it from others."""

    def store(width: int) -> Media:
        prepared = actions.prepare(files.image(size=(width, 30)), f"{width}.png", storage_url=storage.folder.as_uri())
        return actions.add(session, prepared, by=make.author(), at=make.at)

    return store
