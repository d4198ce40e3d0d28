"""What was sealed shows when it is changed, removed or put in between, whoever holds the database."""

import tracemalloc
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms.audit import sealing
from cms.audit.actions import forget, record
from cms.audit.models import Event, Seal
from cms.core.db import reading
from cms.taxonomy.models import Tag
from cms.web import recording
from tests.factories import Make

KEY = "of this installation"


@pytest.fixture
def events(session: Session, make: Make, now: datetime) -> list[int]:
    """Nine of them, under three seals."""
    for number in range(9):
        change = {"name": ("Sea", f"Sée {number}")}
        record(
            session,
            "tag.update",
            make.tag(f"Sea {number}"),
            by=make.editor(),
            at=now,
            changes=change,
            personal={"a": 1},
        )
        if number % 3 == 2:
            session.commit()
            seal(session, now)
    return list(session.scalars(select(Event.id).order_by(Event.id)))


def seal(session: Session, now: datetime) -> None:
    made = sealing.next_seal(session, KEY, upto=sealing.settled(session), at=now)
    assert made is not None
    session.add(made)
    session.commit()


@pytest.fixture
def tamper(session: Session, engine: Engine) -> Callable[[str], None]:
    """As whoever owns the tables may: the trigger is in nobody's way who can drop it."""

    def change(statement: str) -> None:
        if engine.dialect.name == "sqlite":
            for act in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER events_are_kept_{act}"))
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(statement))
        session.flush()

    return change


def test_what_nobody_changed_is_as_it_was_sealed(
    session: Session, events: list[int], make: Make, now: datetime
) -> None:
    forget(session, Event.id.in_(events))
    record(session, "tag.create", make.tag("Lake"), by=make.editor(), at=now)

    found = sealing.verify(session, KEY)

    assert (found.sealed, found.waiting, found.broken, found.foreign, found.is_known) == (9, 1, [], 0, True)
    assert len(found.head) == 64


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET actor_id = NULL WHERE id = {5th}",
        "UPDATE events SET subject_label = 'Lake' WHERE id = {5th}",
        "UPDATE events SET at = '2020-01-01 00:00:00.000000' WHERE id = {5th}",
        "UPDATE events SET changes = '{{}}' WHERE id = {5th}",
    ],
)
def test_a_change_shows_and_where(
    session: Session, events: list[int], tamper: Callable[[str], None], statement: str
) -> None:
    tamper(statement.format(**{"5th": events[4]}))

    broken = sealing.verify(session, KEY).broken

    assert [one.last_id for one in broken] == [events[5]]
    session.rollback()


def test_an_event_that_is_gone_or_came_in_between_shows(
    session: Session, events: list[int], tamper: Callable[[str], None]
) -> None:
    tamper(f"DELETE FROM event_personal WHERE event_id = {events[4]}")
    session.execute(text(f"DELETE FROM events WHERE id = {events[4]}"))
    assert [one.last_id for one in sealing.verify(session, KEY).broken] == [events[5]]

    copied = ", ".join(column.name for column in Event.__table__.c if column.name != "id")
    session.execute(
        text(f"INSERT INTO events (id, {copied}) SELECT {events[4]}, {copied} FROM events WHERE id = {events[0]}")
    )
    assert [one.last_id for one in sealing.verify(session, KEY).broken] == [events[5]]
    session.rollback()


def test_an_event_that_was_put_before_the_first_one_shows(session: Session, events: list[int]) -> None:
    copied = ", ".join(column.name for column in Event.__table__.c if column.name != "id")

    session.execute(text(f"INSERT INTO events (id, {copied}) SELECT -1, {copied} FROM events WHERE id = {events[0]}"))

    assert [one.last_id for one in sealing.verify(session, KEY).broken] == [events[2]]
    session.rollback()


def test_a_seal_that_is_gone_or_made_anew_without_the_key_shows(
    session: Session, events: list[int], now: datetime
) -> None:
    noted = sealing.verify(session, KEY).head
    session.execute(delete(Seal).where(Seal.last_id == events[5]))
    assert [one.last_id for one in sealing.verify(session, KEY).broken] == [events[8]]

    session.execute(delete(Seal))
    forged = sealing.next_seal(session, "a guess", upto=events[-1], at=now)
    session.add(forged)
    session.flush()
    found = sealing.verify(session, KEY, noted=noted)
    assert (found.broken, found.foreign, found.is_known) == ([], 1, False)
    session.rollback()


def test_a_digest_that_was_noted_stays_there_while_the_record_grows(
    session: Session, events: list[int], make: Make, now: datetime
) -> None:
    noted = sealing.verify(session, KEY).head
    record(session, "tag.create", make.tag("Lake"), by=make.editor(), at=now)
    session.commit()
    seal(session, now)

    found = sealing.verify(session, KEY, noted=noted)

    assert (found.is_known, found.sealed, found.head != noted) == (True, 10, True)


def test_long_texts_are_sealed_and_verified_one_after_the_other(session: Session, make: Make, now: datetime) -> None:
    tag, by, long = make.tag("Sea"), make.editor(), {"description": ("", "s" * 1_000_000)}
    for _number in range(60):
        record(session, "tag.update", tag, by=by, at=now, changes=long)
        session.commit()
    session.expunge_all()

    tracemalloc.start()
    seal(session, now)
    assert sealing.verify(session, KEY).broken == []
    _size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 30_000_000


def test_two_who_seal_at_once_make_one_seal(session: Session, events: list[int], make: Make, now: datetime) -> None:
    record(session, "tag.create", make.tag("Lake"), by=make.editor(), at=now)
    session.commit()
    first = sealing.next_seal(session, KEY, upto=2**31 - 1, at=now)
    session.rollback()
    seal(session, now)
    session.add(first)

    with pytest.raises(IntegrityError):
        session.flush()


def test_whoever_works_seals_what_is_there(app: Flask, session: Session, make: Make, now: datetime) -> None:
    record(session, "tag.create", make.tag("Lake"), by=make.editor(), at=now)
    session.commit()

    with app.app_context():
        recording.seal_record()
        recording.seal_record()
        key = recording.key()

    found = sealing.verify(session, key)
    assert (found.sealed, found.waiting, found.broken, found.foreign) == (1, 0, [], 0)
    assert len(session.scalars(select(Seal)).all()) == 1


def test_nobody_seals_past_an_event_that_somebody_is_writing(
    app: Flask, engine: Engine, session: Session, make: Make, now: datetime
) -> None:
    """PostgreSQL gives ids before a commit, so that a later event may be there before an earlier one."""
    tag, editor = make.tag("Lake"), make.editor()
    session.commit()
    record(session, "tag.update", tag, by=editor, at=now)
    session.flush()
    with Session(engine) as other, app.app_context():
        if engine.dialect.name == "postgresql":  # SQLite has one who writes
            record(other, "tag.update", other.get_one(Tag, tag.id), by=None, at=now)
            other.commit()
        recording.seal_record()
        with reading():
            assert other.scalars(select(Seal)).all() == []
    session.commit()

    with app.app_context():
        recording.seal_record()
        found = sealing.verify(session, recording.key())

    assert (found.waiting, found.broken) == (0, [])
    assert found.sealed == len(session.scalars(select(Event)).all())


def test_all_that_an_event_says_is_sealed() -> None:
    """In this order for ever: what comes later has to be sealed beside it, or no older seal would hold."""
    told = "at actor_id verb subject_type subject_id subject_label changes batch_id undoes_id request_id"

    assert [column.name for column in sealing.SEALED] == told.split()
    assert {column.name for column in Event.__table__.c} == {"id", *told.split()}
