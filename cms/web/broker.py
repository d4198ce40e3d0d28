"""Celery, where CMS_BROKER_URL is set: it carries nudges, and the outbox stays the truth. See docs/decisions/0008.

Imported only where there is a broker, since that takes a second.
"""

import logging
from typing import Any
from urllib.parse import urlsplit

from celery import Celery, bootsteps, signals
from flask import Flask

from cms.extensions import db
from cms.web import meters
from cms.web.runtimes import runtime_of
from cms.web.worker import REGULARLY_SECONDS, drain, look_at_the_clock

#: Whoever changes anything never waits for a broker; it is a thread beside that does, and not for long.
BROKER_SECONDS = 2
#: For jobs that are due later, are tried again or were dropped, and for nudges that were lost.
SWEEP_SECONDS = 2.0
#: A nudge that nobody took is of no use any more: another came since.
NUDGE_SECONDS = 30
#: Jobs for one nudge, so that a worker that is to end does not go through all that wait.
AT_ONCE = 10
QUEUE = "copydesk"
TASK, CLOCK = "copydesk.drain", "copydesk.clock"
#: By the beginning of the address, how its library calls them.
_TIME_OUTS = {"redi": ("socket_timeout", "socket_connect_timeout"), "amqp": ("write_timeout",)}


class Sweep(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
    """Each worker nudges now and then, by the clock of its own loop: there is no other process that has to run."""

    requires = frozenset({"celery.worker.consumer.tasks:Tasks"})
    entries: tuple[Any, ...] = ()  # none where the broker was never reached

    def start(self, consumer: Any) -> None:
        again = consumer.timer.call_repeatedly
        self.entries = (
            again(SWEEP_SECONDS, nudge, (consumer.app,)),
            again(REGULARLY_SECONDS, nudge, (consumer.app, CLOCK)),
        )

    def stop(self, consumer: Any) -> None:
        for entry in self.entries:
            entry.cancel()


def celery_of(app: Flask) -> Celery:
    """The Celery application that drains this outbox."""
    url = runtime_of(app).config.broker_url or ""
    celery = Celery("copydesk", broker=url, set_as_current=False)
    celery.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_acks_late=False,  # a nudge that is lost with its worker costs nothing: the row is found by the next sweep
        task_serializer="json",
        accept_content=["json"],
        broker_connection_timeout=BROKER_SECONDS,
        broker_connection_retry_on_startup=True,
        broker_transport_options=dict.fromkeys(_TIME_OUTS[urlsplit(url).scheme[:4]], BROKER_SECONDS),
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_prefetch_multiplier=1,
    )

    @celery.task(name=TASK)  # type: ignore[untyped-decorator]  # Celery ships no types
    def drain_outbox() -> None:
        """From the same leases as any other worker; whatever is not done stays in the outbox."""
        if drain(app, most=AT_ONCE) == AT_ONCE:
            nudge(celery)

    @celery.task(name=CLOCK)  # type: ignore[untyped-decorator]
    def ask_the_clock() -> None:
        """What nobody asks for, such as backups; whoever asks twice gets one job."""
        look_at_the_clock(app)

    celery.steps["consumer"].add(Sweep)
    return celery


def nudge(celery: Celery, task: str = TASK) -> None:
    """Once, without trying again; raises where the broker is away."""
    celery.send_task(task, expires=NUDGE_SECONDS, retry=False, ignore_result=True)


def work(app: Flask, *, processes: int) -> None:
    """Drain until TERM, which ends the jobs in hand first."""

    def begin_process(**_told: Any) -> None:
        with app.app_context():
            db.engine.dispose(close=False)  # connections of the process that it was forked from

    def end_process(pid: int, **_told: Any) -> None:
        meters.process_ended(pid)

    signals.setup_logging.connect(_log_as_we_do, weak=False)
    signals.worker_process_init.connect(begin_process, weak=False)
    signals.worker_process_shutdown.connect(end_process, weak=False)
    options = [f"--concurrency={processes}", "--without-gossip", "--without-mingle"]
    celery_of(app).worker_main(["--quiet", "worker", *options])


def _log_as_we_do(**_told: Any) -> None:
    """In place of handlers of its own; what went well is ours to say."""
    logger = logging.getLogger("celery")
    logger.handlers, logger.propagate = logging.getLogger("cms").handlers, False
    logger.setLevel(logging.WARNING)
