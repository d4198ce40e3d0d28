"""Where entries of the log go. Handlers are set up here and nowhere else, but for a server without an application."""

import logging

from flask import Flask

from cms.core.files import MEGABYTE
from cms.core.log_files import LogFile
from cms.core.log_lines import written_to
from config import Config


def init_app(app: Flask, config: Config) -> None:
    """Write to standard error, and to a file where one is named; does nothing where logging is set up already."""
    root = logging.getLogger(app.name)
    if not root.handlers:
        root.addHandler(written_to(logging.StreamHandler(), for_programs=config.is_public))
        root.setLevel(logging.INFO)
        root.propagate = False
    if config.log_file and not any(isinstance(handler, LogFile) for handler in root.handlers):
        file = LogFile(config.log_file, config.log_megabytes * MEGABYTE)
        root.addHandler(written_to(file, for_programs=config.is_public))
