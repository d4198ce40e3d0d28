"""What the tests of PostgreSQL's driver have in common."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine

from cms.core.db import engine_options, prepare_engine


@pytest.fixture
def one_connection(postgres_database: Callable[[str], str]) -> Iterator[Engine]:
    """To an empty database; each transaction has the connection of the one before."""
    url = postgres_database("driver")
    engine = create_engine(url, **engine_options(url) | {"pool_size": 1, "max_overflow": 0})
    prepare_engine(engine)
    yield engine
    engine.dispose()
