"""Whether the server is still there, asked before a connection is used again, but not of one that was used just now.

SQLAlchemy's `pool_pre_ping` asks each time: under load that is one question more to every page.
"""

import time

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

#: No server is started again within that time.
SURE_SECONDS = 0.2
_KEY = "returned"


def keep(engine: Engine) -> None:
    """On every connection that this engine hands out from now on; a lost one is replaced, with all that are older."""

    def ask(connection: DBAPIConnection, entry: ConnectionPoolEntry, _pooled: object) -> None:
        returned = entry.info.get(_KEY)
        if returned is None or time.monotonic() - returned < SURE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", _note_return)
    event.listen(engine, "checkout", ask)


def _note_return(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    entry.info[_KEY] = time.monotonic()
