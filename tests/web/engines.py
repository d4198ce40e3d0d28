"""A worker in a process of its own, as it is started for a site, with handlers that tests tell what to do.

The arguments of a job called "probe" say what its handler does: `wait` seconds, `fail` with this text, `half` a change.
What it began and ended is written to `file`, a line each.
"""

import signal
import sys
import time
from datetime import UTC, datetime
from typing import Any

from flask import Flask

from cms import create_app
from cms.extensions import db
from cms.jobs import actions
from cms.web import worker
from cms.web.worker import Worker, handles

#: Nothing here is done by the clock: a backup would be a job beside those that are asked for.
worker.REGULARLY_SECONDS = 1_000_000.0


@handles("probe")
def probe(job_id: int, args: dict[str, Any]) -> None:
    _tell(args, "begun", job_id)
    time.sleep(args.get("wait", 0))
    if "half" in args:
        actions.add(db.session(), "half", {}, at=datetime.now(UTC))
        db.session.flush()
    if "fail" in args:
        raise RuntimeError(args["fail"])
    _tell(args, "done", job_id)


def _tell(args: dict[str, Any], word: str, job_id: int) -> None:
    with open(args["file"], "a") as file:
        file.write(f"{word} {job_id}\n")


def work(app: Flask, engine: str) -> None:
    if engine == "embedded":
        working = Worker(app, alone=False)
        signal.signal(signal.SIGTERM, lambda *_received: working.stop())
        working.run()
    else:
        from cms.web import broker

        broker.work(app, processes=2)


if __name__ == "__main__":
    work(create_app("development"), sys.argv[1])
