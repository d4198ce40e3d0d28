"""Which indexes what is asked is answered from.

SQLite plans without looking at the rows, so its plan for a few is its plan for a million. PostgreSQL would read a few
rows as they lie and sort them, so it is asked what it can do without; the folder `bench` tells what it does with many.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event


@contextmanager
def plans(engine: Engine) -> Iterator[list[str]]:
    """The steps of the plan of everything that is asked inside."""
    asked: list[tuple[str, Any]] = []
    steps: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield steps
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        explain = _prepared(connection)
        for statement, parameters in asked:
            if statement.startswith(("SELECT", "WITH")):
                rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
                steps += [row[-1] for row in rows]


def _prepared(connection: Connection) -> str:
    """How a plan is asked for."""
    if connection.dialect.name == "sqlite":
        return "EXPLAIN QUERY PLAN"
    for way in ("seqscan", "sort"):
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    for table in ("media", "posts"):
        connection.exec_driver_sql(f"ANALYZE {table}")
    return "EXPLAIN (COSTS OFF)"
