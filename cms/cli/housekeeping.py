"""`tidy`, once an hour, in the process that serves: whichever worker comes first does it, and no other beside it."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask

from cms.cli.tidy import tidy_up
from cms.core.locks import take
from cms.extensions import db
from cms.media.storage import open_storage
from cms.web import now, runtime

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
LOOK_SECONDS = 300


def begin(app: Flask) -> None:
    """A thread of its own, which a worker that ends does not wait for: what was not done is done next time."""
    threading.Thread(target=_keep_house, args=(app,), name="housekeeping", daemon=True).start()


def _keep_house(app: Flask) -> None:
    pause = threading.Event()
    while not pause.wait(LOOK_SECONDS):
        try:
            tidy_if_due(app)
        except Exception:  # the next hour may be a better one, and nobody else would start this thread again
            log.exception("housekeeping failed")


def tidy_if_due(app: Flask) -> bool:
    """Whether it was our turn."""
    with app.app_context(), _turn(runtime().config.instance / "tidied", at=now()) as ours:
        if ours:
            session = db.session()
            storage = open_storage(runtime().config.storage_url)
            done = tidy_up(session, at=now(), end_chunk=session.commit, storage=storage)
            if any(done.values()):
                log.info("tidied: %s", ", ".join(f"{what} {count}" for what, count in done.items()))
        return ours


@contextmanager
def _turn(path: Path, *, at: datetime) -> Iterator[bool]:
    """The file holds when somebody last began; its lock is held as long as they are at it, and ends with them."""
    with path.open("a+") as file:
        if not take(file.fileno()):
            yield False
            return
        file.seek(0)
        last = file.read()
        ours = not last or abs(at - datetime.fromisoformat(last)) >= EVERY
        if ours:
            file.truncate(0)
            file.write(at.isoformat())
            file.flush()
        yield ours
