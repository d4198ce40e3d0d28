"""The record is append-only: the database itself refuses to change or delete an event, whoever asks."""

from datetime import datetime

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms.audit.actions import record
from cms.audit.models import Event, EventPersonal
from tests.factories import Make

APPEND_ONLY = "the record is append-only"


@pytest.fixture
def event(session: Session, make: Make, now: datetime) -> Event:
    event = record(session, "tag.create", make.tag("Sea"), by=make.editor(), at=now, personal={"address": "192.0.2.1"})
    session.commit()
    return event


@pytest.mark.parametrize(
    "statement",
    [
        update(Event).values(verb="tag.delete"),
        update(Event).values(actor_id=None),
        delete(Event),
        text("UPDATE events SET at = at"),
        text("DELETE FROM events"),
    ],
    ids=str,
)
def test_no_statement_changes_or_deletes_an_event(session: Session, event: Event, statement: object) -> None:
    session.execute(delete(EventPersonal))
    with pytest.raises(IntegrityError, match=APPEND_ONLY):
        session.execute(statement)

    session.rollback()
    assert session.scalars(select(Event.verb)).all() == ["tag.create"]


def test_an_event_that_was_changed_in_memory_is_not_written(session: Session, event: Event) -> None:
    event.subject_label = "Lake"

    with pytest.raises(IntegrityError, match=APPEND_ONLY):
        session.flush()


def test_what_is_personal_beside_an_event_can_be_erased(session: Session, event: Event) -> None:
    session.execute(delete(EventPersonal))
    session.commit()

    assert session.scalars(select(EventPersonal)).all() == []
    assert session.scalars(select(Event.id)).all() == [event.id]
