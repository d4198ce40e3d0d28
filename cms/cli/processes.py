"""What the processes that serve have in common, made before them, and what each of them begins and ends."""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from flask import Flask

from cms.cli import housekeeping, sparing
from cms.extensions import db
from cms.web import beside, meters
from cms.web.runtimes import runtime_of
from cms.web.worker import Worker

LOOK_SECONDS = 5.0


def prepare(app: Flask, counts: str | None = None, ended: list[int] | None = None) -> str:
    """Counts are shared by the processes, and memory; connections must not be: each worker opens its own.

    Returns where counts are kept: beside those of the workers before, of which some have ended.
    """
    sparing.make_once(app)
    place = meters.share(app, "serve", Path(counts) if counts else None)
    for pid in ended or ():
        meters.process_ended(pid)
    beside.declare(app, "memory", sparing.keep_giving_back)
    beside.prepare(app)
    with app.app_context():
        db.engine.dispose()
    sparing.keep_one_heap()
    sparing.share_what_is_there()
    return str(place)


def _begin_beside(worker: Any) -> None:
    app: Flask = worker.app.wsgi()
    housekeeping.begin(app)
    beside.begin(app)
    if runtime_of(app).config.broker_url is not None:  # which `manage.py worker` drains the outbox by
        return
    worker.outbox = Worker(app, alone=True)
    worker.outbox.begin()


def _begin(worker: Any) -> None:
    _begin_beside(worker)
    threading.Thread(target=renew_all_in_time, args=(worker, worker.max_requests), name="renewal", daemon=True).start()
    worker.max_requests = sys.maxsize


def renew_all_in_time(worker: Any, most: int) -> None:
    """One that has answered as much as it may has all replaced, before any ends: those made apart share no memory."""
    while worker.alive:
        if worker.nr >= most:
            os.kill(worker.ppid, signal.SIGHUP)
            return
        time.sleep(LOOK_SECONDS)


def _end_beside(_arbiter: Any, worker: Any) -> None:
    """The job in hand is finished; one that is cut off is taken again when its lease is over."""
    if outbox := getattr(worker, "outbox", None):
        outbox.end()
    beside.end(worker.app.wsgi())


#: Of workers that `arbiter.LeanArbiter` starts.
HOOKS = {"post_worker_init": _begin, "worker_exit": _end_beside}
#: For gunicorn's own arbiter, which loads the application and forks them from it.
PRELOADED = {
    "preload_app": True,
    "when_ready": lambda arbiter: prepare(arbiter.app.wsgi()),
    "post_worker_init": _begin_beside,
    "child_exit": lambda _arbiter, worker: meters.process_ended(worker.pid),
    "worker_exit": _end_beside,
}
