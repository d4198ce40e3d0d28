"""What each request cost: counted, and a line for the log, and for a slow one the questions that it asked the database.

Values are never written down, neither those of a query nor what follows the question mark of an address; an address
that opens a door is named by its rule. Pages that are kept are answered before, and are counted instead.
"""

import contextvars
import logging
import time
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy import Engine, event, inspect

from cms.web.doors import path_of
from cms.web.meters import meters
from cms.web.runtimes import runtime
from cms.web.trial import is_trial

log = logging.getLogger(__name__)

#: Of a slow request, how many different statements are told, and how much of each.
MOST_STATEMENTS, LONGEST_STATEMENT = 20, 1000
#: How many different ones are remembered while it runs.
REMEMBERED = 200
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Asked every second or so, by machines.
QUIET = frozenset({"site.health", "site.readiness", "site.metrics"})


@dataclass(slots=True)
class Watch:
    """What one request has cost so far; statements with how often they were sent and how long they took together."""

    begun: float = field(default_factory=time.perf_counter)
    queries: int = 0
    query_seconds: float = 0.0
    statements: dict[str, tuple[int, float]] = field(default_factory=dict)
    #: What was asked and not answered yet, or never: since when.
    asked: tuple[str, float] | None = None

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.begun

    def ask(self, statement: str) -> None:
        self.settle()
        self.asked = (statement, time.perf_counter())

    def settle(self) -> None:
        """Count the question that was asked last; one that the database refused took its time as well."""
        if self.asked is None:
            return
        statement, since = self.asked
        seconds, self.asked = time.perf_counter() - since, None
        self.queries += 1
        self.query_seconds += seconds
        if statement in self.statements or len(self.statements) < REMEMBERED:
            times, before = self.statements.get(statement, (0, 0.0))
            self.statements[statement] = (times + 1, before + seconds)


_watch: contextvars.ContextVar[Watch | None] = contextvars.ContextVar("watch", default=None)


def init_app(app: Flask, engine: Engine) -> None:
    """Before anything else that looks at a request."""
    event.listen(engine, "before_cursor_execute", _note_asked)
    event.listen(engine, "after_cursor_execute", _note_answered)
    event.listen(engine, "handle_error", _note_answered)
    app.before_request(_begin)
    app.after_request(_keep_status)
    app.teardown_request(_end)


def _begin() -> None:
    _watch.set(Watch())


def _keep_status(response: Response) -> Response:
    g.answered = response.status_code
    return response


def _end(_error: BaseException | None) -> None:
    watch = _watch.get()
    _watch.set(None)
    if watch is not None and not is_trial():  # a page that is tried out is part of the request that tries it
        watch.settle()
        method = request.method if request.method in METHODS else "other"
        _count(watch, method, g.get("answered", 500))
        _write(watch, method, g.get("answered", 500))


def _count(watch: Watch, method: str, status: int) -> None:
    counted, endpoint = meters(), request.endpoint or "none"
    counted.requests.labels(endpoint, method, status).inc()
    counted.request_seconds.labels(endpoint).observe(watch.seconds)
    counted.queries.inc(watch.queries)
    counted.query_seconds.inc(watch.query_seconds)


def _write(watch: Watch, method: str, status: int) -> None:
    seconds = watch.seconds
    slow = runtime().config.slow_milliseconds
    is_slow = 0 < slow <= seconds * 1000
    if request.endpoint in QUIET and not is_slow:
        return
    told = {
        "method": method,
        "path": path_of(request),
        "status": status,
        "ms": _milliseconds(seconds),
        "queries": watch.queries,
        "query_ms": _milliseconds(watch.query_seconds),
        "user": _user_id(),
        "request_id": g.get("request_id", "-"),
    }
    if is_slow:
        log.warning("slow request", extra=told | {"statements": _slowest(watch)})
    else:
        log.info("request", extra=told)


def _user_id() -> int | None:
    """Signed in or by a token; without asking the database, which may just be away."""
    asking = g.get("caller")
    user = asking.user if asking is not None else g.get("_login_user")
    state = inspect(user, raiseerr=False)
    return state.identity[0] if state is not None and state.identity else None


def _slowest(watch: Watch) -> list[dict[str, Any]]:
    costly = sorted(watch.statements.items(), key=lambda pair: -pair[1][1])[:MOST_STATEMENTS]
    return [
        {"statement": " ".join(text.split())[:LONGEST_STATEMENT], "times": times, "ms": _milliseconds(seconds)}
        for text, (times, seconds) in costly
    ]


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _note_asked(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
    if (watch := _watch.get()) is not None:
        watch.ask(statement)


def _note_answered(*_told: object) -> None:
    if (watch := _watch.get()) is not None:
        watch.settle()
