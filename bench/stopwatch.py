"""How long a request takes, how many questions it asks, and which of them takes its time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import Engine, event

from tests.browser import Browser
from tests.counting import counted

#: A request that takes longer is asked fewer times: nobody needs its median to see what it is.
SLOW_SECONDS, SLOW_TIMES = 2.0, 3
Clock = Callable[[], float]


@dataclass(frozen=True)
class Taken:
    """`seconds` is the median; another status than 200 is a failure by itself."""

    seconds: float
    queries: int
    status: int


def measure(engine: Engine, owner: Browser, url: str, times: int, clock: Clock = time.perf_counter) -> Taken:
    """After one that warms caches up. What is written once a minute is no part of a request, so the fewest count."""
    first = _ask(engine, owner, url, clock)
    asked = [_ask(engine, owner, url, clock) for _ in range(SLOW_TIMES if first.seconds > SLOW_SECONDS else times)]
    return Taken(median(one.seconds for one in asked), min(one.queries for one in asked), first.status)


def _ask(engine: Engine, owner: Browser, url: str, clock: Clock) -> Taken:
    with counted(engine) as statements:
        began = clock()
        status = owner.get(url).status_code
        return Taken(clock() - began, len(statements), status)


def slowest_statement(engine: Engine, owner: Browser, url: str) -> str:
    """The statement that takes most of a request, with the database's plan for it."""
    with _timed(engine) as statements:
        owner.get(url)
    seconds, statement, parameters = max(statements, key=lambda one: one[0])
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    plan = "\n".join(f"    {row[-1]}" for row in rows)
    return f"{seconds * 1000:.0f} ms: {' '.join(statement.split())[:1500]}\n  {parameters!r:.300}\n{plan}"


@contextmanager
def _timed(engine: Engine) -> Iterator[list[tuple[float, str, Any]]]:
    taken: list[tuple[float, str, Any]] = []

    def begin(*_more: Any) -> None:
        taken.append((time.perf_counter(), "", None))

    def end(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        taken[-1] = (time.perf_counter() - taken[-1][0], statement, parameters)

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    try:
        yield taken
    finally:
        event.remove(engine, "before_cursor_execute", begin)
        event.remove(engine, "after_cursor_execute", end)
        taken[:] = [one for one in taken if one[1].lstrip().startswith(("SELECT", "WITH"))]
