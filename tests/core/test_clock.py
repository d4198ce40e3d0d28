"""What time it is."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, create_engine, event

from cms.core import clock
from cms.core.clock import Clock, offset_of


def test_the_time_has_a_zone_and_is_about_now(engine: Engine) -> None:
    told = Clock(engine).now()

    assert told.utcoffset() == timedelta(0)
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=10)


def test_sqlite_is_never_asked_and_postgresql_once_a_minute(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, questions = Clock(engine), list[str]()

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        questions.append(statement)

    asked.now(), asked.now()
    monkeypatch.setattr(clock, "REFRESH_SECONDS", -1)
    asked.now()
    event.remove(engine, "before_cursor_execute", note)

    expected = 0 if engine.dialect.name == "sqlite" else 2
    assert sum("clock_timestamp" in question for question in questions) == expected


def test_a_slow_answer_does_not_set_the_clock_back(engine: Engine) -> None:
    @event.listens_for(engine, "after_cursor_execute")
    def dawdle(_connection: object, _cursor: object, _statement: str, *_more: object) -> None:
        time.sleep(0.05)

    asked = Clock(engine)
    asked.now()
    event.remove(engine, "after_cursor_execute", dawdle)

    before = datetime.now(UTC)
    assert before <= asked.now() <= datetime.now(UTC)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_differs_is_followed_from_the_middle_of_the_trip(hours: int) -> None:
    sent, trip, ahead = datetime(2026, 3, 1, 9, tzinfo=UTC), timedelta(milliseconds=40), timedelta(hours=hours)

    assert offset_of(sent + trip / 2 + ahead, sent, sent + trip) == ahead


def test_the_last_offset_stands_while_the_database_is_away() -> None:
    away = Clock(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=2"))

    assert abs(away.now() - datetime.now(UTC)) < timedelta(seconds=10)


def test_a_database_that_is_away_is_not_asked_by_every_request_and_named_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine, tries = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=2"), list[object]()
    event.listen(engine, "do_connect", lambda *tried: tries.append(tried))
    away = Clock(engine)

    away.now(), away.now()
    assert len(tries) == 1
    monkeypatch.setattr(clock, "RETRY_SECONDS", -1)
    away.now()

    assert len(tries) == 2
    assert [record.message for record in caplog.records if record.name == "cms.core.clock"] == [
        "the database does not tell the time: OperationalError"
    ]
