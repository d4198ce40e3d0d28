"""A job is asked for in the transaction of what it follows, and the same is asked for once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.core.errors import Conflict, NotAllowed
from cms.jobs import actions, leases
from cms.jobs.lifecycle import CANCELLED, DONE, FAILED, WAITING, JobMove
from cms.jobs.models import Job
from tests.conftest import NOON
from tests.factories import Make

LATER = NOON + timedelta(hours=1)


def count(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Job)).one()


def only(session: Session) -> Job:
    return session.scalars(select(Job)).one()


def test_what_is_rolled_back_asks_for_nothing(session: Session) -> None:
    actions.add(session, "mail", {}, at=NOON)
    session.rollback()

    assert count(session) == 0


def test_the_same_is_asked_for_once(session: Session) -> None:
    first = actions.add(session, "ping", {"version": 1}, at=NOON, dedupe_key="post:7:publish:1")
    again = actions.add(session, "ping", {"version": 2}, at=NOON, dedupe_key="post:7:publish:1")
    other = actions.add(session, "ping", {"version": 2}, at=NOON, dedupe_key="post:7:publish:2")

    assert (first, again, other) == (True, False, True)
    assert [job.args["version"] for job in session.scalars(select(Job).order_by(Job.id))] == [1, 2]


def test_of_many_who_ask_for_the_same_at_once_one_is_heard(session: Session, engine: Engine) -> None:
    def ask(number: int) -> bool:
        with Session(engine) as own:
            heard = actions.add(own, "ping", {"from": number}, at=NOON, dedupe_key="one")
            own.commit()
            return heard

    with ThreadPoolExecutor(8) as people:
        assert sorted(people.map(ask, range(8))) == [False] * 7 + [True]
    assert count(session) == 1


def test_an_owner_tries_a_failed_job_again_with_all_its_attempts(session: Session, make: Make) -> None:
    owner = make.owner()
    actions.add(session, "mail", {}, at=NOON, label="A letter")
    claimed = leases.claim(session, NOON)
    assert claimed is not None
    leases.fail(session, claimed, leases.GiveUp("no"), NOON)
    job = only(session)
    session.refresh(job)

    actions.move_job(session, job, JobMove.RETRY, by=owner, at=LATER)

    assert (job.status, job.attempts, job.run_at) == (WAITING, 0, LATER)
    event = session.scalars(select(Event).where(Event.verb == "job.retry")).one()
    assert (event.subject_label, event.changes["status"]) == ("A letter", ["failed", "waiting"])
    assert leases.claim(session, LATER) is not None


@pytest.mark.parametrize("move", list(JobMove))
def test_what_is_done_cannot_be_moved(session: Session, make: Make, move: JobMove) -> None:
    actions.add(session, "mail", {}, at=NOON)
    job = only(session)
    job.status = DONE

    with pytest.raises(Conflict):
        actions.move_job(session, job, move, by=make.owner(), at=LATER)


def test_what_is_called_off_is_not_done(session: Session, make: Make) -> None:
    actions.add(session, "mail", {}, at=NOON)

    actions.move_job(session, only(session), JobMove.CANCEL, by=make.owner(), at=NOON)

    assert only(session).status is CANCELLED
    assert leases.claim(session, LATER) is None


@pytest.mark.parametrize("role", ["editor", "moderator", "author", "contributor"])
def test_jobs_are_the_affair_of_whoever_manages_the_settings(session: Session, make: Make, role: str) -> None:
    actions.add(session, "mail", {}, at=NOON)
    job = only(session)
    job.status = FAILED

    with pytest.raises(NotAllowed):
        actions.move_job(session, job, JobMove.RETRY, by=make.user(role), at=LATER)
    assert job.status is FAILED
