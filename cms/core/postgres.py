"""PostgreSQL's driver, as we use it: nobody who works on SQLite loads it."""

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection as OverIt
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from cms.core.planning import PLANS_ONCE


class Columns(Sequence[psycopg.Column]):
    """Those of an answer, described to whoever looks.

    SQLAlchemy is given them with each answer, and has known them since the first: to describe the hundred of a page
    took a twentieth of it.
    """

    def __init__(self, cursor: "Cursor", count: int) -> None:
        self._cursor, self._count = cursor, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        return (self._cursor.described() or [])[place]


class Cursor(psycopg.Cursor[Any]):
    @property
    def description(self) -> Any:
        columns = self.pgresult.nfields if self.pgresult is not None else 0
        return Columns(self, columns) if columns else self.described()

    def described(self) -> list[psycopg.Column] | None:
        """As the driver itself would."""
        return super().description


class Connection(psycopg.Connection[Any]):
    """What it prepared outlives a rollback, with which every read ends.

    The driver forgets all of it then, since a rollback may take tables away: no statement of a site that is read would
    ever be prepared. The server keeps it, and plans anew where a table is another. What failed may have done so since
    it was prepared, as where a column has another type by now: all is forgotten then, or it would fail for ever.
    """

    def __init__(self, *told: Any, **more: Any) -> None:
        super().__init__(*told, **more)
        self.cursor_factory = Cursor

    def rollback(self) -> None:
        if self.pgconn.transaction_status == TransactionStatus.IDLE:
            return
        if self.pgconn.transaction_status != TransactionStatus.INTRANS:
            super().rollback()
            return
        with self.lock:
            answer = self.pgconn.exec_(b"ROLLBACK")
        if answer.status != ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(answer.get_error_message())


def prepare(engine: Engine, is_apart: Callable[[], bool]) -> None:
    """Nothing is prepared unless asked for, see `core.planning`; what is read apart begins no transaction."""

    def begin(connection: OverIt) -> None:
        driver = _driver_of(connection)
        if is_apart() and not driver.closed:  # of one that broke the first statement tells, as an error of the database
            driver.autocommit = True

    event.listen(engine, "do_connect", _connected)
    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", _plan)
    event.listen(engine, "checkin", _as_before)


def _connected(_dialect: Dialect, _entry: ConnectionPoolEntry, given: list[Any], named: dict[str, Any]) -> Connection:
    return Connection.connect(*given, **named, prepare_threshold=None)


def _driver_of(connection: OverIt) -> Any:
    return connection.connection.driver_connection


def _plan(connection: OverIt, _cursor: Any, _statement: str, _given: Any, context: Any, _is_many: bool) -> None:
    is_once = connection.info.get(PLANS_ONCE) or context.execution_options.get(PLANS_ONCE)
    _driver_of(connection).prepare_threshold = 0 if is_once else None


def _as_before(connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.info.pop(PLANS_ONCE, None)
    if connection is not None:  # it broke
        connection.prepare_threshold = None
        if connection.autocommit and not connection.closed:
            connection.autocommit = False
