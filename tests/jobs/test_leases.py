"""Each job is done at least once, by one worker at a time, and after its last attempt somebody has to look at it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cms.jobs import actions, leases
from cms.jobs.leases import LEASE, MOST_ATTEMPTS, Claim, GiveUp, Retry
from cms.jobs.lifecycle import DONE, FAILED, RUNNING, WAITING, JobMove
from cms.jobs.models import Job
from tests.conftest import NOON
from tests.factories import Make

SECOND = timedelta(seconds=1)


@pytest.fixture
def asked(session: Session) -> Job:
    """One job that is due at noon."""
    actions.add(session, "mail", {"sealed": "secret"}, at=NOON, label="A letter")
    session.commit()
    return session.scalars(select(Job)).one()


def claim(session: Session, at: datetime) -> Claim:
    claimed = leases.claim(session, at)
    assert claimed is not None
    return claimed


def test_a_job_waits_for_its_moment(session: Session) -> None:
    actions.add(session, "mail", {}, at=NOON, run_at=NOON + SECOND)

    assert not leases.is_due(session, NOON)
    assert leases.claim(session, NOON) is None
    assert leases.is_due(session, NOON + SECOND)
    assert claim(session, NOON + SECOND).name == "mail"


def test_what_is_claimed_is_nobody_elses_until_the_lease_is_over(session: Session, asked: Job) -> None:
    first = claim(session, NOON)

    assert (first.attempt, first.args) == (1, {"sealed": "secret"})
    assert leases.claim(session, NOON + LEASE - SECOND) is None
    second = claim(session, NOON + LEASE)
    assert (second.id, second.attempt) == (first.id, 2)
    assert not leases.finish(session, first, NOON + LEASE)
    assert not leases.fail(session, first, Retry("too late"), NOON + LEASE)
    assert leases.finish(session, second, NOON + LEASE)


def test_a_worker_that_comes_back_late_does_not_speak_for_a_job_that_was_begun_anew(
    session: Session, asked: Job, make: Make
) -> None:
    late = claim(session, NOON)
    second = claim(session, NOON + LEASE)
    leases.fail(session, second, GiveUp("the server is away"), NOON + LEASE)
    session.refresh(asked)
    actions.move_job(session, asked, JobMove.RETRY, by=make.owner(), at=NOON + LEASE)
    session.flush()
    anew = claim(session, NOON + LEASE)

    assert (late.attempt, anew.attempt) == (1, 1)
    assert not leases.fail(session, late, GiveUp("too late"), NOON + LEASE)
    assert not leases.finish(session, late, NOON + LEASE)
    assert leases.finish(session, anew, NOON + LEASE)


def test_what_is_done_keeps_nothing_of_what_it_was_done_with(session: Session, asked: Job) -> None:
    leases.finish(session, claim(session, NOON), NOON + SECOND)
    session.refresh(asked)

    assert (asked.status, asked.args, asked.lease_until, asked.last_error) == (DONE, {}, None, "")
    assert leases.claim(session, NOON + timedelta(days=365)) is None


def test_each_failure_waits_longer_and_the_last_is_final(session: Session, asked: Job) -> None:
    at, waits = NOON, []
    for _attempt in range(MOST_ATTEMPTS):
        claimed = claim(session, at)
        leases.fail(session, claimed, Retry("The mail server could not be reached."), at)
        session.refresh(asked)
        waits.append(asked.run_at - at)
        at = max(asked.run_at, at)

    assert (asked.status, asked.attempts) == (FAILED, MOST_ATTEMPTS)
    assert asked.last_error == "The mail server could not be reached."
    assert waits[:-1] == sorted(waits[:-1])
    assert waits[0] >= timedelta(seconds=30)
    assert sum(waits[:-1], timedelta()) > timedelta(days=1)
    assert leases.claim(session, at + timedelta(days=365)) is None


def test_what_no_attempt_can_help_fails_at_once(session: Session, asked: Job) -> None:
    leases.fail(session, claim(session, NOON), GiveUp("There is no such address."), NOON)
    session.refresh(asked)

    assert (asked.status, asked.attempts) == (FAILED, 1)


def test_a_job_that_kills_every_worker_is_given_up(session: Session, asked: Job) -> None:
    at = NOON
    for _attempt in range(MOST_ATTEMPTS):
        claim(session, at)
        at += LEASE

    assert leases.claim(session, at) is None
    session.refresh(asked)
    assert asked.status is FAILED
    assert "ended in the middle" in asked.last_error


def test_the_oldest_is_taken_first(session: Session) -> None:
    for label, minute in (("second", 2), ("first", 1), ("third", 3)):
        actions.add(session, label, {}, at=NOON, run_at=NOON + timedelta(minutes=minute))

    order = [claim(session, NOON + timedelta(hours=1)).name for _number in range(3)]
    assert order == ["first", "second", "third"]


def test_ten_workers_at_once_take_each_job_once(session: Session, engine: Engine) -> None:
    actions.add_each(session, "mail", [{"number": number} for number in range(40)], at=NOON)
    session.commit()

    def work(_worker: int) -> list[int]:
        taken = []
        with Session(engine) as own:
            while (claimed := leases.claim(own, NOON)) is not None:
                own.commit()
                taken.append(claimed.args["number"])
                leases.finish(own, claimed, NOON)
                own.commit()
        return taken

    with ThreadPoolExecutor(10) as workers:
        taken = [number for numbers in workers.map(work, range(10)) for number in numbers]
    assert sorted(taken) == list(range(40))


def test_only_what_is_long_over_is_forgotten(session: Session) -> None:
    for label in ("done", "failed", "waiting", "running"):
        actions.add(session, label, {}, at=NOON, label=label)
    jobs = session.scalars(select(Job).order_by(Job.id))
    for job, status in zip(jobs, (DONE, FAILED, WAITING, RUNNING), strict=True):
        job.status = status
    session.flush()

    assert leases.forget(session, NOON, most=10) == 0
    assert leases.forget(session, NOON + SECOND, most=10) == 2
    assert list(session.scalars(select(Job.label).order_by(Job.id))) == ["waiting", "running"]
