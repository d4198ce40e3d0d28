"""`serve`. The process that runs this command only listens and starts the others: `opening` is for those alone."""

from typing import TYPE_CHECKING

import click

from cms.cli import server
from cms.cli.addresses import require_free

if TYPE_CHECKING:
    from flask import Flask


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve this installation; an empty one first prints an address where its owner sets it up, once."""
    require_free(host, port)

    def site(is_first: bool) -> "Flask":
        from cms.cli import opening

        return opening.site(host, port, is_first=is_first)

    server.run(site, host=host, port=port, workers=workers)
