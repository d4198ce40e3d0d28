"""gunicorn around an application that is already made: imported once, then shared by the workers."""

import logging
import os
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from cms.cli import housekeeping
from cms.extensions import db
from cms.web import meters
from cms.web.runtimes import runtime_of
from cms.web.worker import Worker


class ServerLog(Logger):
    """What gunicorn itself has to say goes where everything else goes, and looks like it."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers = logging.getLogger("cms").handlers or self.error_log.handlers


class Server(BaseApplication):
    """gunicorn with a few processes of several threads: one that waits for the database holds nobody else up."""

    def __init__(self, app: Flask, bind: str, workers: int) -> None:
        self.app = app
        self.bind = bind
        self.workers = workers
        self.worker: Worker | None = None
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self.bind,
            "workers": self.workers,
            "worker_class": "gthread",
            "threads": 4,
            "timeout": 60,
            "graceful_timeout": 30,
            "keepalive": 5,
            "max_requests": 500_000,  # of kept pages, which are thousands a second
            "max_requests_jitter": 50_000,
            "preload_app": True,
            "control_socket_disable": True,
            "post_worker_init": lambda _worker: self._begin_beside(),
            "child_exit": lambda _server, worker: meters.process_ended(worker.pid),
            "worker_exit": lambda _server, _worker: self._end_beside(),
            "loglevel": "warning",
            "logger_class": ServerLog,
            "forwarded_allow_ips": "127.0.0.1",
            "forwarder_headers": "",  # a visitor's SCRIPT_NAME would stand in every link, and in kept pages
        }
        if os.access("/dev/shm", os.W_OK):  # noqa: S108 - gunicorn makes a private file in it
            options["worker_tmp_dir"] = str(Path("/dev/shm"))  # noqa: S108
        for name, value in options.items():
            self.cfg.set(name, value)

    def _begin_beside(self) -> None:
        housekeeping.begin(self.app)
        if runtime_of(self.app).config.broker_url is not None:  # which `manage.py worker` drains the outbox by
            return
        self.worker = Worker(self.app, alone=True)
        self.worker.begin()

    def _end_beside(self) -> None:
        """The job in hand is finished; one that is cut off is taken again when its lease is over."""
        if self.worker is not None:
            self.worker.end()

    def load(self) -> Flask:
        """Connections must not be shared by processes: each worker opens its own."""
        with self.app.app_context():
            db.engine.dispose()
        return self.app


def run(app: Flask, *, host: str, port: int, workers: int = 2) -> None:
    """Serve until Ctrl-C or TERM; both end cleanly and finish what is under way."""
    meters.share(app, "serve")
    Server(app, f"{host}:{port}", workers).run()
