"""A number that grows in the same transaction as anything that readers may see.

Whoever keeps what readers were shown notes the number before looking, and knows by it whether that still holds. Every
statement of an engine is watched, so that no way to write has to remember it: a table counts unless it says of itself
that readers see nothing of it (`UNSEEN`), and so does a column of one that they do see.
"""

import re
import time
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, event, text
from sqlalchemy.orm import Mapped, mapped_column

from cms.core.db import Base
from cms.core.shutter import Shutter

#: For `__table_args__` or a column: nothing of it is on a public page.
UNSEEN: dict[str, Any] = {"info": {"unseen": True}}
#: Execution options of a connection to tables that may not be those of today, as while they are migrated.
UNWATCHED: dict[str, Any] = {"unwatched": True}
#: Never less than the milliseconds since 1970, so that no number comes again where an older database is put back.
_GROW = text(
    "INSERT INTO generations (id, number) VALUES (1, :moment) ON CONFLICT (id) DO UPDATE SET number ="
    " CASE WHEN excluded.number > generations.number THEN excluded.number ELSE generations.number + 1 END"
)
#: Before the first change there is no row.
ASK = "SELECT coalesce((SELECT number FROM generations WHERE id = 1), 0)"
_CHANGED, _GREW, _HELD = "seen_by_readers_changed", "generation_grew", "shutter_held"
_WRITE = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE)(?:\s+OR\s+\w+)?(?:\s+INTO|\s+FROM)?\s+\"?(\w+)\"?", re.I)
_READ = re.compile(
    r"\s*(?:SELECT|PRAGMA|BEGIN|SAVEPOINT|RELEASE|ROLLBACK|COMMIT|SET|RESET|SHOW|VALUES|ANALYZE|LOCK|VACUUM)\b",
    re.I,
)
_CHANGES = re.compile(r"\b(?:INSERT|UPDATE|DELETE)\b", re.I)
_ASSIGNED = re.compile(r"(?:\bSET|,)\s*\"?(\w+)\"?\s*=", re.I)
#: Several columns at once, as in `SET (a, b) = …`.
_TOGETHER = re.compile(r"\)\s*=")
#: Its index is written with each row, and what it finds is never kept.
_SEARCH = "search_"


class Generation(Base):
    """One row, with id 1, from the first change on."""

    __tablename__ = "generations"
    __table_args__ = (UNSEEN,)

    number: Mapped[int] = mapped_column(BigInteger, default=0)


def watch(engine: Engine, shutter: Shutter | None = None) -> None:
    """Let the number grow with each commit of this engine that readers may notice; what they read from disk is shut."""
    event.listen(engine, "before_cursor_execute", _note)
    event.listen(engine, "commit", _advance)
    event.listen(engine, "rollback", _forget)
    if shutter is not None:
        _shut_while_committing(engine, shutter)


def grow(connection: Connection) -> None:
    """Whatever was kept is old, once this transaction is committed."""
    connection.execute(_GROW, {"moment": time.time_ns() // 1_000_000})


@lru_cache(maxsize=4096)
def is_seen_by_readers(statement: str) -> bool:
    """Whether this changes anything that a public page may show; what is not understood does."""
    if ";" in statement.rstrip("; \n"):
        return True
    written = _WRITE.match(statement)
    if written is None:
        return not _READ.match(statement) and not _reads_with(statement)
    name = written[1].lower()
    if name.startswith(_SEARCH):
        return False
    table = Base.metadata.tables.get(name)
    if table is None:
        return True
    if table.info.get("unseen"):
        return False
    if not statement.lstrip().upper().startswith("UPDATE"):
        return True
    assigned = _ASSIGNED.findall(statement)
    if not assigned or _TOGETHER.search(statement):
        return True
    return any(column not in table.c or not table.c[column].info.get("unseen") for column in assigned)


def _reads_with(statement: str) -> bool:
    return statement.lstrip().upper().startswith("WITH ") and not _CHANGES.search(statement)


def _note(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
    if connection.info.get(_CHANGED) or connection.get_execution_options().get("unwatched"):
        return
    if is_seen_by_readers(statement):
        connection.info[_CHANGED] = True


def _advance(connection: Connection) -> None:
    """Last of all that the transaction does, so that others wait for the row no longer than for its commit."""
    if connection.info.pop(_CHANGED, False):
        grow(connection)
        connection.info[_GREW] = True


def _shut_while_committing(engine: Engine, shutter: Shutter) -> None:
    """From after the number has grown until the connection goes on to something else, comes back or is lost."""

    def shut(connection: Connection) -> None:
        if connection.info.pop(_GREW, False):
            connection.info[_HELD] = shutter.shut()

    def let_go(info: Any) -> None:
        if (held := info.pop(_HELD, None)) is not None:
            held.close()

    event.listen(engine, "commit", shut)
    event.listen(engine, "begin", lambda connection: let_go(connection.info))
    event.listen(engine, "checkin", lambda _connection, record: let_go(record.info))
    event.listen(engine, "invalidate", lambda _connection, record, _error: let_go(record.info))


def _forget(connection: Connection) -> None:
    if not connection.invalidated:  # else it is gone, and whatever it knew
        connection.info.pop(_CHANGED, None)
