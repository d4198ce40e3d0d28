"""`worker`: draining the outbox in a process of its own."""

import signal

import click

from cms import create_app
from cms.cli.application import require_migrated
from cms.web import meters
from cms.web.runtimes import runtime_of
from cms.web.worker import Worker, drain


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@click.option(
    "--processes", default=2, show_default=True, type=click.IntRange(1, 64), help="Of Celery, with CMS_BROKER_URL."
)
def worker(once: bool, processes: int) -> None:
    """Do what follows changes, such as mail, until Ctrl-C or TERM; several may run, on several machines.

    `serve` and `demo` have one within; this is for sites that are served by something else. Where CMS_BROKER_URL is
    set they have none, and this is a Celery worker, which is told of jobs by the broker.
    """
    app = create_app()
    with app.app_context():
        require_migrated()
    if once:
        click.echo(f"{drain(app)} tried.")
        return
    meters.share(app, "worker")
    if runtime_of(app).config.broker_url is not None:
        from cms.web import broker  # here, since Celery takes a second

        click.echo("Waiting for jobs, told by the broker. Stop with Ctrl-C.")
        broker.work(app, processes=processes)
        return
    working = Worker(app, alone=False)
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_received: working.stop())
    click.echo("Waiting for jobs. Stop with Ctrl-C.")
    working.run()
