"""What time it is: the database's clock on PostgreSQL, this process's on SQLite.

Several machines with clocks that disagree must still turn a scheduled post at the same moment, so each process
keeps its offset from the database and asks again every minute.
"""

import logging
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

REFRESH_SECONDS = 60
RETRY_SECONDS = 5


class Clock:
    """One per application; `now()` costs a query once a minute on PostgreSQL and none on SQLite."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._is_asked = engine, engine.dialect.name == "postgresql"
        self._offset = timedelta(0)
        self._asked: float | None = None
        self._is_away = False

    def now(self) -> datetime:
        if self._is_asked and self._is_stale():
            self._refresh()
        at = datetime.now(UTC)
        return at + self._offset if self._offset else at

    def _is_stale(self) -> bool:
        wait = RETRY_SECONDS if self._is_away else REFRESH_SECONDS
        return self._asked is None or time.monotonic() - self._asked > wait

    def _refresh(self) -> None:
        """A database that is away leaves the last offset standing: the request itself will say so.

        Asking takes its time then, so others do not wait for it too.
        """
        self._asked = time.monotonic()
        try:
            with self._engine.connect() as connection:
                sent = datetime.now(UTC)
                theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
                received = datetime.now(UTC)
        except SQLAlchemyError as error:
            if not self._is_away:
                log.warning("the database does not tell the time: %s", type(error).__name__)
            self._is_away, self._asked = True, time.monotonic()
            return
        self._offset = offset_of(theirs.astimezone(UTC), sent, received)
        self._is_away = False


def offset_of(theirs: datetime, sent: datetime, received: datetime) -> timedelta:
    """How far their clock is ahead of ours; none where it told a moment between question and answer.

    A slow answer is no difference of clocks: taken for one, it would let this process stand back for a minute.
    """
    return timedelta(0) if sent <= theirs <= received else theirs - (sent + (received - sent) / 2)
