"""Bulks: one batch over the events of many rows, with what became of each row."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session, object_session

from cms.audit.actions import Actor
from cms.audit.models import Batch, BatchRow, BatchState, ImportRow, RowOutcome

DONE, SKIPPED, REFUSED = RowOutcome
#: More rows than this are counted and not shown one by one.
MOST_SHOWN = 500
LONGEST_LABEL = 200


@dataclass(frozen=True)
class RowResult:
    """What became of one row; `reason` is empty where it was done."""

    row_id: int
    label: str
    outcome: RowOutcome
    reason: str = ""


def begin_batch(
    session: Session, area: str, action: str, *, by: Actor, at: datetime, parameters: dict[str, Any] | None = None
) -> Batch:
    """Open a batch that runs at once; its id goes into the event of every row."""
    batch = Batch(area=area, action=action, parameters=parameters or {}, actor_id=by.id, at=at, confirmed_at=at)
    session.add(batch)
    session.flush()
    return batch


def preview_batch(
    session: Session,
    area: str,
    action: str,
    row_ids: Sequence[int],
    *,
    query: str,
    parameters: dict[str, Any],
    by: Actor,
    at: datetime,
) -> Batch:
    """Open a batch over rows that are known and not touched yet; it runs once it is confirmed."""
    batch = Batch(area=area, action=action, query=query, parameters=parameters, actor_id=by.id, at=at)
    session.add(batch)
    session.flush()
    if row_ids:
        session.execute(insert(BatchRow), [{"batch_id": batch.id, "row_id": row_id} for row_id in row_ids])
    return batch


def waiting_rows(session: Session, batch: Batch, *, most: int | None = None) -> list[int]:
    """Ids of the rows whose turn has not come, in their order."""
    rows = select(BatchRow.row_id).where(BatchRow.batch_id == batch.id, BatchRow.outcome.is_(None))
    return list(session.scalars(rows.order_by(BatchRow.id).limit(most)))


def count_waiting(session: Session, batch: Batch) -> int:
    """How many rows still wait for their turn."""
    return session.scalar(select(func.count()).where(BatchRow.batch_id == batch.id, BatchRow.outcome.is_(None))) or 0


def note_waiting(session: Session, batch: Batch, results: Collection[RowResult]) -> None:
    """Keep what became of rows that waited, and count them."""
    fields = ("label", "outcome", "reason")
    row = update(BatchRow).where(BatchRow.batch_id == batch.id, BatchRow.row_id == bindparam("waiting"))
    rows = [_as_row(batch, result) for result in results]
    values = [{"waiting": one["row_id"]} | {f"new_{field}": one[field] for field in fields} for one in rows]
    if values:
        told: dict[str, BindParameter[Any]] = {field: bindparam(f"new_{field}") for field in fields}
        session.connection().execute(row.values(**told), values)
    _count(batch, results)
    session.flush()


def note_rows(session: Session, batch: Batch, results: Collection[RowResult]) -> None:
    """Keep what became of rows that nobody had foreseen, and count them."""
    if results:
        session.execute(insert(BatchRow), [_as_row(batch, result) for result in results])
        _count(batch, results)


def end_batch(session: Session, batch: Batch, results: Collection[RowResult] = ()) -> None:
    """Close it; `results` are of rows that were not waiting, such as those of a batch that ran at once."""
    note_rows(session, batch, results)
    batch.state = BatchState.DONE
    session.flush()


def stop_batch(session: Session, batch: Batch) -> None:
    """What was done stays done and can be undone; the rest is left alone."""
    batch.state = BatchState.STOPPED
    session.flush()


def relabel(session: Session, area: str, row_id: int, label: str) -> None:
    """Call a row by another name in every result there is: what it was called may have to be forgotten."""
    of_area = select(Batch.id).where(Batch.area == area)
    its = (BatchRow.row_id == row_id, BatchRow.batch_id.in_(of_area), BatchRow.label != "")
    session.execute(update(BatchRow).where(*its).values(label=label).execution_options(synchronize_session=False))
    of_files = (ImportRow.row_id == row_id, ImportRow.batch_id.in_(of_area))
    told = update(ImportRow).where(*of_files).values(label=label, cells={}, changes={}, reason="")
    session.execute(told.execution_options(synchronize_session=False))


def results_of(batch: Batch) -> list[RowResult]:
    """The rows that were not done come first: they are what somebody has to look at. No more than are shown."""
    session = object_session(batch)
    if session is None:
        return []
    order = case({REFUSED: 0, SKIPPED: 1}, value=BatchRow.outcome, else_=2)
    rows = select(BatchRow.row_id, BatchRow.label, BatchRow.outcome, BatchRow.reason).where(
        BatchRow.batch_id == batch.id, BatchRow.outcome.is_not(None)
    )
    found = session.execute(rows.order_by(order, BatchRow.id).limit(MOST_SHOWN))
    return [
        RowResult(row_id, label, RowOutcome(outcome), reason) for row_id, label, outcome, reason in found if outcome
    ]


def reasons_of(session: Session, batch: Batch) -> list[tuple[RowOutcome, str, int]]:
    """Why rows were not done, and how many for each reason, the most frequent first."""
    number = func.count()
    rows = (
        select(BatchRow.outcome, BatchRow.reason, number)
        .where(BatchRow.batch_id == batch.id, BatchRow.outcome.in_((SKIPPED, REFUSED)))
        .group_by(BatchRow.outcome, BatchRow.reason)
        .order_by(number.desc(), BatchRow.reason)
    )
    return [(outcome, reason, count) for outcome, reason, count in session.execute(rows) if outcome is not None]


def _count(batch: Batch, results: Collection[RowResult]) -> None:
    outcomes = [result.outcome for result in results]
    batch.done += outcomes.count(DONE)
    batch.skipped += outcomes.count(SKIPPED)
    batch.refused += outcomes.count(REFUSED)


def _as_row(batch: Batch, result: RowResult) -> dict[str, Any]:
    return {
        "batch_id": batch.id,
        "row_id": result.row_id,
        "label": result.label[:LONGEST_LABEL],
        "outcome": result.outcome,
        "reason": result.reason,
    }
