"""The life of a job: what a worker does to it, and what an owner may."""

from enum import StrEnum

from cms.core.i18n import N_
from cms.core.lifecycle import Lifecycle


class JobStatus(StrEnum):
    """A job that failed once waits again; only after the last attempt is it failed."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobMove(StrEnum):
    """What an owner does."""

    RETRY = "retry"
    CANCEL = "cancel"


WAITING, RUNNING, DONE, FAILED, CANCELLED = JobStatus

STATUS_LABELS = {
    WAITING: N_("Waiting"),
    RUNNING: N_("Running"),
    DONE: N_("Done"),
    FAILED: N_("Failed"),
    CANCELLED: N_("Called off"),
}

MOVE_LABELS = {
    JobMove.RETRY: N_("Try again now"),
    JobMove.CANCEL: N_("Call off"),
}

JOB_LIFE: Lifecycle[JobStatus, JobMove] = Lifecycle(
    {
        JobMove.RETRY: ({WAITING, FAILED, CANCELLED}, WAITING),
        JobMove.CANCEL: ({WAITING, FAILED}, CANCELLED),
    },
    MOVE_LABELS,
    STATUS_LABELS,
)
