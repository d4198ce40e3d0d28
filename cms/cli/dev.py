"""`dev`: while templates and code are written."""

import contextlib
import os
import threading
import time
from pathlib import Path

import click
from werkzeug.serving import is_running_from_reloader

from cms import create_app
from cms.cli.addresses import address_of, require_free
from cms.cli.application import migrate_if_empty
from cms.themes.shelf import OWN
from cms.web.runtimes import runtime_of
from cms.web.worker import Worker

LOOK_SECONDS = 0.5
#: The exit status by which werkzeug's reloader knows that it is to start the application anew.
START_AGAIN = 3


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def dev(port: int) -> None:
    """Serve for development on 127.0.0.1, with reloading and traces in the browser."""
    if not is_running_from_reloader():
        require_free("127.0.0.1", port)
    app = create_app("development", base_url=address_of("127.0.0.1", port))
    migrate_if_empty(app)
    is_drained_here = runtime_of(app).config.broker_url is None
    # The other process only watches files, and would do jobs with the code of its start.
    if is_drained_here and is_running_from_reloader():
        Worker(app, alone=True).begin()
    if is_running_from_reloader():
        theme = runtime_of(app).config.instance / OWN
        threading.Thread(target=_start_again_with, args=(theme,), name="theme", daemon=True).start()
    app.run("127.0.0.1", port, debug=True, use_reloader=True)


def _start_again_with(folder: Path) -> None:
    """Where a file there changes, comes or goes; werkzeug looks at those alone that were there at the start."""
    before = _state_of(folder)
    while _state_of(folder) == before:
        time.sleep(LOOK_SECONDS)
    os._exit(START_AGAIN)


def _state_of(folder: Path) -> set[tuple[Path, float]]:
    found = set()
    for path in (folder, *folder.rglob("*")):
        with contextlib.suppress(OSError):
            found.add((path, path.stat().st_mtime))
    return found
