"""Which generation it is now: asked with every request, so that a change is seen by the very next one."""

import logging
import mmap
import sqlite3
import threading
from typing import Protocol
from urllib.parse import quote

import psycopg
from sqlalchemy import Engine, event

log = logging.getLogger(__name__)

#: Before the first change there is no row.
ASK = "SELECT coalesce((SELECT number FROM generations WHERE id = 1), 0)"
SECONDS = 2
#: Bytes of the WAL index that tell one state of the database from another.
HEADER = 48


class Generations(Protocol):
    """Whoever knows the number."""

    def current(self) -> int | None:
        """None where it cannot be told; nothing that is kept is used then."""


class OfSqlite:
    """SQLite itself says whether any other connection has committed since, which costs no query.

    The answer of `data_version` stands in the header of the WAL index, which is mapped and looked at here: each call
    of SQLite would let another thread have its turn, which halves what a busy process answers in a second. The header
    is the first 48 bytes, and each commit writes it anew (sqlite.org/walformat.html, 2.1). As long as our own
    connection is open, the file stays where it is.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._index: mmap.mmap | None = None
        self._seen: tuple[bytes, int] | None = None

    def current(self) -> int | None:
        seen, index = self._seen, self._index
        if seen is not None and index is not None and index[:HEADER] == seen[0]:
            return seen[1]
        with self._lock:
            try:
                return self._asked()
            except (sqlite3.Error, OSError, ValueError) as error:
                log.warning("the generation of the site is not known: %s", error)
                self._closed()
                return None

    def close(self) -> None:
        """As before a process is forked; the next question opens a connection again."""
        with self._lock:
            self._closed()

    def _asked(self) -> int:
        """The header is read first: what is committed in between only means to ask once more."""
        connection = self._opened()
        header = self._index[:HEADER] if self._index is not None else b""
        number: int = connection.execute(ASK).fetchone()[0]
        self._seen = (header, number)
        return number

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(
                f"file:{quote(self._path)}?mode=rw",  # never makes a new one
                uri=True,
                timeout=SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
            self._connection.execute("PRAGMA query_only=ON")
            self._connection.execute(ASK).fetchone()  # from here on the index is there
            with open(f"{self._path}-shm", "rb") as file:
                self._index = mmap.mmap(file.fileno(), HEADER, access=mmap.ACCESS_READ)
        return self._connection

    def _closed(self) -> None:
        self._seen = None
        if self._connection is not None:
            self._connection.close()
        self._connection = self._index = None


class OfPostgres:
    """One short question, on connections that serve nothing else."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: list[psycopg.Connection] = []

    def current(self) -> int | None:
        try:
            connection = self._taken() or self._opened()
            try:
                row = connection.execute(ASK, prepare=True).fetchone()
            except psycopg.Error:
                connection.close()
                raise
        except psycopg.Error as error:
            log.warning("the generation of the site is not known: %s", type(error).__name__)
            self.close()  # the others will be no better
            return None
        self._idle.append(connection)
        return int(row[0]) if row else None

    def close(self) -> None:
        """As before a process is forked; the next question opens a connection again."""
        while (connection := self._taken()) is not None:
            connection.close()

    def _taken(self) -> psycopg.Connection | None:
        """Other threads take from the same list."""
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _opened(self) -> psycopg.Connection:
        options = f"-c statement_timeout={SECONDS}s -c default_transaction_read_only=on"
        return psycopg.connect(self._url, autocommit=True, connect_timeout=SECONDS, options=options)


def of_engine(engine: Engine) -> Generations:
    """Lets go of its connections whenever the engine does."""
    found: OfSqlite | OfPostgres
    if engine.dialect.name == "sqlite":
        found = OfSqlite(engine.url.database or "")
    else:
        found = OfPostgres(engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    event.listen(engine, "engine_disposed", lambda _engine: found.close())
    return found
