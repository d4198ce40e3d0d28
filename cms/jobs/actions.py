"""Asking for a job, and what an owner does with one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import Changes, record
from cms.core.decision import require
from cms.core.permissions import Permission
from cms.jobs.lifecycle import JOB_LIFE, JobMove, JobStatus
from cms.jobs.models import Job
from cms.jobs.policy import JobPolicy

#: What the record of a move keeps of a job.
KEPT = ("status", "run_at", "attempts")


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
    values = _new(name, args, label, run_at or at, at) | {"dedupe_key": dedupe_key}
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    asked = dialect.insert(Job).values(**values).on_conflict_do_nothing(index_elements=[Job.dedupe_key])
    return session.scalar(asked.returning(Job.id)) is not None


def add_each(session: Session, name: str, each: Sequence[dict[str, Any]], *, at: datetime, label: str = "") -> None:
    """Ask for one job for each of these arguments, in one statement however many they are."""
    if each:
        session.execute(insert(Job), [_new(name, args, label, at, at) for args in each])


def move_job(session: Session, job: Job, move: JobMove, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """Try a job again at once with all its attempts, or call it off; what runs or is done cannot be."""
    require(JobPolicy(by).may(Permission.SETTINGS_MANAGE, job))
    status = JOB_LIFE.after(move, job.status)
    to = (status, at, 0) if move is JobMove.RETRY else (status, job.run_at, job.attempts)
    set_standing(session, job, move, to, by=by, at=at, batch_id=batch_id)


def set_standing(
    session: Session,
    job: Job,
    move: JobMove,
    to: tuple[JobStatus, datetime, int],
    *,
    by: User,
    at: datetime,
    batch_id: int | None = None,
) -> None:
    """Record the move and carry it out; who may was asked before."""
    changes: Changes = {
        name: (getattr(job, name), after) for name, after in zip(KEPT, to, strict=True) if getattr(job, name) != after
    }
    job.status, job.run_at, job.attempts = to
    job.updated_at = at
    record(session, f"job.{move}", job, by=by, at=at, changes=changes, batch_id=batch_id)


def _new(name: str, args: dict[str, Any], label: str, run_at: datetime, at: datetime) -> dict[str, Any]:
    return {
        "name": name,
        "label": label[:200],
        "args": args,
        "status": JobStatus.WAITING,
        "run_at": run_at,
        "attempts": 0,
        "last_error": "",
        "created_at": at,
        "updated_at": at,
    }
