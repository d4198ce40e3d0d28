"""Jobs, in the shape in which every engine drains them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from cms.core.db import Base, Timestamps
from cms.core.generation import UNSEEN
from cms.jobs.lifecycle import JobStatus

LONGEST_LABEL = 200
WAITING = text("status = 'waiting'")
RUNNING = text("status = 'running'")


class Job(Base, Timestamps):
    """One side effect: `name` says which handler does it with `args`; `label` is what people read.

    While it runs it is leased: whoever finds the lease over takes it again, so each is done at least once.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_due", "run_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_jobs_leased", "lease_until", "id", sqlite_where=RUNNING, postgresql_where=RUNNING),
        Index("ix_jobs_status_created_at_id", "status", "created_at", "id"),
        Index("ix_jobs_created_at_id", "created_at", "id"),
        UNSEEN,
    )

    name: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(LONGEST_LABEL), default="")
    args: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[JobStatus] = mapped_column(default=JobStatus.WAITING)
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    #: A sentence that is translated where it is shown, and in a second line what no language changes.
    last_error: Mapped[str] = mapped_column(Text, default="")
    #: Subject, verb and version of what it follows: the same is never asked for twice.
    dedupe_key: Mapped[str | None] = mapped_column(String(200), unique=True)

    def __str__(self) -> str:
        return self.label or self.name


class Presence(Base):
    """A worker, and when it last said that it is here."""

    __tablename__ = "job_workers"
    __table_args__ = (UNSEEN,)

    #: Machine and process.
    name: Mapped[str] = mapped_column(String(120), unique=True)
    seen_at: Mapped[datetime]
