"""PostgreSQL's driver, as we use it: nobody who works on SQLite loads it."""

from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry


class Connection(psycopg.Connection[Any]):
    """What it prepared outlives a rollback, with which every read ends.

    The driver forgets all of it then, since a rollback may take tables away: no statement of a site that is read would
    ever be prepared. The server keeps it, and plans anew where a table is another. What failed may have done so since
    it was prepared, as where a column has another type by now: all is forgotten then, or it would fail for ever.
    """

    def rollback(self) -> None:
        if self.pgconn.transaction_status != TransactionStatus.INTRANS:
            super().rollback()
            return
        with self.lock:
            answer = self.pgconn.exec_(b"ROLLBACK")
        if answer.status != ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(answer.get_error_message())


def prepare(engine: Engine) -> None:
    """Nothing is prepared unless a transaction asks for it, see `core.planning`."""
    event.listen(engine, "do_connect", _connected)
    event.listen(engine, "checkin", _plan_anew)


def _connected(_dialect: Dialect, _entry: ConnectionPoolEntry, given: list[Any], named: dict[str, Any]) -> Connection:
    return Connection.connect(*given, **named, prepare_threshold=None)


def _plan_anew(connection: Any, _entry: ConnectionPoolEntry) -> None:
    if connection is not None:  # it broke
        connection.prepare_threshold = None
