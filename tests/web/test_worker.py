"""The worker: what is committed is done, what is killed in the middle is done again, and no reason holds a secret."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.core.locks import take
from cms.jobs import actions, leases
from cms.jobs.lifecycle import DONE, FAILED, WAITING
from cms.jobs.models import Job
from cms.web import mailing, worker
from cms.web.sealing import seal
from cms.web.worker import Worker, drain
from tests.conftest import NOON
from tests.web.jobs import only

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> Callable[[worker.Handler], None]:
    """Declares how jobs called "probe" are done, in this test."""
    return lambda handler: monkeypatch.setitem(worker._handlers, "probe", handler)


def ask(session: Session, **args: Any) -> None:
    actions.add(session, "probe", args, at=NOON)
    session.commit()


def test_jobs_are_done_in_their_order(app: Flask, session: Session, handled: Any) -> None:
    done: list[int] = []
    handled(lambda _id, args: done.append(args["number"]))
    for number in range(3):
        ask(session, number=number)

    assert drain(app) == 3
    assert done == [0, 1, 2]
    assert drain(app) == 0


def test_what_goes_wrong_waits_and_says_why_without_a_secret(app: Flask, session: Session, handled: Any) -> None:
    def fail(_id: int, _args: dict[str, Any]) -> None:
        raise RuntimeError("the token is cds_hidden")

    handled(fail)
    ask(session)

    drain(app)

    job = only(session)
    assert (job.status, job.attempts, job.last_error) == (
        WAITING,
        1,
        "Something went wrong that nobody foresaw.\nRuntimeError",
    )


def test_half_a_change_of_a_handler_is_not_kept(app: Flask, session: Session, handled: Any) -> None:
    def begin_and_fail(_id: int, _args: dict[str, Any]) -> None:
        actions.add(worker.db.session(), "other", {}, at=NOON)
        raise leases.Retry("not yet")

    handled(begin_and_fail)
    ask(session)

    drain(app)

    assert only(session).last_error == "not yet"


def test_an_unknown_kind_waits_for_a_version_that_knows_it(app: Flask, session: Session) -> None:
    actions.add(session, "from.tomorrow", {}, at=NOON)
    session.commit()

    drain(app)

    assert only(session).status is WAITING
    assert only(session).last_error == "Nothing here knows how to do this.\nfrom.tomorrow"


def test_asked_to_stop_it_ends_the_job_in_hand_and_takes_no_other(app: Flask, session: Session, handled: Any) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_id: int, _args: dict[str, Any]) -> None:
        begun.set()
        assert go_on.wait(30)

    handled(slow)
    ask(session)
    ask(session)
    working = Worker(app, alone=True)
    working.begin()
    assert begun.wait(30)

    working.stop()
    go_on.set()
    working.end()

    assert sorted(session.scalars(select(Job.status))) == [DONE, WAITING]


def test_of_the_processes_of_an_installation_one_looks(app: Flask, session: Session, handled: Any) -> None:
    done = threading.Event()
    handled(lambda _id, _args: done.set())
    first, second = Worker(app, alone=True), Worker(app, alone=True)
    with (Path(app.instance_path) / "worker.lock").open("a") as held:
        assert take(held.fileno())
        first.begin()
        ask(session)
        assert not done.wait(2)
    second.begin()

    assert done.wait(30)
    first.end()
    second.end()


def test_a_mail_sealed_with_another_secret_fails_for_good(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        monkeypatch.setattr(app, "secret_key", "a secret of long ago, since then replaced")
        sealed = seal({"to": "a@example.com", "subject": "Hello", "body": "…"})
        monkeypatch.undo()
    actions.add(session, mailing.MAIL, {"sealed": sealed}, at=NOON)
    session.commit()

    drain(app)

    assert (only(session).status, only(session).last_error) == (FAILED, "It was sealed with another CMS_SECRET_KEY.")
