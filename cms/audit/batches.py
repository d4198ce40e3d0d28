"""Bulks: one batch over the events of many rows, with what became of each row."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.actions import Actor
from cms.audit.models import Batch, BatchState

DONE, SKIPPED, REFUSED = "done", "skipped", "refused"


@dataclass(frozen=True)
class RowResult:
    """What became of one row; `reason` is empty where it was done."""

    row_id: int
    label: str
    outcome: str
    reason: str = ""


def begin_batch(
    session: Session, area: str, action: str, *, by: Actor, at: datetime, parameters: dict[str, Any] | None = None
) -> Batch:
    """Open a batch; its id goes into the event of every row."""
    batch = Batch(area=area, action=action, parameters=parameters or {}, actor_id=by.id, at=at)
    session.add(batch)
    session.flush()
    return batch


def end_batch(session: Session, batch: Batch, results: list[RowResult]) -> None:
    """Close it with the result of every row."""
    outcomes = [result.outcome for result in results]
    batch.done, batch.skipped, batch.refused = (outcomes.count(word) for word in (DONE, SKIPPED, REFUSED))
    batch.parameters = batch.parameters | {"results": [asdict(result) for result in results]}
    batch.state = BatchState.DONE
    session.flush()


def relabel(session: Session, area: str, row_id: int, label: str) -> None:
    """Call a row by another name in every result there is: what it was called may have to be forgotten."""
    for batch in session.scalars(select(Batch).where(Batch.area == area)):
        results = batch.parameters.get("results", [])
        renamed = [row | {"label": label} if row["row_id"] == row_id else row for row in results]
        batch.parameters = batch.parameters | {"results": renamed}


def results_of(batch: Batch) -> list[RowResult]:
    """The rows that were not done come first: they are what somebody has to look at."""
    rows = [RowResult(**row) for row in batch.parameters.get("results", [])]
    return sorted(rows, key=lambda row: (REFUSED, SKIPPED, DONE).index(row.outcome))
