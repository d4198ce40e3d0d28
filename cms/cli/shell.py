"""`shell`."""

import code
import sys
from importlib import import_module
from typing import Any

import click

from cms import create_app
from cms.cli.application import require_migrated
from cms.core.db import Base
from cms.extensions import db


@click.command()
@click.option("-c", "--command", help="Run this and leave.")
def shell(command: str | None) -> None:
    """A Python prompt with the application, every model, `db` and `session`; nothing is saved until you commit."""
    app = create_app()
    with app.app_context():
        require_migrated()
        names = _names(app)
        if command is not None:
            exec(command, names)  # noqa: S102 - the person at the keyboard asks for it
        elif not sys.stdin.isatty():
            exec(sys.stdin.read(), names)  # noqa: S102
        else:
            code.interact(banner="app, db, session and every model are here. session.commit() saves.", local=names)


def _names(app: object) -> dict[str, Any]:
    import_module("readline") if sys.stdin.isatty() else None
    models = {mapper.class_.__name__: mapper.class_ for mapper in Base.registry.mappers}
    return {"app": app, "db": db, "session": db.session(), **models}
