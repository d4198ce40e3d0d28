"""How often posts and pages are read: counted in memory without knowing by whom, written once a minute."""

import logging
import re
import threading
from collections import Counter, deque
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import sessionmaker

from cms.core.db import begin_as, unless_busy
from cms.extensions import db
from cms.posts.actions.reading import add_reads
from cms.web import beside, now
from cms.web.kept import note

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

log = logging.getLogger(__name__)

FLUSH_EVERY = timedelta(minutes=1)
#: So many single reads, in 32 KB, are added up: of a busy minute there may be half a million.
MOST_SINGLE = 4096
REGISTRY = "copydesk_reads"
#: What says of itself that it is no person, or fetches before anybody asked.
_NOBODY = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|monitor|fetch|curl|wget|python|java/|go-http|feed|scan", re.IGNORECASE
)


class Reads:
    """Reads by post since they were last written; whoever reads a minute after the first of them writes them."""

    def __init__(self) -> None:
        #: One for each read: to append takes no lock, and no read is counted twice or not at all.
        self._reads: deque[int] = deque()
        #: By post, since the database may be away for as long as kept pages are read.
        self._unwritten: Counter[int] = Counter()
        #: Their day, and the moments between which they need not be written; a clock may also be set back.
        self._stretch: tuple[date, datetime, datetime] | None = None
        self._lock = threading.Lock()

    def count(self, post_id: int, at: datetime) -> None:
        if self._stretch is None:
            with self._lock:
                self._stretch = self._stretch or _stretch(at)
        self._reads.append(post_id)
        if len(self._reads) >= MOST_SINGLE:
            with self._lock:
                self._add_up()

    def are_due(self, at: datetime) -> bool:
        stretch = self._stretch
        return stretch is not None and not stretch[1] <= at < stretch[2]

    def take_if_due(self, at: datetime) -> tuple[date, Counter[int]] | None:
        """What is to be written now, if anything; it is not counted here any more."""
        with self._lock:
            if self._stretch is None or not self.are_due(at):
                return None
            return self._taken(self._stretch[0])

    def take(self) -> tuple[date, Counter[int]] | None:
        """Whatever is there, as when nobody will come any more."""
        with self._lock:
            return None if self._stretch is None else self._taken(self._stretch[0])

    def give_back(self, day: date, reads: Counter[int], at: datetime) -> None:
        """What could not be written is tried again with what comes next, and counts for the older day."""
        with self._lock:
            self._unwritten.update(reads)
            self._stretch = (day, *_stretch(at)[1:])

    def _taken(self, day: date) -> tuple[date, Counter[int]]:
        self._stretch = None
        self._add_up()
        reads, self._unwritten = self._unwritten, Counter()
        return day, reads

    def _add_up(self) -> None:
        self._unwritten.update(self._reads.popleft() for _ in range(len(self._reads)))


def _stretch(at: datetime) -> tuple[date, datetime, datetime]:
    """A minute either way, within the day: another thread may have looked at the clock a moment before."""
    day = at.astimezone(UTC).date()
    midnight = datetime.combine(day, time(), UTC)
    return day, max(at - FLUSH_EVERY, midnight), min(at + FLUSH_EVERY, midnight + timedelta(days=1))


def init_app(app: Flask) -> None:
    app.extensions[REGISTRY] = Reads()
    app.after_request(_count)
    app.teardown_request(_write)
    beside.at_end(app, partial(write_all, app))


def reads_of(app: Flask) -> Reads:
    found: Reads = app.extensions[REGISTRY]
    return found


def read(post_id: int) -> None:
    """Note that this answer shows a post; it counts once it is known to be a person's, and each time it is kept for."""
    told = note()
    if told is not None:
        told.post_id = post_id
    else:
        g.read_post_id = post_id


def _count(response: Response) -> Response:
    post_id = g.pop("read_post_id", None)
    if post_id is not None and response.status_code in (200, 304) and is_somebody(request.environ):
        reads_of(current_app).count(post_id, now())
    return response


def is_somebody(environ: "WSGIEnvironment") -> bool:
    """As far as a request tells: a browser that shows the page now."""
    agent = environ.get("HTTP_USER_AGENT")
    if not agent or environ["REQUEST_METHOD"] != "GET" or _is_nobody(agent):
        return False
    return "prefetch" not in environ.get("HTTP_SEC_PURPOSE", "") and "prefetch" not in environ.get("HTTP_PURPOSE", "")


@lru_cache(maxsize=1024)
def _is_nobody(agent: str) -> bool:
    return _NOBODY.search(agent) is not None


def write_soon(app: Flask, at: datetime) -> None:
    """By a thread beside: whoever reads waits for no writing."""
    due = reads_of(app).take_if_due(at)
    if due is not None:
        threading.Thread(target=_write_beside, args=(app, *due), name="reads", daemon=True).start()


def write_all(app: Flask) -> None:
    """What was counted so far, before the process that counted ends."""
    if (taken := reads_of(app).take()) is not None:
        with app.app_context():
            _write_now(*taken, is_last=True)


def _write_beside(app: Flask, day: date, reads: Counter[int]) -> None:
    with app.app_context():
        _write_now(day, reads)


def _write(_error: BaseException | None) -> None:
    """With the request's own transaction over, in a short one of our own that waits for nobody."""
    if request.blueprint != "site":
        return
    due = reads_of(current_app).take_if_due(now())
    if due is not None:
        db.session.remove()
        _write_now(*due)


def _write_now(day: date, reads: Counter[int], *, is_last: bool = False) -> None:
    """Whoever is the last waits for others who write: as many end at once as there are processes."""
    begin_as(may_write=True)
    try:
        with sessionmaker(db.engine).begin() if is_last else unless_busy(db.engine) as session:
            add_reads(session, day, reads)
    except (DBAPIError, PoolTimeout) as error:
        log.warning("reads were not written: %s", type(error).__name__)
        reads_of(current_app).give_back(day, reads, now())
