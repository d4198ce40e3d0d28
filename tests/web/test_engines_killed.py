"""Workers of both engines that end or are killed in the middle, brokers that are away: no job is lost."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy.orm import Session

from cms.jobs.lifecycle import DONE
from tests.cli.conftest import ROOT, free_port
from tests.services.programs import REDIS
from tests.web.draining import (
    ENGINES,
    SECONDS,
    Process,
    Told,
    ask,
    environment_of,
    here,
    kill_all,
    lapse,
    started,
    statuses,
    until,
)
from tests.web.jobs import only

Start = Callable[[], Process]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path / "told")


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def environment(engine_name: str, app: Flask, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    broker = request.getfixturevalue("redis_url") if engine_name == "celery" else None
    return environment_of(app.config["SQLALCHEMY_DATABASE_URI"], tmp_path / "instance", broker)


@pytest.fixture
def start(engine_name: str, environment: dict[str, str]) -> Iterator[Start]:
    """Starts a worker; what is left of it at the end is killed."""
    running: list[Process] = []

    def begin() -> Process:
        running.append(started(engine_name, environment))
        return running[-1]

    yield begin
    for process in running:
        kill_all(process)


def test_told_to_end_a_worker_ends_the_job_in_hand(start: Start, session: Session, told: Told) -> None:
    ask(session, told, wait=2)
    process = start()
    until(told.lines)

    process.send_signal(signal.SIGTERM)

    assert process.wait(SECONDS) == 0
    assert told.words() == ["begun", "done"]
    assert only(session).status is DONE


def test_a_worker_killed_in_the_middle_loses_nothing(start: Start, session: Session, told: Told) -> None:
    """With all its processes; the next worker comes after the lease."""
    ask(session, told, wait=3)
    first = start()
    until(told.lines)
    kill_all(first)
    lapse(session)

    start()

    until(lambda: only(session).status is DONE)
    assert told.words() == ["begun", "begun", "done"]
    assert only(session).attempts == 2


def test_workers_say_that_they_are_here(start: Start, session: Session) -> None:
    start()

    until(lambda: here(session))
    assert all(":" in name for name in here(session))


@pytest.mark.parametrize("engine_name", ["celery"], indirect=True)
def test_a_process_of_celery_killed_in_the_middle_is_made_up_for(
    start: Start, session: Session, told: Told, tmp_path: Path
) -> None:
    """The worker goes on, and takes the job again."""
    ask(session, told, wait=3)
    process = start()
    until(told.lines)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    lapse(session)

    until(lambda: only(session).status is DONE)
    assert told.words() == ["begun", "begun", "done"]
    assert process.poll() is None


CHANGE = """
import sys, time
from datetime import UTC, datetime
from cms import create_app
from cms.extensions import db
from cms.jobs import actions
app = create_app("development")
with app.app_context():
    begun = time.monotonic()
    actions.add(db.session(), "probe", {"file": sys.argv[1]}, at=datetime.now(UTC))
    db.session.commit()
    print(time.monotonic() - begun)
time.sleep(float(sys.argv[2]))
"""


def change(environment: dict[str, str], told: Told, stay: float) -> float:
    """Commits a job in a process as one of a site, and says how long that took."""
    command = [sys.executable, "-c", CHANGE, str(told.path), str(stay)]
    done = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    return float(done.stdout)


@pytest.mark.parametrize("engine_name", ["celery"], indirect=True)
def test_a_commit_nudges_the_broker(environment: dict[str, str], session: Session, told: Told, redis_url: str) -> None:
    change(environment, told, stay=5)

    with redis.Redis.from_url(redis_url) as client:
        [nudge] = client.lrange("copydesk", 0, -1)
    assert b"copydesk.drain" in nudge
    assert b"told" not in nudge  # it carries nothing of the job


@pytest.mark.parametrize("engine_name", ["celery"], indirect=True)
@pytest.mark.parametrize("is_stuck", [False, True], ids=["away", "stuck"])
def test_a_broker_that_does_not_answer_keeps_nobody_waiting_and_loses_nothing(
    environment: dict[str, str], start: Start, session: Session, told: Told, is_stuck: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stuck:  # takes connections, and never answers
        port = stuck.getsockname()[1] if is_stuck else free_port()

        assert change(environment | {"CMS_BROKER_URL": f"redis://127.0.0.1:{port}/0"}, told, stay=0) < 1.5

    start()
    until(lambda: only(session).status is DONE)


@contextlib.contextmanager
def broker_at(port: int) -> Iterator[None]:
    """A Redis that is killed at the end, with all that it knew."""
    command = [str(REDIS.find()), "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield
    process.kill()
    process.wait(SECONDS)


@pytest.mark.parametrize("engine_name", ["celery"], indirect=True)
def test_a_broker_that_comes_back_with_nothing_finds_every_job(
    environment: dict[str, str], session: Session, told: Told
) -> None:
    port = free_port()
    with broker_at(port):
        process = started("celery", environment | {"CMS_BROKER_URL": f"redis://127.0.0.1:{port}/0"})
        ask(session, told)
        until(lambda: statuses(session) == ["done"])
    ask(session, told)
    with broker_at(port):
        until(lambda: statuses(session) == ["done", "done"])

        assert process.poll() is None
        kill_all(process)
