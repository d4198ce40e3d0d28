"""Asking for a job, and what an owner does with one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import Changes, record
from cms.core.db import insert_into
from cms.core.decision import require
from cms.core.permissions import Permission
from cms.jobs.lifecycle import JOB_LIFE, JobMove, JobStatus
from cms.jobs.models import LONGEST_LABEL, Job
from cms.jobs.policy import JobPolicy

#: In the info of a session whose commit makes jobs due, for whoever tells an engine of it.
ASKED = "jobs_asked"


class Standing(NamedTuple):
    """What a move changes of a job, and the record keeps."""

    status: JobStatus
    run_at: datetime
    attempts: int


def add(
    session: Session,
    name: str,
    args: dict[str, Any],
    *,
    at: datetime,
    label: str = "",
    run_at: datetime | None = None,
    dedupe_key: str | None = None,
) -> bool:
    """Ask for a job in the transaction of the change that it follows; False where the same was asked for before."""
    session.info[ASKED] = True
    values = _new(name, args, label, run_at or at, at) | {"dedupe_key": dedupe_key}
    asked = insert_into(session, Job).values(**values).on_conflict_do_nothing(index_elements=[Job.dedupe_key])
    return session.scalar(asked.returning(Job.id)) is not None


def add_each(session: Session, name: str, each: Sequence[dict[str, Any]], *, at: datetime, label: str = "") -> None:
    """Ask for one job for each of these arguments, in one statement however many they are."""
    if each:
        session.info[ASKED] = True
        session.execute(insert(Job), [_new(name, args, label, at, at) for args in each])


def move_job(session: Session, job: Job, move: JobMove, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """Try a job again at once with all its attempts, or call it off; what runs or is done cannot be."""
    require(JobPolicy(by).may(Permission.SETTINGS_MANAGE, job))
    status = JOB_LIFE.after(move, job.status)
    to = Standing(status, at, 0) if move is JobMove.RETRY else standing_of(job)._replace(status=status)
    set_standing(session, job, move, to, by=by, at=at, batch_id=batch_id)


def standing_of(job: Job) -> Standing:
    return Standing(job.status, job.run_at, job.attempts)


def set_standing(
    session: Session, job: Job, move: JobMove, to: Standing, *, by: User, at: datetime, batch_id: int | None = None
) -> None:
    """Record the move and carry it out; who may was asked before."""
    pairs = zip(Standing._fields, standing_of(job), to, strict=True)
    changes: Changes = {name: (before, after) for name, before, after in pairs if before != after}
    session.info[ASKED] = True
    job.status, job.run_at, job.attempts = to
    job.updated_at = at
    record(session, f"job.{move}", job, by=by, at=at, changes=changes, batch_id=batch_id)


def _new(name: str, args: dict[str, Any], label: str, run_at: datetime, at: datetime) -> dict[str, Any]:
    return {
        "name": name,
        "label": label[:LONGEST_LABEL],
        "args": args,
        "run_at": run_at,
        "created_at": at,
        "updated_at": at,
    }
