"""`media rebuild`."""

import click

from cms.cli.application import working_session
from cms.posts import media_use


@click.group()
def media() -> None:
    """The files of the library."""


@media.command()
def rebuild() -> None:
    """Make the index of where files are used again, from every text."""
    with working_session() as session:
        click.echo(f"media uses: {media_use.rebuild(session)}")
