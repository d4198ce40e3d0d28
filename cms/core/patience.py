"""A statement of SQLite is given up after a while, as PostgreSQL does by itself, where somebody waits for it."""

import time
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from cms.core import deadline

SECONDS = 20.0
#: Steps of SQLite's machine between two looks at the clock: some milliseconds.
STEPS = 100_000
#: Between two looks that are so far apart, nobody asked for the next row of an answer.
PAUSE_SECONDS = 5.0
_KEY = "patience"


class _Patience:
    """Of one connection: how long its statement has been at work."""

    def __init__(self) -> None:
        self._spent, self._looked = 0.0, 0.0

    def begin(self) -> None:
        self._spent, self._looked = 0.0, time.monotonic()

    def is_over(self) -> bool:
        """True makes SQLite give the statement up, with its transaction where it writes."""
        moment = time.monotonic()
        since, self._looked = moment - self._looked, moment
        if since < PAUSE_SECONDS:
            self._spent += since
        return self._spent > SECONDS and deadline.is_set()


def keep(engine: Engine) -> None:
    """On every connection that this engine opens from now on."""
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "before_cursor_execute", _on_execute)


def _on_connect(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    patience = entry.info[_KEY] = _Patience()
    connection.set_progress_handler(patience.is_over, STEPS)


def _on_execute(connection: Connection, *_more: Any) -> None:
    connection.info[_KEY].begin()
