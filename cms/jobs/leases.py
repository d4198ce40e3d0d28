"""Taking jobs and giving them back: the one place that knows leases, attempts and delays. Any engine drains by it.

A worker claims, works without a transaction, and says how it went. One that dies says nothing: its lease runs out and
another takes the job, so a handler has to bear being run twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from cms.core.i18n import N_, reason
from cms.jobs.lifecycle import JobStatus
from cms.jobs.models import Job

#: Longer than any time-out of what handlers do.
LEASE = timedelta(minutes=2)
#: How long to wait after the first, second … failure; after the last, the job has failed.
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 3600, 4 * 3600, 12 * 3600, 24 * 3600))
MOST_ATTEMPTS = len(DELAYS) + 1
#: A job that has been due for so long is nobody's in earnest: a worker that runs looks every second.
LATE = timedelta(minutes=10)
#: Job ids spread what failed together over a tenth of the delay, so that it does not come back together.
SPREAD = 10


class Unfinished(Exception):
    """Why a job is not done, for owners and without a secret: a sentence, and what no language changes."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(reason(sentence, detail))


class GiveUp(Unfinished):
    """No further attempt can help."""


class Retry(Unfinished):
    """Another attempt may."""


@dataclass(frozen=True)
class Claim:
    """A job in hand. `attempt` and `until` tell this hold on it from any later one: a retry counts from one again."""

    id: int
    name: str
    args: dict[str, Any]
    attempt: int
    until: datetime | None


@dataclass(frozen=True)
class Backlog:
    """How many jobs wait and have failed, and for how long the oldest that somebody could take has been due."""

    waiting: int
    failed: int
    late: timedelta


def is_due(session: Session, at: datetime) -> bool:
    """Whether there is anything to claim; a read, so that an idle worker never takes a lock."""
    return session.scalar(select(Job.id).where(_due(at)).limit(1)) is not None


def claim(session: Session, at: datetime) -> Claim | None:
    """The job that has waited longest, leased to the caller; commit before working on it.

    One whose last attempt ended without a word has failed.
    """
    while job := session.scalar(_next(at)):
        if job.status is JobStatus.RUNNING and job.attempts >= MOST_ATTEMPTS:
            killed = GiveUp(N_("Every worker that took this job ended in the middle of it."))
            fail(session, _claim_on(job), killed, at)
            continue
        job.status, job.lease_until, job.updated_at = JobStatus.RUNNING, at + LEASE, at
        job.attempts += 1
        session.flush()
        return _claim_on(job)
    return None


def finish(session: Session, claim: Claim, at: datetime) -> bool:
    """It is done: what it was done with is forgotten. False where the lease had run out and another took it."""
    done: dict[str, Any] = {
        "status": JobStatus.DONE,
        "args": {},
        "lease_until": None,
        "last_error": "",
        "updated_at": at,
    }
    return _changed(session, claim, done)


def fail(session: Session, claim: Claim, why: Unfinished, at: datetime) -> bool:
    """It went wrong: it waits for its next attempt, or has failed after the last. False as in `finish`."""
    values: dict[str, Any] = {"lease_until": None, "last_error": str(why)[:1000], "updated_at": at}
    if isinstance(why, GiveUp) or claim.attempt >= MOST_ATTEMPTS:
        return _changed(session, claim, values | {"status": JobStatus.FAILED})
    return _changed(session, claim, values | {"status": JobStatus.WAITING, "run_at": at + delay_after(claim)})


def delay_after(claim: Claim) -> timedelta:
    delay = DELAYS[claim.attempt - 1]
    return delay + delay / SPREAD * (claim.id % SPREAD) / SPREAD


def has_more_attempts(session: Session, job_id: int) -> bool:
    """Whether a job in hand would be tried again after failing now."""
    return (session.scalar(select(Job.attempts).where(Job.id == job_id)) or 0) < MOST_ATTEMPTS


def backlog(session: Session, at: datetime) -> Backlog:
    """What an operator has to know."""
    counts = select(Job.status, func.count()).where(Job.status.in_((JobStatus.WAITING, JobStatus.FAILED)))
    found = {status: count for status, count in session.execute(counts.group_by(Job.status))}
    return Backlog(found.get(JobStatus.WAITING, 0), found.get(JobStatus.FAILED, 0), lateness(session, at))


def lateness(session: Session, at: datetime) -> timedelta:
    """For how long the oldest has been due that nobody has in hand; two looks into indexes."""
    waiting = session.scalar(select(func.min(Job.run_at)).where(Job.status == JobStatus.WAITING))
    dropped = session.scalar(select(func.min(Job.lease_until)).where(Job.status == JobStatus.RUNNING))
    return max([at - since for since in (waiting, dropped) if since is not None and since < at], default=timedelta(0))


def forget(session: Session, before: datetime, *, most: int) -> int:
    """Delete the oldest that are over since before then; how many there were."""
    over = (JobStatus.DONE, JobStatus.CANCELLED, JobStatus.FAILED)
    old = select(Job.id).where(Job.status.in_(over), Job.created_at < before, Job.updated_at < before)
    ids = list(session.scalars(old.order_by(Job.created_at, Job.id).limit(most)))
    session.execute(delete(Job).where(Job.id.in_(ids)))
    return len(ids)


def _due(at: datetime) -> ColumnElement[bool]:
    return or_(
        and_(Job.status == JobStatus.WAITING, Job.run_at <= at),
        and_(Job.status == JobStatus.RUNNING, Job.lease_until <= at),
    )


def _next(at: datetime) -> Any:
    query = select(Job).where(_due(at)).order_by(Job.run_at, Job.id).limit(1)
    return query.with_for_update(skip_locked=True).execution_options(populate_existing=True)


def _claim_on(job: Job) -> Claim:
    return Claim(job.id, job.name, dict(job.args), job.attempts, job.lease_until)


def _changed(session: Session, claim: Claim, values: dict[str, Any]) -> bool:
    """Only while it is still ours."""
    held = (Job.attempts == claim.attempt, Job.lease_until == claim.until)
    ours = and_(Job.id == claim.id, Job.status == JobStatus.RUNNING, *held)
    changed = session.execute(update(Job).where(ours).values(**values).execution_options(synchronize_session=False))
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # a CursorResult, which execute does not promise
