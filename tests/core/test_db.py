"""How connections behave: the SQLite recipe under many writers, what a read may not do, and times with a zone."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.db import (
    BUSY_MILLISECONDS,
    begin_as,
    end_read,
    engine_options,
    prepare_engine,
    reading,
)
from cms.core.db_errors import is_away, is_bad_value
from tests.factories import Make

ROOT = Path(__file__).parents[2]
WRITERS, TIMES = 8, 25
RACERS, NEW_FILES = 6, 200
#: A process that adds to one number: reads it, waits, writes it; the second argument says how often.
WRITER = """
import sys, time
from sqlalchemy import create_engine, text
from cms.core.db import engine_options, prepare_engine
url, times = sys.argv[1], int(sys.argv[2])
engine = create_engine(url, **engine_options(url))
prepare_engine(engine)
for _time in range(times):
    with engine.begin() as connection:
        number = connection.scalar(text("SELECT number FROM counter"))
        time.sleep(0.001)
        connection.execute(text("UPDATE counter SET number = :number"), {"number": number + 1})
"""


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    """An engine by the recipe on a file of its own, with a number to add to."""
    engine = engine_on(tmp_path)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE counter (number INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    yield engine
    engine.dispose()


def test_a_new_file_and_what_stands_beside_it_is_nobody_elses_to_read(tmp_path: Path) -> None:
    engine = engine_on(tmp_path)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE secrets (value TEXT)"))
        assert {path.suffix for path in tmp_path.iterdir()} == {".db", ".db-wal", ".db-shm"}
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    engine.dispose()


def engine_on(folder: Path) -> Engine:
    url = f"sqlite:///{folder / 'recipe.db'}"
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return engine


def number(connection: Connection) -> int:
    return connection.execute(text("SELECT number FROM counter")).scalar_one()


def add_one(connection: Connection) -> None:
    connection.execute(text("UPDATE counter SET number = :number"), {"number": number(connection) + 1})


def test_threads_that_write_at_once_lose_nothing_and_are_never_refused(sqlite: Engine) -> None:
    refusals: list[Exception] = []

    def work() -> None:
        try:
            for _time in range(TIMES):
                with sqlite.begin() as connection:
                    add_one(connection)
        except OperationalError as error:
            refusals.append(error)

    threads = [threading.Thread(target=work) for _writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refusals == []
    with sqlite.connect() as connection:
        assert number(connection) == WRITERS * TIMES


def test_processes_that_write_at_once_lose_nothing_and_are_never_refused(sqlite: Engine) -> None:
    command = [sys.executable, "-c", WRITER, sqlite.url.render_as_string(), str(TIMES)]
    writers = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _writer in range(WRITERS)]

    assert [writer.communicate(timeout=120)[1] for writer in writers] == [""] * WRITERS
    with sqlite.connect() as connection:
        assert number(connection) == WRITERS * TIMES


def test_a_read_takes_no_write_lock(sqlite: Engine) -> None:
    with reading(), sqlite.connect() as reader:
        assert number(reader) == 0
        begin_as(may_write=True)
        with sqlite.begin() as writer:  # would wait for the lock if the reader held it
            add_one(writer)

        assert number(reader) == 0  # what it began to read, it goes on reading


def test_two_who_read_do_not_wait_for_a_writer(sqlite: Engine) -> None:
    with sqlite.begin() as writer:
        add_one(writer)
        with reading(), sqlite.connect() as one, sqlite.connect() as two:
            assert (number(one), number(two)) == (0, 0)


def test_who_may_write_has_the_lock_from_the_beginning(sqlite: Engine, tmp_path: Path) -> None:
    with sqlite.connect() as writer:
        writer.begin()
        impatient = sqlite3.connect(tmp_path / "recipe.db", timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            impatient.execute("BEGIN IMMEDIATE")
        impatient.close()


def test_reading_ends_with_its_block(sqlite: Engine, tmp_path: Path) -> None:
    with reading():
        pass

    test_who_may_write_has_the_lock_from_the_beginning(sqlite, tmp_path)


def test_ending_a_read_gives_the_lock_up(sqlite: Engine) -> None:
    with Session(sqlite) as slow:
        slow.execute(text("UPDATE counter SET number = 7"))
        end_read(slow)
        with sqlite.begin() as other:
            assert number(other) == 0
            add_one(other)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("foreign_keys", 1),
        ("busy_timeout", BUSY_MILLISECONDS),
        ("synchronous", 2),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
    ],
)
def test_every_connection_follows_the_recipe(sqlite: Engine, pragma: str, value: object) -> None:
    with reading(), sqlite.connect() as first, sqlite.connect() as second:
        assert [one.execute(text(f"PRAGMA {pragma}")).scalar() for one in (first, second)] == [value, value]


def test_several_who_open_a_new_file_at_once_all_get_in(tmp_path: Path) -> None:
    """SQLite refuses whoever switches the same new file to WAL at the same moment, without waiting (seen in CI)."""
    together, refused = threading.Barrier(RACERS), []

    def open_new_files() -> None:
        for number in range(NEW_FILES):
            url = f"sqlite:///{tmp_path}/new{number}.db"
            engine = create_engine(url, **engine_options(url))
            prepare_engine(engine)
            together.wait()
            try:
                engine.connect().close()
            except OperationalError as error:
                refused.append(error)
            engine.dispose()

    racers = [threading.Thread(target=open_new_files) for _racer in range(RACERS)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert refused == []


def test_a_reference_to_nothing_is_refused(session: Session, make: Make) -> None:
    author = make.author()

    with pytest.raises(IntegrityError):
        make.post(author=author, featured_media_id=4711)


def test_a_time_without_a_zone_is_refused(session: Session, make: Make) -> None:
    person = make.author()
    person.last_seen_at = datetime(2026, 3, 2, 12, 0)

    with pytest.raises(StatementError, match="has no time zone"):
        session.flush()


def test_a_time_comes_back_in_utc_whatever_zone_it_was_given_in(session: Session, make: Make) -> None:
    eight_in_kathmandu = datetime(2026, 3, 2, 8, 0, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    person = make.author()
    person.last_seen_at = eight_in_kathmandu
    session.flush()
    session.expire_all()

    read = session.scalar(select(User.last_seen_at).where(User.id == person.id))
    assert read == eight_in_kathmandu
    assert read is not None
    assert read.tzinfo is UTC or read.utcoffset() == timedelta(0)


def test_a_locked_database_is_away_and_a_wrong_statement_is_not(sqlite: Engine, tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "recipe.db")
    holder.execute("BEGIN IMMEDIATE")
    with sqlite.connect() as connection, reading():
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
        with pytest.raises(OperationalError) as locked:
            connection.execute(text("UPDATE counter SET number = 1"))
        with pytest.raises(OperationalError) as wrong:
            connection.execute(text("SELECT nothing FROM nowhere"))
    holder.close()

    assert (is_away(locked.value), is_away(wrong.value)) == (True, False)


@pytest.mark.parametrize("beginning", [reading, nullcontext])
def test_a_connection_that_broke_is_away_whatever_was_to_begin(
    sqlite: Engine, beginning: Callable[[], AbstractContextManager[None]]
) -> None:
    with beginning(), sqlite.connect() as connection:
        connection.connection.dbapi_connection.close()  # type: ignore[union-attr]
        with pytest.raises(DBAPIError) as raised:
            connection.execute(text("SELECT number FROM counter"))

    assert is_away(raised.value)


def test_a_server_that_nobody_can_reach_is_away() -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    engine = create_engine(url, **engine_options(url))

    with pytest.raises(OperationalError) as unreachable:
        engine.connect()
    assert is_away(unreachable.value)


def test_a_pool_without_a_free_connection_is_away(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'recipe.db'}"
    engine = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=0)

    with engine.connect(), pytest.raises(PoolTimeout) as waited:
        engine.connect()
    engine.dispose()

    assert is_away(waited.value)


def test_a_number_too_large_for_its_column_is_a_bad_value(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        statement, value = "SELECT CAST(:value AS INTEGER)", 2**63
    else:
        statement, value = "SELECT CAST(:value AS INTEGER)", 2**31

    with engine.connect() as connection, pytest.raises((DBAPIError, OverflowError)) as refused:
        connection.execute(text(statement), {"value": value})
    assert is_bad_value(refused.value)
    assert not is_away(refused.value)


def test_sqlite_goes_on_with_the_connection_that_was_used_last(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'pool.db'}"
    engine = create_engine(url, **engine_options(url))
    first, last = engine.connect(), engine.connect()
    warm = last.connection.dbapi_connection
    first.close()
    last.close()

    for _ in range(2):
        with engine.connect() as connection:
            assert connection.connection.dbapi_connection is warm
    engine.dispose()
