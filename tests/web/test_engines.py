"""Whatever drains the outbox, a thread or Celery: each job is done, and no reason holds a secret.

The workers are processes of their own on a real database, and on a real Redis where Celery has one. One is there for
all of these tests; what becomes of jobs when it is killed is in `test_engines_killed`.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms.jobs import actions
from cms.jobs.lifecycle import DONE, WAITING
from tests.web.draining import ENGINES, Told, ask, environment_of, kill_all, started, statuses, until
from tests.web.jobs import only


@pytest.fixture(scope="module", params=ENGINES, autouse=True)
def worker(request: pytest.FixtureRequest, app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    broker = request.getfixturevalue("redis_address") if request.param == "celery" else None
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    process = started(request.param, environment_of(url, tmp_path_factory.mktemp("worker"), broker))
    yield
    kill_all(process)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path / "told")


def test_what_is_committed_is_done_though_nobody_tells_of_it(session: Session, told: Told) -> None:
    for _number in range(3):
        ask(session, told)

    until(lambda: statuses(session) == ["done"] * 3)
    assert told.words() == ["begun", "done"] * 3


def test_what_goes_wrong_waits_and_says_why_without_a_secret(session: Session, told: Told) -> None:
    ask(session, told, fail="the token is cds_hidden")

    until(lambda: only(session).attempts == 1 and only(session).status is WAITING)
    assert only(session).last_error == "Something went wrong that nobody foresaw.\nRuntimeError"


def test_half_a_change_of_a_handler_is_not_kept(session: Session, told: Told) -> None:
    ask(session, told, half=True, fail="…")

    until(lambda: only(session).last_error)
    assert only(session).name == "probe"


def test_an_unknown_kind_waits_for_a_version_that_knows_it(session: Session) -> None:
    actions.add(session, "from.tomorrow", {}, at=datetime.now(UTC))
    session.commit()

    until(lambda: only(session).last_error)
    assert only(session).status is WAITING


def test_a_job_waits_for_its_moment(session: Session, told: Told) -> None:
    due = datetime.now(UTC) + timedelta(seconds=3)
    actions.add(session, "probe", {"file": str(told.path)}, at=datetime.now(UTC), run_at=due)
    session.commit()

    until(told.lines)
    assert datetime.now(UTC) >= due - timedelta(seconds=1)
    until(lambda: only(session).status is DONE)


def test_each_of_many_is_done_once(session: Session, told: Told) -> None:
    each = [{"file": str(told.path), "wait": 0.01}] * 60
    actions.add_each(session, "probe", each, at=datetime.now(UTC))
    session.commit()

    until(lambda: set(statuses(session)) == {"done"})
    assert set(Counter(told.lines()).values()) == {1}
    assert len(told.lines()) == 120
