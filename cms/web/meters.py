"""What is counted, for Prometheus. Labels have few values, all of them ours: none is taken from what somebody sent.

A process by itself counts in its memory. Programs of several processes share a folder below the instance, in which each
process has files of its own, so that whichever is asked can tell of all; a folder goes when its program is gone.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from weakref import ref

from flask import Flask, current_app
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, multiprocess, values
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, event

from cms.core.locks import locked, take
from cms.web.runtimes import runtime_of

REGISTRY = "copydesk_meters"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
#: Held by whoever makes, removes or reads folders, so that none is looked at half made or half gone.
LOCK = "lock"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Meters:
    """Of one application in one process."""

    def __init__(self) -> None:
        own = self.registry = CollectorRegistry()

        def counter(name: str, about: str, labels: Iterable[str] = ()) -> Counter:
            return Counter(f"copydesk_{name}", about, labels, registry=own)

        self.requests = counter("requests", "Requests that reached Flask.", ("endpoint", "method", "status"))
        self.request_seconds = Histogram(
            "copydesk_request_seconds", "How long they took.", ("endpoint",), buckets=SECONDS, registry=own
        )
        self.queries = counter("queries", "Statements that requests sent to the database.")
        self.query_seconds = counter("query_seconds", "How long those took together.")
        kept = counter("kept_answers", "Answers that were kept, before Flask.", ("outcome",))
        self.kept_page, self.kept_not_modified = kept.labels("page"), kept.labels("not_modified")
        self.kept_from_disk = kept.labels("from_disk")
        self.kept_api, self.kept_api_not_modified = kept.labels("api"), kept.labels("api_not_modified")
        self.kept_misses = counter("kept_misses", "Pages that were made because none was kept.")
        self.kept_renewals = counter("kept_renewals", "Pages of before a change that were still the same.")
        self.connections = Gauge(
            "copydesk_database_connections",
            "Connections of the pool that are in use.",
            registry=own,
            multiprocess_mode="livesum",
        )
        self.jobs = counter("jobs", "Attempts at jobs.", ("name", "outcome"))
        self.mail = counter("mail", "Mail handed to the mail server.", ("outcome",))
        self.sign_ins_failed = counter("sign_ins_failed", "Sign-ins with a wrong address or password.")
        self.comments_held = counter("comments_held", "Comments that were held for a moderator when they came.")


def init_app(app: Flask, engine: Engine) -> None:
    """Where it counts is made anew once it is shared, so its engine asks the application, without keeping it alive."""
    app.extensions[REGISTRY] = Meters()
    known = ref(app)

    def count(change: int) -> None:
        if (alive := known()) is not None:
            meters_of(alive).connections.inc(change)

    event.listen(engine, "checkout", lambda *_told: count(1))
    event.listen(engine, "checkin", lambda *_told: count(-1))


def meters() -> Meters:
    return meters_of(current_app)


def meters_of(app: Flask) -> Meters:
    found: Meters = app.extensions[REGISTRY]
    return found


def share(app: Flask, program: str, others: Path | None = None) -> Path:
    """Count, from now on, together with the processes that this one will start; where that is.

    It begins at 0, or goes on where `others` of this program count, or did.
    The library would decide that by itself, by the same variable, but when it is imported: before we know the instance.
    """
    place = _place(app)
    place.mkdir(mode=0o700, exist_ok=True)
    with locked(place / LOCK):
        for folder in place.iterdir():
            if folder.is_dir() and folder != others and not _is_alive(folder):
                shutil.rmtree(folder, ignore_errors=True)
        own = (
            others
            if others is not None and others.is_dir()
            else Path(tempfile.mkdtemp(prefix=f"{program}-", dir=place))
        )
        alive = os.open(own / "alive", os.O_RDWR | os.O_CREAT, 0o600)  # open as long as any of its processes is
        fcntl.flock(alive, fcntl.LOCK_SH)
    os.environ[FOLDER] = str(own)
    values.ValueClass = values.MultiProcessValue()
    app.extensions[REGISTRY] = Meters()
    return own


def process_ended(pid: int) -> None:
    """What it had in hand is in nobody's any more; what it counted stays counted."""
    if FOLDER in os.environ:
        multiprocess.mark_process_dead(pid)


class OfAllPrograms(Collector):
    """What the processes of this installation counted, on this machine."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def collect(self) -> Iterable[Metric]:
        if FOLDER not in os.environ:
            return meters_of(self._app).registry.collect()
        place = _place(self._app)
        with locked(place / LOCK):
            files = [str(file) for folder in place.iterdir() if _is_alive(folder) for file in folder.glob("*.db")]
            found: Iterable[Metric] = multiprocess.MultiProcessCollector.merge(files)
            return list(found)


def _place(app: Flask) -> Path:
    return runtime_of(app).config.instance / "metrics"


def _is_alive(folder: Path) -> bool:
    """Whether a process of that program runs: the system lets go of its lock however it ends."""
    try:
        file = os.open(folder / "alive", os.O_RDWR)
    except OSError:
        return False
    try:
        return not take(file)
    finally:
        os.close(file)
