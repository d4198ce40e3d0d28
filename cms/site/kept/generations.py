"""Which generation it is now: asked with every request, so that a change is seen by the very next one."""

import logging
import sqlite3
import threading
import time
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import quote

import psycopg
from psycopg.pq import ExecStatus
from sqlalchemy import Engine, event

from cms.core.generation import ASK

log = logging.getLogger(__name__)

SECONDS = 2
_ASK_NAME = b"generation"
T = TypeVar("T")


class Generations(Protocol):
    """Whoever knows the number."""

    def current(self) -> int | None:
        """What was last committed; None where it cannot be told, and nothing that is kept is used then."""

    def close(self) -> None:
        """Let go of all connections, as before a process is forked; the next question opens one again."""


@dataclass
class _Looker:
    """A connection to SQLite with what it saw last: the version of the data, and the number that goes with it."""

    connection: sqlite3.Connection
    version: int = -1
    number: int = 0


class OfSqlite:
    """SQLite itself says whether any other connection has committed since, which costs no query."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._idle: list[_Looker] = []

    def current(self) -> int | None:
        try:
            looker = _taken(self._idle) or self._opened()
            try:
                version = looker.connection.execute("PRAGMA data_version").fetchone()[0]
                if version != looker.version:
                    number = looker.connection.execute(ASK).fetchone()[0]
                    looker.version, looker.number = version, number
            except sqlite3.Error:
                looker.connection.close()
                raise
        except sqlite3.Error as error:
            log.warning("the generation of the site is not known: %s", error)
            return None
        self._idle.append(looker)
        return looker.number

    def close(self) -> None:
        while (looker := _taken(self._idle)) is not None:
            looker.connection.close()

    def _opened(self) -> _Looker:
        """Never makes a new database."""
        address = f"file:{quote(self._path)}?mode=rw"
        connection = sqlite3.connect(address, uri=True, timeout=SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA query_only=ON")
        return _Looker(connection)


class OfPostgres:
    """One short question, on a connection that serves nothing else, by libpq itself: a sixth of what a cursor costs.

    It is asked for all who came before it was: who comes while it is under way waits for the next. While the database
    is away nothing changes, so what it said last still holds. Whoever finds it away has waited: for as long again
    nobody else asks.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None
        self._last: int | None = None
        self._rests_until = 0.0
        self._turn = threading.Lock()
        self._begun = 0

    def current(self) -> int | None:
        begun_before = self._begun
        with self._turn:
            if self._begun == begun_before:
                self._begun += 1
                try:
                    self._ask()
                except BaseException:
                    self._last = None  # nor do the others know anything
                    raise
            return self._last

    def close(self) -> None:
        """Not under a question of somebody else, which would go on reading from memory that is no more."""
        with self._turn:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self) -> None:
        begun = time.monotonic()
        if begun < self._rests_until:
            return
        try:
            self._last = self._asked()
        except psycopg.Error as error:
            self._rest(begun, error)
        else:
            self._go_on()

    def _asked(self) -> int:
        """A connection that waited here may have been ended meanwhile, which says nothing of the database."""
        number = _number_from(self._connection) if self._connection is not None else None
        if number is None:
            self._drop()
            self._connection = self._opened()
            number = _number_from(self._connection)
        if number is None:
            raise psycopg.OperationalError("There was no answer.")
        return number

    def _go_on(self) -> None:
        if self._rests_until:
            self._rests_until = 0.0
            log.warning("the database is back")

    def _rest(self, begun: float, error: psycopg.Error) -> None:
        """Said once, however many requests come meanwhile."""
        if not self._rests_until:
            log.warning("the generation of the site is that of before: %s", type(error).__name__)
        ended = time.monotonic()
        self._rests_until = ended + (ended - begun)
        self._drop()

    def _opened(self) -> psycopg.Connection:
        options = f"-c statement_timeout={SECONDS}s -c default_transaction_read_only=on"
        opened = psycopg.connect(
            self._url, autocommit=True, connect_timeout=SECONDS, tcp_user_timeout=SECONDS * 1000, options=options
        )
        opened.pgconn.prepare(_ASK_NAME, ASK.encode())
        return opened


def _number_from(connection: psycopg.Connection) -> int | None:
    """None where there is no answer."""
    answer = connection.pgconn.exec_prepared(_ASK_NAME, [])
    value = answer.get_value(0, 0) if answer.status == ExecStatus.TUPLES_OK else None
    return int(value) if value is not None else None


def of_engine(engine: Engine) -> Generations:
    """Lets go of its connections whenever the engine does."""
    found: Generations
    if engine.dialect.name == "sqlite":
        found = OfSqlite(engine.url.database or "")
    else:
        found = OfPostgres(engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    event.listen(engine, "engine_disposed", lambda _engine: found.close())
    return found


def _taken(idle: list[T]) -> T | None:
    """Other threads take from the same list."""
    try:
        return idle.pop()
    except IndexError:
        return None
