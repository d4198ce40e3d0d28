"""`worker`: draining the outbox in a process of its own."""

import signal

import click

from cms import create_app
from cms.cli.application import require_migrated
from cms.web import meters
from cms.web.worker import Worker, drain


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
def worker(once: bool) -> None:
    """Do what follows changes, such as mail, until Ctrl-C or TERM; several may run, on several machines.

    `serve` and `demo` have one within; this is for sites that are served by something else.
    """
    app = create_app()
    with app.app_context():
        require_migrated()
    if once:
        click.echo(f"{drain(app)} tried.")
        return
    meters.share(app, "worker")
    working = Worker(app, alone=False)
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_received: working.stop())
    click.echo("Waiting for jobs. Stop with Ctrl-C.")
    working.run()
