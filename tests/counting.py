"""How many questions something asks the database: what keeps a page quick when the tables are full."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

#: What opens and closes transactions or bounds their waits, and the time, which is asked once a minute.
BESIDE = ("BEGIN", "SAVEPOINT", "RELEASE", "SELECT clock_timestamp", "SET LOCAL lock_timeout")
#: Whoever does jobs says now and then that they are there; the first who asks after a change reads the settings.
NOW_AND_THEN = re.compile(r'job_workers|SELECT settings\."?key"?, settings\.value\s+FROM settings$')


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements sent inside, without those that have nothing to do with what is asked for there."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(BESIDE) and not NOW_AND_THEN.search(statement):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
