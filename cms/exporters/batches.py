"""Rows of a table by their id, some hundreds at a time: how many there are does not matter to the memory."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

SIZE = 200

Rows = list[Row[*tuple[Any, ...]]]
Columns = Select[*tuple[Any, ...]]
Id = InstrumentedAttribute[int]


def batches(session: Session, query: Columns, id: Id) -> Iterator[Rows]:
    """The columns asked for have the id among them, by its own name."""
    last = 0
    while rows := list(session.execute(query.where(id > last).order_by(id).limit(SIZE)).all()):
        yield rows
        last = getattr(rows[-1], id.key)


def by_id(session: Session, query: Columns, id: Id, wanted: Iterable[Any]) -> dict[int, Any]:
    """Those of a batch that are wanted and there, in one question or in none."""
    ids = {one for one in wanted if one is not None}
    return {getattr(row, id.key): row for row in session.execute(query.where(id.in_(ids)))} if ids else {}
