"""Which generation it is now: asked with every request, so that a change is seen by the very next one."""

import logging
import sqlite3
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import quote

from sqlalchemy import Engine, event

from cms.core.generation import ASK

log = logging.getLogger(__name__)

SECONDS = 2
T = TypeVar("T")


class Generations(Protocol):
    """Whoever knows the number."""

    def current(self, since: int | None = None) -> int | None:
        """What was last committed; None where it cannot be told, and nothing that is kept is used then.

        Where it is enough to know what was committed before a moment (of `time.monotonic_ns`), say `since` when.
        """

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

    def current(self, since: int | None = None) -> int | None:
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


def of_engine(engine: Engine) -> Generations:
    """Lets go of its connections whenever the engine does."""
    found: Generations
    if engine.dialect.name == "sqlite":
        found = OfSqlite(engine.url.database or "")
    else:
        from cms.site.kept.postgres import OfPostgres  # here, since it brings the driver along

        found = OfPostgres(engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    event.listen(engine, "engine_disposed", lambda _engine: found.close())
    return found


def _taken(idle: list[T]) -> T | None:
    """Other threads take from the same list."""
    try:
        return idle.pop()
    except IndexError:
        return None
