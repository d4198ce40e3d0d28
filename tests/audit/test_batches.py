"""A bulk: one batch, an event for each row that it changed, and what became of every row."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.actions import record
from cms.audit.batches import DONE, REFUSED, SKIPPED, RowResult, begin_batch, end_batch, results_of
from cms.audit.models import Batch, BatchState, Event
from tests.factories import Make

RESULTS = [
    RowResult(3, "Sea", DONE),
    RowResult(1, "Lake", SKIPPED, "It was published already."),
    RowResult(2, "Pond", REFUSED, "Publishing needs “Publish posts”."),
    RowResult(4, "Bay", DONE),
]


def test_a_batch_is_running_until_it_has_the_result_of_every_row(session: Session, make: Make, now: datetime) -> None:
    editor = make.editor()
    batch = begin_batch(session, "posts", "add_tag", by=editor, at=now, parameters={"tag": 7})
    assert (batch.state, batch.id is None) == (BatchState.RUNNING, False)

    end_batch(session, batch, RESULTS)
    session.commit()

    session.expire_all()
    kept = session.scalars(select(Batch)).one()
    assert (kept.area, kept.action, kept.actor_id, kept.at) == ("posts", "add_tag", editor.id, now)
    assert (kept.done, kept.skipped, kept.refused, kept.state) == (2, 1, 1, BatchState.DONE)
    assert kept.parameters["tag"] == 7


def test_what_somebody_has_to_look_at_comes_first(session: Session, make: Make, now: datetime) -> None:
    batch = begin_batch(session, "posts", "publish", by=make.editor(), at=now)
    end_batch(session, batch, RESULTS)
    session.commit()
    session.expire_all()

    assert results_of(batch) == [RESULTS[2], RESULTS[1], RESULTS[0], RESULTS[3]]


def test_a_batch_that_has_not_ended_has_no_results(session: Session, make: Make, now: datetime) -> None:
    assert results_of(begin_batch(session, "posts", "publish", by=make.editor(), at=now)) == []


def test_a_batch_over_nothing_ends_with_nothing_done(session: Session, make: Make, now: datetime) -> None:
    batch = begin_batch(session, "posts", "publish", by=make.editor(), at=now)

    end_batch(session, batch, [])

    assert (batch.done, batch.skipped, batch.refused, batch.state) == (0, 0, 0, BatchState.DONE)


def test_the_events_of_a_batch_are_found_by_it(session: Session, make: Make, now: datetime) -> None:
    editor = make.editor()
    batch = begin_batch(session, "tags", "delete", by=editor, at=now)
    ours = [record(session, "tag.update", make.tag(), by=editor, at=now, batch_id=batch.id) for _row in range(2)]
    record(session, "tag.update", make.tag(), by=editor, at=now)
    session.commit()

    assert session.scalars(select(Event).where(Event.batch_id == batch.id).order_by(Event.id)).all() == ours
