"""For whoever runs the site: is this process alive, and can it serve?"""

import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cms.core.db import give_up_after
from cms.extensions import db
from cms.jobs import leases, presence
from cms.media.storage import open_storage
from cms.web import now, revisions, runtime
from cms.web.redis_client import connected

log = logging.getLogger(__name__)

DATABASE_MILLISECONDS = 1000
#: However many ask, each process looks once a second.
FRESH_SECONDS = 1.0
#: What was found so long ago says nothing: whoever looks has not come back.
STALE_SECONDS = 5.0
#: How long a job may be due without any worker being here: one that starts anew needs a moment.
NOBODY_HERE = timedelta(minutes=1)
REGISTRY = "copydesk_readiness"

AWAY = "The database does not answer."
OLDER = "The tables are not those of this version. Run: python3 manage.py db upgrade"
#: By name, why it fails; None where it is well.
Found = dict[str, str | None]


@dataclass
class Readiness:
    """What one process found last, and when."""

    found: Found = field(default_factory=dict)
    at: float = -STALE_SECONDS
    looking: threading.Lock = field(default_factory=threading.Lock)

    def asked(self) -> Found:
        """One looks at a time; the others are told what was found before it."""
        if time.monotonic() - self.at < FRESH_SECONDS:
            return self.found
        is_stale = time.monotonic() - self.at > STALE_SECONDS
        if not self.looking.acquire(timeout=STALE_SECONDS if is_stale else 0):
            return self.found if not is_stale else {"database": "Looking takes too long."}
        try:
            if time.monotonic() - self.at >= FRESH_SECONDS:
                self._note(_look())
            return self.found
        finally:
            self.looking.release()

    def _note(self, found: Found) -> None:
        """A line for the log where it became worse or better, and not one a second."""
        reasons = [why for why in found.values() if why is not None]
        if reasons and found != self.found:
            log.warning("not ready: %s", " ".join(dict.fromkeys(reasons)))
        elif not reasons and any(self.found.values()):
            log.warning("ready again")
        self.found, self.at = found, time.monotonic()


def init_app(app: Flask) -> None:
    app.extensions[REGISTRY] = Readiness()


def alive() -> Response:
    """Asks nobody: a database that is away is no reason to restart this process."""
    return jsonify(status="alive")


def ready() -> Response:
    """200 where a reader would get their page and what follows a change is done; 503 saying what is missing."""
    readiness: Readiness = current_app.extensions[REGISTRY]
    found = readiness.asked()
    reasons = {name: why for name, why in found.items() if why is not None}
    response = jsonify(
        status="unavailable" if reasons else "ready",
        checks={name: "ok" if why is None else "failing" for name, why in found.items()},
        reasons=reasons,
    )
    if reasons:
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return response


def _look() -> Found:
    """Without a database, or on older tables, the checks that need them cannot be well either."""
    found: Found = dict.fromkeys(("database", "migrations", "worker"), AWAY)
    try:
        found |= _look_into_database(db.session())
    except (SQLAlchemyError, OSError) as error:
        log.info("the database does not answer: %s", type(error).__name__)
    db.session.rollback()
    found["storage"] = _storage()
    if runtime().config.redis_url:
        found["redis"] = _redis()
    return found


def _look_into_database(session: Session) -> Found:
    give_up_after(session, DATABASE_MILLISECONDS)
    older = _migrations(session)
    return {"database": None, "migrations": older, "worker": older or _worker(session)}


def _migrations(session: Session) -> str | None:
    """Whether the tables are those of this version."""
    return None if revisions.revision_of(session.connection()) == revisions.newest() else OLDER


def _worker(session: Session) -> str | None:
    """Whether what follows changes is done, by whichever worker and wherever."""
    at = now()
    late = leases.lateness(session, at)
    if late > leases.LATE:
        return f"A job has been due for {int(late.total_seconds() // 60)} minutes."
    if late > NOBODY_HERE and not presence.present(session, at):
        return "Jobs wait, and no worker is here. Let `serve` or `python3 manage.py worker` run."
    return None


def _storage() -> str | None:
    try:
        open_storage(runtime().config.storage_url).probe()
    except OSError:
        return "Files cannot be stored."
    return None


def _redis() -> str | None:
    from redis import RedisError

    try:
        with connected(runtime().config.redis_url or "") as client:
            client.ping()
    except (RedisError, OSError, ValueError):
        return "Redis does not answer."
    return None
