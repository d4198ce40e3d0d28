"""`demo`: a populated site in one command. As with `serve`, `opening` is for the processes that it starts."""

from typing import TYPE_CHECKING

import click

from cms.cli import server
from cms.cli.addresses import require_free

if TYPE_CHECKING:
    from flask import Flask

HOST = "127.0.0.1"


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def demo(port: int) -> None:
    """Set up everything that is missing, fill an empty site with a small magazine, and serve it on 127.0.0.1."""
    require_free(HOST, port)

    def site(is_first: bool) -> "Flask":
        from cms.cli.demo import opening

        return opening.site(HOST, port, is_first=is_first)

    server.run(site, host=HOST, port=port)
