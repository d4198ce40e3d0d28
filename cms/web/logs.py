"""One line an entry, with the id of the request; handlers are set up here and nowhere else."""

import logging
from logging.handlers import WatchedFileHandler
from textwrap import indent
from typing import Any

from flask import Flask

from cms.audit.actions import request_id
from config import Config


class _OneLine(logging.Formatter):
    """A line break in what somebody sent must not forge a second entry: traces are indented, and may hold it too."""

    def format(self, entry: logging.LogRecord) -> str:
        entry.request_id = request_id.get() or "-"
        return super().format(entry)

    def formatMessage(self, entry: logging.LogRecord) -> str:
        return super().formatMessage(entry).replace("\r", "\\r").replace("\n", "\\n")

    def formatException(self, info: Any) -> str:
        return indent("\n".join(super().formatException(info).splitlines()), "    ")


def init_app(app: Flask, config: Config) -> None:
    """Write to standard error, and to a file where one is named; does nothing where logging is set up already."""
    root = logging.getLogger(app.name)
    if not root.handlers:
        root.addHandler(written_to(logging.StreamHandler()))
        root.setLevel(logging.INFO)
        root.propagate = False
    if config.log_file and not any(isinstance(handler, WatchedFileHandler) for handler in root.handlers):
        root.addHandler(written_to(WatchedFileHandler(config.log_file, encoding="utf-8")))


def written_to(handler: logging.Handler) -> logging.Handler:
    """The handler, writing as we do."""
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"))
    return handler
