"""What a database answered, as its driver has it: PostgreSQL's whole and as text, SQLite's as rows."""

from collections.abc import Iterator
from datetime import date
from hashlib import blake2b
from typing import Any

from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

BYTES = 20


def answer_to(cursor: Any, statement: str, given: Any) -> Any:
    """To a question that is asked now."""
    cursor.execute(statement, given)
    whole = _whole(cursor)
    return whole if whole is not None else cursor.fetchall()


def taken_whole(cursor: Any, context: Any) -> Any:
    """To what SQLAlchemy has just asked. Rows that are handed out once are laid where it looks for them."""
    whole = _whole(cursor)
    if whole is None:
        whole = cursor.fetchall()
        context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor, initial_buffer=whole)
    return whole


def _whole(cursor: Any) -> Any:
    """None where the driver hands it out row by row."""
    return getattr(cursor, "pgresult", None)


def digest_of(answer: Any) -> bytes:
    """Of everything in it, in its order."""
    if isinstance(answer, list):
        return blake2b(repr(answer).encode("utf-8", "surrogatepass"), digest_size=BYTES).digest()
    told = b"".join(b"\0-" if cell is None else b"\0+" + cell for cell in _cells(answer))  # no text has a \0
    return blake2b(b"%d %d%s" % (answer.ntuples, answer.nfields, told), digest_size=BYTES).digest()


def tells(answer: Any, moment: Any) -> bool:
    """Whether this moment or day stands in it."""
    if isinstance(answer, list):
        return any(moment in row for row in answer)
    return any(_as(type(moment), cell) == moment for cell in _cells(answer) if cell)


def _cells(answer: Any) -> Iterator[bytes | None]:
    for row in range(answer.ntuples):
        for column in range(answer.nfields):
            yield answer.get_value(row, column)


def _as(kind: type[date], cell: bytes) -> date | None:
    """The moment that PostgreSQL spells so; None for anything else."""
    try:
        return kind.fromisoformat(cell.decode())
    except ValueError:
        return None
