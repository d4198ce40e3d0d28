"""A server that went away and came back is noticed by whoever asks next, and not by asking each time."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from cms.core import presence
from cms.core.db import engine_options, prepare_engine


@pytest.fixture
def server(postgres_url: str) -> Iterator[Engine]:
    engine = create_engine(postgres_url, **engine_options(postgres_url))
    prepare_engine(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def asked(server: Engine, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The connections that were asked whether they still lead anywhere."""
    found: list[object] = []
    ping: Callable[[object], bool] = server.dialect.do_ping
    monkeypatch.setattr(server.dialect, "do_ping", lambda connection: found.append(connection) or ping(connection))
    return found


def backend(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(text("SELECT pg_backend_pid()"))


def test_a_connection_that_was_used_just_now_is_used_again_unasked(server: Engine, asked: list[object]) -> None:
    assert backend(server) == backend(server)
    assert asked == []


def test_one_that_was_lost_while_nobody_used_it_is_replaced(
    server: Engine, asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "SURE_SECONDS", 0)
    lost = backend(server)
    assert backend(server) == lost
    assert len(asked) == 1

    with create_engine(server.url, poolclass=NullPool).connect() as other:
        other.execute(text(f"SELECT pg_terminate_backend({lost}, 5000)"))

    assert backend(server) != lost
