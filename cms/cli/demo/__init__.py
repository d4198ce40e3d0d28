"""`demo`: a populated site in one command."""

import click

from cms import create_app
from cms.cli import server
from cms.cli.application import migrate_if_empty
from cms.cli.demo import load
from cms.cli.demo.refusals import refuse_foreign_owner, refuse_public
from cms.cli.serve import address_of, require_free
from cms.extensions import db
from cms.web import now, runtime

HOST = "127.0.0.1"


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def demo(port: int) -> None:
    """Set up everything that is missing, fill an empty site with a small magazine, and serve it on 127.0.0.1."""
    require_free(HOST, port)
    app = create_app(base_url=address_of(HOST, port))
    with app.app_context():
        refuse_public(runtime().config.env)
    migrate_if_empty(app)
    with app.app_context():
        session = db.session()
        refuse_foreign_owner(session, instead="Use `serve`.")
        if load.is_untouched(session):
            click.echo("Loading the demo magazine …")
            load.load(session, at=now(), progress=lambda line: click.echo(f"  {line}"))
            session.commit()
        _greet(port, load.who_may_sign_in(session))
        session.rollback()
    server.run(app, host=HOST, port=port)


def _greet(port: int, emails: list[str]) -> None:
    click.echo(f"\nThe site:        http://{HOST}:{port}/")
    click.echo(f"The back office: http://{HOST}:{port}/admin/\n")
    if emails:
        click.echo(f"Sign in with the password {load.PASSWORD} as")
    for email in emails:
        click.echo(f"  {email}")
    click.echo("\nStop with Ctrl-C.")
