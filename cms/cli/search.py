"""`search rebuild`."""

import click

from cms import search as full_text
from cms.cli.application import learn_sizes, working_session


@click.group()
def search() -> None:
    """The full-text index."""


@search.command()
def rebuild() -> None:
    """Make the whole index again from the texts; readers and editors find the old one until it is done."""
    with working_session() as session:
        for index in full_text.INDEXES:
            count = full_text.rebuild(session, index)
            click.echo(f"{index.table}: {count}")
        learn_sizes(session)
