"""Which generation it is now, as PostgreSQL says: by the driver itself, which nobody loads who works on SQLite."""

import logging
import threading
import time

import psycopg
from psycopg.pq import ExecStatus

from cms.core import arrival
from cms.core.generation import ASK

log = logging.getLogger(__name__)

SECONDS = 2
_ASK_NAME = b"generation"


class OfPostgres:
    """One short question, on a connection that serves nothing else, by libpq itself: a sixth of what a cursor costs.

    It is asked for all who came before it was: who comes while it is under way waits for the next. Requests that stood
    in line for a thread meanwhile came before it as well. While the database is away nothing changes, so what it said
    last still holds. Whoever finds it away has waited: for as long again nobody else asks.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None
        self._last: int | None = None
        self._asked_at = -1
        self._rests_until = 0.0
        self._turn = threading.Lock()
        self._begun = 0
        arrival.note_from_now_on()

    def current(self, since: int | None = None) -> int | None:
        if since is not None and self._asked_at > since:
            return self._last
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
        begun, asked_at = time.monotonic(), time.monotonic_ns()
        if begun < self._rests_until:
            return
        try:
            self._last = self._asked()
        except psycopg.Error as error:
            self._rest(begun, error)
        else:
            self._asked_at = asked_at  # after the answer, which others read without waiting
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
