"""`pages headers|forget`: what a web server that serves kept pages from disk has to be told."""

import click

from cms import create_app
from cms.core.shutter import Shutter
from cms.web import runtime
from cms.web.headers import of_kept_pages


@click.group()
def pages() -> None:
    """Kept pages that nginx serves from disk; see docs/deploying.md."""


@pages.command()
def headers() -> None:
    """Print the headers of kept pages for nginx, to be included; again after each new version."""
    app = create_app()
    click.echo("# Made by: python3 manage.py pages headers")
    for name, value in of_kept_pages(app):
        if name != "Content-Type":
            click.echo(f'add_header {name} "{value}";')


@pages.command()
def forget() -> None:
    """Let nginx serve none of them until new ones are stored, as after all of Copydesk has ended."""
    with create_app().app_context():
        folder = runtime().config.stored_pages
        if folder is None:
            raise click.ClickException("CMS_STORED_PAGES is not set.")
        if (held := Shutter(folder).shut()) is not None:
            held.close()
