"""The rows of an imported file: kept between the look at what would change and the change, and then forgotten."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from cms.audit.batches import LONGEST_LABEL, RowResult, note_rows
from cms.audit.models import Batch, BatchState, Foreseen, ImportRow, RowOutcome

#: What batches that bring in a file are called, in whatever area.
IMPORT = "import"
#: A file that nobody confirmed is forgotten after this long, and the rows of one that was imported after that.
LOOKED_AT_FOR = timedelta(days=1)
REMEMBERED_FOR = timedelta(days=7)
TO_RUN = (Foreseen.NEW, Foreseen.CHANGE)


@dataclass(frozen=True)
class KnownRow:
    """One row as the file has it; `fault` is why it cannot be read, `builds_on` the line of a row that it needs."""

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    builds_on: int | None = None


@dataclass(frozen=True)
class Foresight:
    """What a row would do."""

    foreseen: Foreseen
    label: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    row_id: int | None = None
    stamp: str = ""


def keep(session: Session, batch: Batch, rows: Iterable[KnownRow]) -> None:
    """In the order in which their turns come."""
    values = [
        {
            "batch_id": batch.id,
            "place": place,
            "line": row.line,
            "builds_on": row.builds_on,
            "cells": {} if row.fault else row.cells,
            "label": "",
            "foreseen": Foreseen.REFUSED if row.fault else None,
            "changes": {},
            "reason": row.fault,
            "stamp": "",
        }
        for place, row in enumerate(rows)
    ]
    session.execute(insert(ImportRow), values)


def in_turn(rows: Sequence[KnownRow]) -> list[KnownRow]:
    """What others build on comes before them; otherwise as in the file. A circle is begun anywhere."""
    by_line = {row.line: row for row in rows}
    placed: dict[int, KnownRow] = {}
    for row in rows:
        way: dict[int, KnownRow] = {}
        step: KnownRow | None = row
        while step is not None and step.line not in placed and step.line not in way:
            way[step.line] = step
            step = by_line.get(step.builds_on or 0)
        placed |= dict(reversed(way.items()))
    return list(placed.values())


def unseen(session: Session, batch: Batch, most: int) -> Sequence[ImportRow]:
    """The next rows that nobody has looked at, in their turn."""
    rows = select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.foreseen.is_(None))
    return session.scalars(rows.order_by(ImportRow.place).limit(most)).all()


def built_on(session: Session, batch: Batch, rows: Sequence[ImportRow]) -> list[ImportRow]:
    """The new rows that these need and that are not among them, the first of each chain first."""
    known = {row.line for row in rows}
    found: dict[int, ImportRow] = {}
    wanted = {row.builds_on for row in rows if row.builds_on is not None} - known
    while wanted:
        query = select(ImportRow).where(
            ImportRow.batch_id == batch.id, ImportRow.line.in_(wanted), ImportRow.foreseen == Foreseen.NEW
        )
        more = {row.line: row for row in session.scalars(query)}
        found |= more
        wanted = {row.builds_on for row in more.values() if row.builds_on is not None} - known - found.keys()
    return sorted(found.values(), key=lambda row: row.place)


def foresee(session: Session, foresights: dict[int, Foresight]) -> None:
    """Keep what the rows of these ids would do."""
    values = [
        {
            "id": row_id,
            "foreseen": one.foreseen,
            "label": one.label[:LONGEST_LABEL],
            "changes": one.changes,
            "reason": one.reason,
            "row_id": one.row_id,
            "stamp": one.stamp,
        }
        for row_id, one in foresights.items()
    ]
    session.execute(update(ImportRow), values)


def to_run(session: Session, batch: Batch, most: int) -> Sequence[ImportRow]:
    """The next rows that would do something and have not had their turn."""
    rows = select(ImportRow).where(_waiting(batch)).order_by(ImportRow.place).limit(most)
    return session.scalars(rows).all()


def count_to_run(session: Session, batch: Batch) -> int:
    return session.scalar(select(func.count()).select_from(ImportRow).where(_waiting(batch))) or 0


def note(session: Session, batch: Batch, results: dict[int, RowResult]) -> None:
    """Keep what became of rows by their ids, and count them."""
    values: list[dict[str, Any]] = [
        {"id": row_id, "outcome": one.outcome, "row_id": one.row_id or None, "cells": {}, "reason": one.reason}
        for row_id, one in results.items()
    ]
    session.execute(update(ImportRow), values)
    note_rows(session, batch, list(results.values()))


def counts(session: Session, batch: Batch) -> dict[tuple[Foreseen | None, RowOutcome | None], int]:
    """How many rows were foreseen and came out in each way."""
    ways = (ImportRow.foreseen, ImportRow.outcome)
    found = session.execute(select(*ways, func.count()).where(ImportRow.batch_id == batch.id).group_by(*ways))
    return {(foreseen, outcome): count for foreseen, outcome, count in found}


def forget_old(session: Session, at: datetime, *, most: int) -> int:
    """A file that was only looked at goes altogether, of others the rows go; how many there were."""
    is_import = Batch.action == IMPORT
    stale = Batch.confirmed_at.is_(None) & (Batch.at < at - LOOKED_AT_FOR)
    has_rows = exists().where(ImportRow.batch_id == Batch.id)
    old = Batch.confirmed_at.is_not(None) & (Batch.at < at - REMEMBERED_FOR) & has_rows
    found = session.scalars(select(Batch).where(is_import, or_(stale, old)).order_by(Batch.id).limit(most)).all()
    ids = [batch.id for batch in found]
    session.execute(delete(ImportRow).where(ImportRow.batch_id.in_(ids)))
    for batch in found:
        if batch.confirmed_at is None:
            session.delete(batch)
        elif batch.state is BatchState.RUNNING:
            batch.state = BatchState.STOPPED
    session.flush()
    return len(ids)


def _waiting(batch: Batch) -> ColumnElement[bool]:
    return (ImportRow.batch_id == batch.id) & ImportRow.foreseen.in_(TO_RUN) & ImportRow.outcome.is_(None)
