"""How often posts and pages are read: counted in memory without knowing by whom, written once a minute."""

import logging
import re
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta

from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cms.core.db import begin_as, unless_busy
from cms.extensions import db
from cms.posts.actions.reading import add_reads
from cms.web import now

log = logging.getLogger(__name__)

FLUSH_EVERY = timedelta(minutes=1)
REGISTRY = "copydesk_reads"
#: What says of itself that it is no person, or fetches before anybody asked.
_NOBODY = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|monitor|fetch|curl|wget|python|java/|go-http|feed|scan", re.IGNORECASE
)


class Reads:
    """Reads by post since they were last written; whoever reads a minute after the first of them writes them."""

    def __init__(self) -> None:
        self._reads: Counter[int] = Counter()
        self._day: date | None = None
        self._since: datetime | None = None
        self._lock = threading.Lock()

    def count(self, post_id: int, at: datetime) -> None:
        with self._lock:
            if self._since is None:
                self._since, self._day = at, at.astimezone(UTC).date()
            self._reads[post_id] += 1

    def take_if_due(self, at: datetime) -> tuple[date, Counter[int]] | None:
        """What is to be written now, if anything; it is not counted here any more."""
        with self._lock:
            if self._since is None or self._day is None:
                return None
            if abs(at - self._since) < FLUSH_EVERY and at.astimezone(UTC).date() == self._day:
                return None
            day, reads = self._day, self._reads
            self._reads, self._day, self._since = Counter(), None, None
            return day, reads

    def give_back(self, day: date, reads: Counter[int], at: datetime) -> None:
        """What could not be written is tried again with what comes next, and counts for the older day."""
        with self._lock:
            self._reads.update(reads)
            self._day, self._since = day, at


def init_app(app: Flask) -> None:
    app.extensions[REGISTRY] = Reads()
    app.after_request(_count)
    app.teardown_request(_write)


def read(post_id: int) -> None:
    """Note that this answer shows a post; it counts once it is known to be a person's."""
    g.read_post_id = post_id


def _count(response: Response) -> Response:
    post_id = g.pop("read_post_id", None)
    if post_id is not None and response.status_code in (200, 304) and _is_somebody():
        _counter().count(post_id, now())
    return response


def _is_somebody() -> bool:
    agent = request.user_agent.string
    asked_ahead = "prefetch" in request.headers.get("Sec-Purpose", "") or "prefetch" in request.headers.get(
        "Purpose", ""
    )
    return request.method == "GET" and bool(agent) and not asked_ahead and not _NOBODY.search(agent)


def _write(_error: BaseException | None) -> None:
    """With the request's own transaction over, in a short one of our own that waits for nobody."""
    if request.blueprint != "site":
        return
    due = _counter().take_if_due(now())
    if due is None:
        return
    db.session.remove()
    begin_as(may_write=True)
    try:
        with unless_busy(db.engine) as session:
            add_reads(session, *due)
    except (DBAPIError, PoolTimeout) as error:
        log.warning("reads were not written: %s", type(error).__name__)
        _counter().give_back(*due, now())


def _counter() -> Reads:
    found: Reads = current_app.extensions[REGISTRY]
    return found
