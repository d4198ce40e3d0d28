"""The base of all tables, and how a connection behaves.

SQLite follows a measured recipe: WAL, our own BEGIN (immediate for whoever may write, so that a read is never
upgraded to a write and refused), and a busy time-out in place of "database is locked".
"""

import contextlib
import contextvars
import os
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Engine, Enum, ForeignKey, MetaData, TypeDecorator, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.pool import ConnectionPoolEntry

from cms.core import deadline, patience, presence

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
MAX_ID = 2**31 - 1
BUSY_MILLISECONDS = 15_000
MOMENT_MILLISECONDS = 100
#: Of what it has read, each connection of SQLite's keeps so much; the system keeps the file once, for all of them.
SQLITE_CACHE_KB = 128
STATEMENT_MILLISECONDS = int(patience.SECONDS * 1000)
POOL_SECONDS = 10


class UTCDateTime(TypeDecorator[datetime]):
    """Aware datetimes in and out, UTC at rest; a naive one is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values_of(enum: type[StrEnum]) -> list[str]:
    return [member.value for member in enum]


JSONType = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Names every constraint, so that migrations on both databases are stable."""

    registry = registry(
        metadata=MetaData(naming_convention=CONSTRAINT_NAMES),
        type_annotation_map={
            datetime: UTCDateTime(),
            dict[str, Any]: JSONType,
            list[str]: JSONType,
            StrEnum: Enum(StrEnum, native_enum=False, length=20, values_callable=_values_of, create_constraint=True),
        },
    )
    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


class Timestamps:
    """Set by the actions, from the time they are given: never by the clock of the database or of a model."""

    created_at: Mapped[datetime] = mapped_column(sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(sort_order=91)


class OrphansLeft(RuntimeError):
    """A migration would leave rows without what they refer to; Flask-Migrate says a RuntimeError in one line."""


def row_id(text: str) -> int | None:
    """The id that a text names; None where no row can have it, however many zeros or digits were typed."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_ID)):
        return None
    return int(text) if fits(int(text)) else None


def fits(id: int) -> bool:
    """Whether a row can have this id: PostgreSQL refuses to compare a column with a larger number."""
    return 0 < id <= MAX_ID


def free_id(session: Session, model: type[Base], wanted: int | None) -> int | None:
    """The id that a row had before it was deleted; None, for a new one, where another row has it by now."""
    return None if wanted is None or session.get(model, wanted) is not None else wanted


def reference(target: str, **options: Any) -> ForeignKey:
    """A foreign key that never deletes: what is referred to stays until its references are dealt with."""
    return ForeignKey(target, ondelete="RESTRICT", **options)


_may_write: contextvars.ContextVar[bool] = contextvars.ContextVar("may_write", default=True)
_is_apart: contextvars.ContextVar[bool] = contextvars.ContextVar("is_apart", default=False)


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside take no write lock on SQLite; a write in one is refused by the database."""
    token = _may_write.set(False)
    try:
        yield
    finally:
        _may_write.reset(token)


def begin_as(*, may_write: bool, is_apart: bool = False) -> None:
    """Say how the transactions of this request begin; set first thing, since worker threads serve many requests.

    Reads may stand apart, each a transaction of its own on PostgreSQL. There every statement sees what is committed by
    then in any case, and to begin and to end takes two turns with the server, of four for a front page.
    """
    _may_write.set(may_write)
    _is_apart.set(is_apart)


def end_read(session: Session) -> None:
    """Give up snapshot and lock before slow work (a password hash, an image, mail); pending changes are lost."""
    session.rollback()


def insert_into(session: Session, table: Any) -> Any:
    """An INSERT that may say what is done about a row that is there: both databases spell it alike."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def give_up_after(session: Session, milliseconds: int) -> None:
    """Of each statement in this transaction, on PostgreSQL: SQLite is no server that could be stuck."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL statement_timeout = {milliseconds}"))


@contextlib.contextmanager
def unless_busy(engine: Engine) -> Iterator[Session]:
    """A short transaction for what can as well be written later: it waits next to nothing for others who write."""
    with _together(), engine.connect() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        if is_sqlite:
            _be_patient(connection, MOMENT_MILLISECONDS)
        try:
            with Session(connection) as session, session.begin():
                if not is_sqlite:
                    session.execute(text(f"SET LOCAL lock_timeout = {MOMENT_MILLISECONDS}"))
                yield session
        finally:
            if is_sqlite:
                _be_patient(connection, BUSY_MILLISECONDS)


@contextlib.contextmanager
def _together() -> Iterator[None]:
    """What is written inside is, whole or not at all, whatever may stand apart around it."""
    token = _is_apart.set(False)
    try:
        yield
    finally:
        _is_apart.reset(token)


def _be_patient(connection: Connection, milliseconds: int) -> None:
    """On the driver's own connection, since SQLAlchemy would begin a transaction, which is what has to wait."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={milliseconds}")
    cursor.close()


def prepare_engine(engine: Engine) -> None:
    """Install the recipe on an engine, once, before its first connection."""
    if engine.dialect.name == "sqlite":
        _make_private(engine.url.database)
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
        patience.keep(engine)
    else:
        from cms.core import postgres  # here, since it brings the driver along

        postgres.prepare(engine, _is_apart.get)
        presence.keep(engine)
    event.listen(engine, "before_cursor_execute", lambda *_told: deadline.check())
    event.listen(engine, "commit", lambda _connection: deadline.check())


def _make_private(path: str | None) -> None:
    """A new file is its owner's alone, since it holds hashes and addresses; SQLite's others take after it."""
    if path and path != ":memory:":
        with contextlib.suppress(OSError):  # it is there, or its folder is not, which connecting says better
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


def _on_sqlite_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN, not the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    _switch_to_wal(cursor)
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "cell_size_check=ON",
        f"cache_size=-{SQLITE_CACHE_KB}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _switch_to_wal(cursor: DBAPICursor) -> None:
    """Waits like any other statement; SQLite itself refuses at once when two connections switch a new file."""
    deadline = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _on_sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _may_write.get() else "BEGIN")


def engine_options(url: str) -> dict[str, Any]:
    """Pool and time-outs for a database address; a statement is given up after 20 seconds, a connection after 3.

    PostgreSQL compiles nothing: with many short statements, that took up to 200 ms of one that then ran for 10. What is
    prepared has one plan, see `core.planning`; left to itself, the server plans some of it each time, to find the same.
    Errors go into logs, which are no place for hashes and addresses: they do not say what was sent.
    """
    if url.startswith("sqlite"):
        return {
            "hide_parameters": True,
            "pool_timeout": POOL_SECONDS,
            "pool_use_lifo": True,  # each connection has a cache of its own: few that are warm, not all of them
            "connect_args": {"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False},
        }
    return {
        "hide_parameters": True,
        "pool_timeout": POOL_SECONDS,
        "pool_size": 8,
        "max_overflow": 8,
        "connect_args": {
            "connect_timeout": 3,
            "options": f"-c statement_timeout={STATEMENT_MILLISECONDS} "
            f"-c lock_timeout={BUSY_MILLISECONDS} -c timezone=UTC -c jit=off -c plan_cache_mode=force_generic_plan",
        },
    }
