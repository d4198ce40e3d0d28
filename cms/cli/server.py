"""gunicorn as `serve` and `demo` start it: its settings, where it logs to, and who starts the processes that serve.

`deploy/gunicorn.conf.py` has the same settings from here. Nothing of the application is imported: see `arbiter`.
"""

import logging
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

import config
from cms.cli.arbiter import LeanArbiter, Site, can_adopt
from cms.core.files import MEGABYTE

if TYPE_CHECKING:
    from flask import Flask


class ServerLog(Logger):
    """What gunicorn itself has to say goes where everything else goes, and looks like it."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers = [_AsTheRest()]


class _AsTheRest(logging.Handler):
    """As the application logs; where there is none, its handlers are made when there is something to say."""

    def emit(self, record: logging.LogRecord) -> None:
        for handler in logging.getLogger("cms").handlers or self._made:
            handler.handle(record)

    @cached_property
    def _made(self) -> list[logging.Handler]:
        from cms.core.log_lines import handlers_of

        settings = config.load()
        return handlers_of(settings.log_file, settings.log_megabytes * MEGABYTE, for_programs=settings.is_public)


def settings_of(bind: str, workers: int) -> dict[str, Any]:
    """A few processes of several threads: one that waits for the database holds nobody else up."""
    settings: dict[str, Any] = {
        "bind": bind,
        "workers": workers,
        "worker_class": "cms.cli.threads.Worker",  # of gthread
        "threads": 4,
        "timeout": 60,
        "graceful_timeout": 30,
        "keepalive": 5,
        "max_requests": 500_000,  # of kept pages, which are thousands a second
        "max_requests_jitter": 50_000,
        "control_socket_disable": True,
        "loglevel": "warning",
        "logger_class": ServerLog,
        "forwarded_allow_ips": "127.0.0.1",
        "forwarder_headers": "",  # a visitor's SCRIPT_NAME would stand in every link, and in kept pages
    }
    if os.access("/dev/shm", os.W_OK):  # noqa: S108 - gunicorn makes a private file in it
        settings["worker_tmp_dir"] = str(Path("/dev/shm"))  # noqa: S108
    return settings


class Server(BaseApplication):
    """gunicorn with these settings, and nothing read from files or the command line."""

    def __init__(self, site: Site, settings: dict[str, Any]) -> None:
        self.site = site
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> "Flask":
        return self.site(is_first=True)


def run(site: Site, *, host: str, port: int, workers: int = 2) -> None:
    """Serve until Ctrl-C or TERM; both end cleanly and finish what is under way."""
    settings = settings_of(f"{host}:{port}", workers)
    if can_adopt():
        LeanArbiter(Server(site, settings)).run()
        return
    from cms.cli.processes import PRELOADED  # whoever starts the others loads the application, and they share it

    Arbiter(Server(site, settings | PRELOADED)).run()
