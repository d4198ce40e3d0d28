"""The two promises of the outbox, over RabbitMQ; `test_engines` and `test_engines_killed` look at all, over Redis."""

from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms.jobs.lifecycle import DONE
from tests.web.draining import Told, ask, environment_of, kill_all, lapse, started, statuses, until
from tests.web.jobs import only


@pytest.fixture
def environment(app: Flask, rabbitmq_url: str, tmp_path: Path) -> dict[str, str]:
    return environment_of(app.config["SQLALCHEMY_DATABASE_URI"], tmp_path / "instance", rabbitmq_url)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path / "told")


def test_over_rabbitmq_each_job_is_done_once(environment: dict[str, str], session: Session, told: Told) -> None:
    for _number in range(30):
        ask(session, told)
    process = started("celery", environment)

    try:
        until(lambda: set(statuses(session)) == {"done"})
    finally:
        kill_all(process)
    assert set(Counter(told.lines()).values()) == {1}
    assert len(told.lines()) == 60


def test_over_rabbitmq_a_worker_killed_in_the_middle_loses_nothing(
    environment: dict[str, str], session: Session, told: Told
) -> None:
    ask(session, told, wait=3)
    first = started("celery", environment)
    try:
        until(told.lines)
    finally:
        kill_all(first)
    lapse(session)

    second = started("celery", environment)
    try:
        until(lambda: only(session).status is DONE)
    finally:
        kill_all(second)
    assert told.words() == ["begun", "begun", "done"]
    assert only(session).attempts == 2
