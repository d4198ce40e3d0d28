"""`serve` and `dev`."""

import contextlib
import os
import socket
import threading
import time
from pathlib import Path

import click
from werkzeug.serving import is_running_from_reloader

from cms import create_app
from cms.accounts.actions import tokens
from cms.accounts.queries import any_owner
from cms.cli import server
from cms.cli.application import migrate_if_empty
from cms.extensions import db
from cms.themes.shelf import OWN
from cms.web import now, runtime
from cms.web.runtimes import runtime_of
from cms.web.worker import Worker

LOOK_SECONDS = 0.5
#: The exit status by which werkzeug's reloader knows that it is to start the application anew.
START_AGAIN = 3


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve this installation; an empty one first prints an address where its owner sets it up, once."""
    require_free(host, port)
    app = create_app(base_url=address_of(host, port))
    migrate_if_empty(app)
    with app.app_context():
        if not any_owner(db.session()):
            click.echo(f"Set this site up here (the address works once): {_set_up_address()}")
        click.echo(f"Serving {runtime().config.base_url} at {host}:{port}. Stop with Ctrl-C.")
        db.session.rollback()
    server.run(app, host=host, port=port, workers=workers)


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


def require_free(host: str, port: int) -> None:
    """One line in place of a trace when something listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(f"{host}:{port} cannot be used ({error.strerror}). Try --port.") from error


def address_of(host: str, port: int) -> str:
    """Where a browser of this machine finds what listens there; “everywhere” is no address to go to."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _set_up_address() -> str:
    token = tokens.issue_set_up(db.session(), at=now())
    db.session.commit()
    return f"{runtime().config.base_url}/set-up?token={token}"
