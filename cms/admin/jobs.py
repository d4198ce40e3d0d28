"""Jobs: what happens after a change, such as mail; what waits, what went wrong and why, and another attempt."""

from typing import Any

from cms.admin.base import SITE, CmsModelView
from cms.admin.bulk_action import Bulk
from cms.admin.columns import Column
from cms.admin.filters import ChoiceFilter, DateFilter
from cms.admin.listing import Preset
from cms.admin.moves import Move
from cms.core.decision import require
from cms.core.i18n import N_, _, ngettext, said_reason
from cms.core.permissions import Permission
from cms.extensions import db
from cms.jobs import actions
from cms.jobs.leases import MOST_ATTEMPTS
from cms.jobs.lifecycle import CANCELLED, DONE, FAILED, JOB_LIFE, MOVE_LABELS, RUNNING, STATUS_LABELS, WAITING, JobMove
from cms.jobs.models import Job
from cms.jobs.policy import JobPolicy
from cms.web import now, signed_in

MANAGE = (Permission.SETTINGS_MANAGE,)
ICONS = {JobMove.RETRY: "i-undo", JobMove.CANCEL: "i-ban"}
PILLS = {WAITING: "wait", RUNNING: "plan", DONE: "good", FAILED: "bad", CANCELLED: "off"}


class JobView(CmsModelView):
    """Nobody makes or edits a job by hand: it follows a change, and is tried again or called off."""

    model, area, label, icon, group = Job, "jobs", N_("Jobs"), "i-clock", SITE
    key = "j"
    policy_class, see_permission = JobPolicy, Permission.SETTINGS_MANAGE
    needs = {"see": MANAGE, "act": MANAGE, "export": (Permission.EXPORT_RUN,)}
    columns = (
        Column("label", N_("Job"), "title", value=str),
        Column("status", N_("Status"), "status"),
        Column("attempts", N_("Attempts"), "number", on_phones=False),
        Column("last_error", N_("What went wrong"), value=lambda job: said_reason(job.last_error)),
        Column("created_at", N_("Asked for"), "date", sort=Job.created_at, newest_first=True),
    )
    details = (
        columns[0],
        Column("name", N_("Kind")),
        Column("status", N_("Status"), value=lambda job: _(STATUS_LABELS[job.status])),
        Column(
            "attempts",
            N_("Attempts"),
            value=lambda job: _("%(done)s of %(most)s", done=job.attempts, most=MOST_ATTEMPTS),
        ),
        Column("last_error", N_("What went wrong"), value=lambda job: said_reason(job.last_error)),
        Column("run_at", N_("Next attempt"), "date"),
        columns[-1],
        Column("updated_at", N_("Changed"), "date"),
    )
    export_columns = (
        Column("id", N_("Id"), "number"),
        Column("name", N_("Kind")),
        columns[0],
        Column("status", N_("Status"), value=lambda job: job.status.value),
        *columns[2:],
    )
    filters = (
        ChoiceFilter(
            name="status",
            label=N_("Status"),
            choices=tuple((status.value, text) for status, text in STATUS_LABELS.items()),
            where=lambda status: Job.status == status,
        ),
        DateFilter(name="since", word="after", label=N_("Asked for from"), where=lambda day: Job.created_at >= day),
        DateFilter(name="until", word="before", label=N_("Asked for before"), where=lambda day: Job.created_at < day),
    )
    presets = (
        Preset(N_("All"), {}),
        *(Preset(text, {"status": status.value}) for status, text in STATUS_LABELS.items()),
    )
    default_sort = "-created_at"
    list_template = "admin/jobs_list.html"
    move_names = tuple(JobMove)
    bulk_actions = tuple(Bulk(move, MOVE_LABELS[move], MANAGE, icon=ICONS[move]) for move in JobMove)

    def row_link(self, record: Job) -> str:
        return self.link("details_view", id=record.id)

    def list_context(self, records: list[Job]) -> dict[str, Any]:
        return {"status_labels": STATUS_LABELS, "pills": PILLS}

    def moves_for(self, record: Job) -> list[Move]:
        decision = self.policy.may(Permission.SETTINGS_MANAGE, record)
        return [
            Move(
                move,
                MOVE_LABELS[move],
                decision,
                ICONS[move],
                main=move is JobMove.RETRY,
                danger=move is JobMove.CANCEL,
            )
            for move in JOB_LIFE.moves_from(record.status)
        ]

    def run_move(self, record: Job, move: str) -> str:
        actions.move_job(db.session(), record, JobMove(move), by=signed_in(), at=now())
        status = _(STATUS_LABELS[record.status])
        return _("“%(job)s” is now: %(status)s.", job=record, status=status)

    def after_move(self, record: Job, move: str) -> str:
        return self.link("details_view", id=record.id)

    def check_bulk(self, record: Job, action: str, parameter: str) -> None:
        require(self.policy.may(Permission.SETTINGS_MANAGE, record))
        JOB_LIFE.after(JobMove(action), record.status)

    def run_bulk(self, record: Job, action: str, parameter: str, batch_id: int | None) -> None:
        actions.move_job(db.session(), record, JobMove(action), by=signed_in(), at=now(), batch_id=batch_id)

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s job", "%(shown)s jobs", count, shown=shown)

    def empty_text(self) -> str:
        return _("Mail and whatever else follows a change stands here until it is done, and a month after that.")
