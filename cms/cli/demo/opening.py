"""What `demo` does before it serves."""

import click
from flask import Flask

from cms import create_app
from cms.cli.addresses import address_of
from cms.cli.application import migrate_if_empty
from cms.cli.demo import load
from cms.cli.demo.refusals import refuse_foreign_owner, refuse_public
from cms.extensions import db
from cms.web import now, runtime


def site(host: str, port: int, *, is_first: bool) -> Flask:
    """The application. At a start it gets what is missing, and says who may sign in; later it only has to be there."""
    app = create_app(base_url=address_of(host, port))
    if is_first:
        with app.app_context():
            refuse_public(runtime().config.env)
        migrate_if_empty(app)
        with app.app_context():
            _fill(f"http://{host}:{port}")
    return app


def _fill(address: str) -> None:
    session = db.session()
    refuse_foreign_owner(session, instead="Use `serve`.")
    if load.is_untouched(session):
        click.echo("Loading the demo magazine …")
        load.load(session, at=now(), progress=lambda line: click.echo(f"  {line}"))
        session.commit()
    _greet(address, load.who_may_sign_in(session))
    session.rollback()


def _greet(address: str, emails: list[str]) -> None:
    click.echo(f"\nThe site:        {address}/")
    click.echo(f"The back office: {address}/admin/\n")
    if emails:
        click.echo(f"Sign in with the password {load.PASSWORD} as")
    for email in emails:
        click.echo(f"  {email}")
    click.echo("\nStop with Ctrl-C.")
