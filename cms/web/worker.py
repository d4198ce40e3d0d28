"""Draining the outbox: a thread of whatever serves, or `manage.py worker`. Handlers say how a kind of job is done."""

import contextlib
import logging
import math
import os
import platform
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cms.core.db import begin_as, unless_busy
from cms.core.db_errors import is_away
from cms.core.i18n import N_
from cms.core.locks import take
from cms.extensions import db
from cms.jobs import leases, presence
from cms.jobs.leases import Claim, Retry, Unfinished
from cms.web.meters import meters
from cms.web.runtimes import runtime_of
from cms.web.visitors import now

log = logging.getLogger(__name__)

LOCK = "worker.lock"
LOOK_SECONDS = 1.0
#: When each process last said that it works.
APPEARED = "copydesk_worker_appeared"
#: How often it is asked whether it is time for something that nobody asks for.
REGULARLY_SECONDS = 60.0
#: How long a process that is to end waits for the job in hand.
GRACE_SECONDS = 20.0
#: Gets the id of the job, which is the same at every attempt, and its arguments. Runs with no transaction open.
Handler = Callable[[int, dict[str, Any]], None]

_handlers: dict[str, Handler] = {}
_regular: list[Callable[[], None]] = []


def handles(name: str) -> Callable[[Handler], Handler]:
    """Declare how jobs of this name are done. One may run twice, so it says the same to the outside each time."""

    def keep(handler: Handler) -> Handler:
        _handlers[name] = handler
        return handler

    return keep


def regularly(look: Callable[[], None]) -> Callable[[], None]:
    """Declare what looks whether it is time for something; every worker asks it, once a minute."""
    if look not in _regular:  # which another application may have declared already
        _regular.append(look)
    return look


def look_at_the_clock(app: Flask) -> None:
    """Ask all that is declared so, each in a transaction of its own."""
    for look in _regular:
        with app.app_context():
            look()


def drain(app: Flask, stop: threading.Event | None = None, most: float = math.inf) -> int:
    """Do the jobs that are due, one after the other; how many were tried. Asked to stop, it ends the one in hand."""
    tried = 0
    while tried < most and not (stop and stop.is_set()):
        with app.app_context():  # a new one for each: what is known for the length of a request is asked again
            _appear()
            claimed = _claim()
            if claimed is None:
                break
            _work(claimed)
        tried += 1
    return tried


class Worker:
    """Looks for jobs until it is stopped. `alone`: of the processes of this installation only one looks."""

    def __init__(self, app: Flask, *, alone: bool) -> None:
        self.app = app
        self.alone = alone
        self._stop = threading.Event()
        self._looked_at = time.monotonic()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """In a thread of its own, which a process that is killed does not wait for."""
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no further job."""
        self._stop.set()

    def end(self) -> None:
        """Stop, and wait for the job in hand."""
        self.stop()
        if self._thread is not None:
            self._thread.join(GRACE_SECONDS)

    def run(self) -> None:
        with (runtime_of(self.app).config.instance / LOCK).open("a") as file:
            while not self._stop.is_set():
                if not self.alone or take(file.fileno()):
                    self._look()
                self._stop.wait(LOOK_SECONDS)

    def _look(self) -> None:
        try:
            if time.monotonic() - self._looked_at >= REGULARLY_SECONDS:
                self._looked_at = time.monotonic()
                look_at_the_clock(self.app)
            drain(self.app, self._stop)
        except Exception as error:  # the next look may be a better one, and nobody else would start this thread again
            if is_away(error):
                log.warning("jobs wait: the database is away (%s)", type(error).__name__)
            else:
                log.exception("jobs wait")


def is_working(instance: Path) -> bool:
    """Whether a process that serves this installation looks for jobs just now."""
    with (instance / LOCK).open("a") as file:
        return not take(file.fileno())


def _appear() -> None:
    """Say now and then that somebody works here; where others write just now, the next time will do."""
    known: dict[int, float] = current_app.extensions.setdefault(APPEARED, {})
    moment, process = time.monotonic(), os.getpid()
    if moment - known.get(process, -presence.EVERY.total_seconds()) < presence.EVERY.total_seconds():
        return
    known[process] = moment
    with contextlib.suppress(DBAPIError, PoolTimeout), unless_busy(db.engine) as session:
        presence.appear(session, f"{platform.node()[:100]}:{process}", now())


def _claim() -> Claim | None:
    """An idle look is a read: it takes no lock."""
    session, at = db.session(), now()
    begin_as(may_write=False)
    try:
        due = leases.is_due(session, at)
    finally:
        session.rollback()
        begin_as(may_write=True)
    if not due:
        return None
    claimed = leases.claim(session, at)
    session.commit()
    return claimed


def _work(claimed: Claim) -> None:
    """A handler commits by itself what it writes; the rest of its transaction goes before its job is marked."""
    session = db.session()
    name = claimed.name if claimed.name in _handlers else "unknown"
    try:
        _handle(claimed)
    except Unfinished as why:
        meters().jobs.labels(name, "not_done").inc()
        session.rollback()
        log.warning("job %s (%s) is not done: %s", claimed.id, claimed.name, why)
        leases.fail(session, claimed, why, now())
    else:
        meters().jobs.labels(name, "done").inc()
        session.rollback()
        leases.finish(session, claimed, now())
    session.commit()


def _handle(claimed: Claim) -> None:
    """Raise nothing but `Unfinished`: what nobody foresaw may hold a secret, and only its kind is kept."""
    handler = _handlers.get(claimed.name)
    if handler is None:
        raise Retry(N_("Nothing here knows how to do this."), claimed.name)
    try:
        handler(claimed.id, claimed.args)
    except Unfinished:
        raise
    except Exception as error:
        log.exception("job %s (%s) failed", claimed.id, claimed.name)
        raise Retry(N_("Something went wrong that nobody foresaw."), type(error).__name__) from error
