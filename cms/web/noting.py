"""When something was last seen or used: kept in memory and written at most once a minute, since a read never writes."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from cms.core.db import begin_as, unless_busy
from cms.extensions import db

log = logging.getLogger(__name__)

FLUSH_EVERY = timedelta(minutes=1)
#: Row → the moment that is noted of it.
Moments = Mapping[int, datetime]


class Noted:
    """Moments by the id of a row, and how they are written; threads share it."""

    def __init__(self, write: Callable[[Session, Moments], None]) -> None:
        self._write = write
        self._moments: dict[int, datetime] = {}
        self._noted: datetime | None = None
        self._flushed: datetime | None = None
        self._lock = threading.Lock()

    def note(self, row_id: int, at: datetime) -> None:
        with self._lock:
            self._moments[row_id] = self._noted = at

    def flush_if_due(self) -> None:
        """After a request, with its own transaction over: in a short one of our own."""
        with self._lock:
            latest = self._noted
            if latest is None or (self._flushed is not None and abs(latest - self._flushed) < FLUSH_EVERY):
                return
            moments, self._moments, self._flushed = self._moments, {}, latest
        db.session.remove()
        try:
            self._write_now(db.engine, moments)
        except (DBAPIError, PoolTimeout) as error:
            log.warning("when things were last seen was not written: %s", type(error).__name__)
            with self._lock:
                self._moments = moments | self._moments

    def _write_now(self, engine: Engine, moments: Moments) -> None:
        """The answer has yet to leave, so that nobody may wait here."""
        begin_as(may_write=True)
        with unless_busy(engine) as session:
            self._write(session, moments)


def init_app(app: Flask, write: Callable[[Session, Moments], None]) -> Noted:
    """One that is looked at after each request."""
    noted = Noted(write)
    app.teardown_appcontext(lambda _error: noted.flush_if_due())
    return noted
