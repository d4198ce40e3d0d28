"""Telling the broker that jobs wait, where there is one: after the commit, by a thread beside, and once for many."""

import logging
import os
import threading

from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from cms.jobs.actions import ASKED
from cms.web.runtimes import runtime_of

log = logging.getLogger(__name__)

REGISTRY = "copydesk_nudger"


class Nudger:
    """A lost nudge delays a job until the next sweep, so that nobody waits for the broker or fails by it."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._wanted = threading.Event()
        self._process: int | None = None
        self._lock = threading.Lock()

    def nudge(self) -> None:
        self._wanted.set()
        if self._process != os.getpid():  # threads stay behind where a process is forked
            with self._lock:
                if self._process != os.getpid():
                    self._process = os.getpid()
                    threading.Thread(target=self._run, name="nudging", daemon=True).start()

    def _run(self) -> None:
        from cms.web import broker  # here, since Celery takes a second, for which no request has to wait

        celery = broker.celery_of(self._app)
        while self._wanted.wait():
            self._wanted.clear()
            try:
                broker.nudge(celery)
            except Exception as error:  # kombu raises what the broker's own library does
                log.warning("jobs wait for the next sweep: the broker is away (%s)", type(error).__name__)


def init_app(app: Flask) -> None:
    if runtime_of(app).config.broker_url is not None:
        app.extensions[REGISTRY] = Nudger(app)


def _after_commit(session: Session) -> None:
    if session.info.pop(ASKED, False) and current_app:
        nudger: Nudger | None = current_app.extensions.get(REGISTRY)
        if nudger is not None:
            nudger.nudge()


def _after_rollback(session: Session) -> None:
    session.info.pop(ASKED, None)


event.listen(Session, "after_commit", _after_commit)
event.listen(Session, "after_rollback", _after_rollback)
