"""How acts on jobs are taken back."""

from cms.accounts.models import User
from cms.audit.inverses import Inverse, Undoing, loading
from cms.audit.models import Event
from cms.core.decision import Decision
from cms.core.permissions import Permission
from cms.jobs import actions
from cms.jobs.lifecycle import JobMove, JobStatus
from cms.jobs.models import Job
from cms.jobs.policy import JobPolicy


def _may(by: User, job: Job, _event: Event) -> Decision:
    return JobPolicy(by).may(Permission.SETTINGS_MANAGE, job)


def _move_back(doing: Undoing) -> None:
    """Only while nobody has taken it since: what is done is done."""
    job = doing.subject
    doing.refuse_moved(actions.standing_of(job)._asdict())
    was = doing.before
    run_at = doing.moment_before("run_at") or job.run_at
    to = actions.Standing(JobStatus(was.get("status", job.status)), run_at, was.get("attempts", job.attempts))
    way = JobMove.RETRY if doing.event.verb == f"job.{JobMove.CANCEL}" else JobMove.CANCEL
    actions.set_standing(doing.session, job, way, to, by=doing.by, at=doing.at)


INVERSES = {f"job.{move}": Inverse(loading(Job), _may, _move_back) for move in JobMove}
