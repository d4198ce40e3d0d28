"""What `serve` does before it serves."""

import click
from flask import Flask

from cms import create_app
from cms.accounts.actions import tokens
from cms.accounts.queries import any_owner
from cms.cli.addresses import address_of
from cms.cli.application import migrate_if_empty
from cms.extensions import db
from cms.web import now, runtime


def site(host: str, port: int, *, is_first: bool) -> Flask:
    """The application. At a start it is told where it is, and an empty one is set up; later it only has to be there."""
    app = create_app(base_url=address_of(host, port))
    if is_first:
        migrate_if_empty(app)
        with app.app_context():
            _greet(host, port)
    return app


def _greet(host: str, port: int) -> None:
    if not any_owner(db.session()):
        click.echo(f"Set this site up here (the address works once): {_set_up_address()}")
    click.echo(f"Serving {runtime().config.base_url} at {host}:{port}. Stop with Ctrl-C.")
    db.session.rollback()


def _set_up_address() -> str:
    token = tokens.issue_set_up(db.session(), at=now())
    db.session.commit()
    return f"{runtime().config.base_url}/set-up?token={token}"
