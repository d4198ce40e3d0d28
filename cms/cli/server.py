"""gunicorn around an application that is already made: imported once, then shared by the workers.

`deploy/gunicorn.conf.py` has the same settings from here.
"""

import logging
import os
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from cms.cli import housekeeping, sparing
from cms.extensions import db
from cms.web import beside, meters
from cms.web.runtimes import runtime_of
from cms.web.worker import Worker


class ServerLog(Logger):
    """What gunicorn itself has to say goes where everything else goes, and looks like it."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers = logging.getLogger("cms").handlers or self.error_log.handlers


def settings_of(bind: str, workers: int) -> dict[str, Any]:
    """A few processes of several threads: one that waits for the database holds nobody else up."""
    settings: dict[str, Any] = {
        "bind": bind,
        "workers": workers,
        "worker_class": "gthread",
        "threads": 4,
        "timeout": 60,
        "graceful_timeout": 30,
        "keepalive": 5,
        "max_requests": 500_000,  # of kept pages, which are thousands a second
        "max_requests_jitter": 50_000,
        "preload_app": True,
        "control_socket_disable": True,
        "when_ready": _before_workers,
        "post_worker_init": _begin_beside,
        "child_exit": _note_ended,
        "worker_exit": _end_beside,
        "loglevel": "warning",
        "logger_class": ServerLog,
        "forwarded_allow_ips": "127.0.0.1",
        "forwarder_headers": "",  # a visitor's SCRIPT_NAME would stand in every link, and in kept pages
    }
    if os.access("/dev/shm", os.W_OK):  # noqa: S108 - gunicorn makes a private file in it
        settings["worker_tmp_dir"] = str(Path("/dev/shm"))  # noqa: S108
    return settings


def _before_workers(arbiter: Any) -> None:
    """Counts are shared by the processes, and memory; connections must not be: each worker opens its own."""
    app: Flask = arbiter.app.wsgi()
    sparing.make_once(app)
    meters.share(app, "serve")
    beside.prepare(app)
    with app.app_context():
        db.engine.dispose()
    sparing.keep_one_heap()
    sparing.share_what_is_there()


def _begin_beside(worker: Any) -> None:
    app: Flask = worker.app.wsgi()
    housekeeping.begin(app)
    beside.begin(app)
    if runtime_of(app).config.broker_url is not None:  # which `manage.py worker` drains the outbox by
        return
    worker.outbox = Worker(app, alone=True)
    worker.outbox.begin()


def _note_ended(_arbiter: Any, worker: Any) -> None:
    meters.process_ended(worker.pid)


def _end_beside(_arbiter: Any, worker: Any) -> None:
    """The job in hand is finished; one that is cut off is taken again when its lease is over."""
    if outbox := getattr(worker, "outbox", None):
        outbox.end()
    beside.end(worker.app.wsgi())


class Server(BaseApplication):
    """gunicorn with these settings, and nothing read from files or the command line."""

    def __init__(self, app: Flask, bind: str, workers: int) -> None:
        self.app = app
        self.settings = settings_of(bind, workers)
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app


def run(app: Flask, *, host: str, port: int, workers: int = 2) -> None:
    """Serve until Ctrl-C or TERM; both end cleanly and finish what is under way."""
    Server(app, f"{host}:{port}", workers).run()
