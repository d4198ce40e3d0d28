"""What people and the schedule ask for; a worker does it, since it takes longer than anybody waits for an answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.accounts.policy import PlainPolicy
from cms.audit.actions import record
from cms.backups.shelf import NAME, Backup
from cms.core.decision import require
from cms.core.errors import NotFound
from cms.core.i18n import N_, _
from cms.core.permissions import Permission
from cms.jobs import actions as jobs
from cms.jobs.lifecycle import JobStatus
from cms.jobs.models import Job

MAKE, CHECK = "backup.make", "backup.check"
LABELS = {MAKE: N_("Make a backup"), CHECK: N_("Check a backup")}


@dataclass
class Named:
    """A backup as the record names it: it lies in a folder and not in a table."""

    name: str
    id: Any = None
    __tablename__: str = "backups"

    def __str__(self) -> str:
        return self.name


def ask_to_make(session: Session, *, by: User, at: datetime) -> None:
    require(PlainPolicy(by).may(Permission.BACKUP_RUN))
    jobs.add(session, MAKE, {}, at=at, label=LABELS[MAKE])
    record(session, "backup.make", Named(""), by=by, at=at)


def ask_to_check(session: Session, name: str, *, by: User, at: datetime) -> None:
    require(PlainPolicy(by).may(Permission.BACKUP_RUN))
    if not NAME.fullmatch(name):
        raise NotFound(_("There is no backup of this name."))
    add_check(session, name, at=at)
    record(session, "backup.check", Named(name), by=by, at=at)


def add_check(session: Session, name: str, *, at: datetime) -> None:
    jobs.add(session, CHECK, {"name": name}, at=at, label=f"{LABELS[CHECK]} {name}")


def note_restored(session: Session, backup: Backup, *, at: datetime) -> None:
    """In the record of the site that is there now."""
    record(session, "backup.restore", Named(backup.name), by=None, at=at)


def key_if_due(session: Session, newest: datetime | None, *, at: datetime, hours: int) -> str | None:
    """Names the stretch of so many hours for which one is to be made; None where it is not time, or was asked for.

    `newest`: when the last backup was made. 0 hours: never.
    """
    if not hours or (newest is not None and at - newest < timedelta(hours=hours)):
        return None
    key = f"backup {hours} {int(at.timestamp()) // (hours * 3600)}"
    return key if session.scalar(select(Job.id).where(Job.dedupe_key == key)) is None else None


def ask_for(session: Session, key: str, *, at: datetime) -> bool:
    """Once for each key, however many processes and machines find that it is time."""
    return jobs.add(session, MAKE, {}, at=at, label=LABELS[MAKE], dedupe_key=key)


def waiting(session: Session) -> list[Job]:
    """What was asked for and is not done yet."""
    query = select(Job).where(Job.name.in_((MAKE, CHECK)), Job.status.in_((JobStatus.WAITING, JobStatus.RUNNING)))
    return list(session.scalars(query.order_by(Job.id).limit(20)))
