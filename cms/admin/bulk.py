"""Bulk actions: every row asks the policy for itself and has a savepoint of its own; one commit, one batch."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import format_decimal
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from cms.admin.bulk_action import DONE_WORDS, Bulk
from cms.admin.gate import Gated, page_response
from cms.admin.moves import return_to, with_result
from cms.audit.batches import DONE, REFUSED, SKIPPED, RowResult, begin_batch, end_batch, results_of
from cms.audit.models import Batch
from cms.audit.undo import UNDO, may_undo_batch
from cms.core.db import row_id
from cms.core.decision import Decision, require
from cms.core.errors import CmsError, Invalid, NotAllowed, NotFound
from cms.core.i18n import _, listed
from cms.extensions import db
from cms.web import now, signed_in

MOST_ROWS = 500


@dataclass(frozen=True)
class BulkResult:
    """A finished bulk, ready to print."""

    label: str
    counted: str
    batch: Batch
    rows: list[RowResult]
    undo_href: str | None

    @property
    def undo_label(self) -> str:
        return _("Redo all") if self.batch.action == UNDO else _("Undo all")

    @property
    def sentence(self) -> str:
        """“Published: 3 posts.”, and of what was left as it is only when there is some."""
        parts = [f"{self.label}: {self.counted}"]
        if self.batch.skipped:
            parts.append(_("%(num)s skipped", num=self.batch.skipped))
        if self.batch.refused:
            parts.append(_("%(num)s refused", num=self.batch.refused))
        return listed(parts) + "."


class Bulks(Gated):
    """POST `/admin/<area>/action/` with `action` and `rowid`; answers 303 to the list, which shows the result."""

    bulk_actions: ClassVar[tuple[Bulk, ...]] = ()

    def run_bulk(self, record: Any, action: str, parameter: str, batch_id: int | None) -> None:
        """Do it to one row by calling the domain's action; whatever it raises is that row's result."""
        raise NotImplementedError

    def suggestions(self, bulk: Bulk) -> list[str]:
        """What to suggest for the parameter that a bulk action asks for."""
        return []

    def choices(self, bulk: Bulk, records: list[Any]) -> list[tuple[str, str]]:
        """(value, label) of what the parameter is chosen from; empty where it is typed."""
        return []

    def parameter_of(self, bulk: Bulk) -> str:
        """What was given for the parameter that a bulk action asks for."""
        return request.form.get(bulk.asks[0], "").strip() if bulk.asks else ""

    def refuse_parameter(self, bulk: Bulk, parameter: str) -> None:
        """Raise Invalid for what could be done to no row at all: it is asked for again, and nothing is run."""

    def ask_template(self, bulk: Bulk) -> str:
        """The page that asks."""
        return "admin/bulk_ask.html"

    def bulk_consequences(self, bulk: Bulk, records: list[Any]) -> list[str]:
        """Sentences for the page that asks first: what would become of these."""
        return []

    def sweep(self, bulk: Bulk, parameter: str) -> Response:
        """Begin a bulk over everything that the list matches, where the view can; see `sweeping`."""
        raise NotFound(_("This list takes selected entries only."))

    def look_first(self, bulk: Bulk, ids: list[int], parameter: str) -> Response:
        """Preview a bulk over selected rows, where the view can; see `sweeping`."""
        raise NotFound(_("There is no such action."))

    def rows_to_ask_about(self, bulk: Bulk) -> list[int] | None:
        """The rows of everything that matches, where a page has to show each of them to ask."""
        return None

    def offered_bulk(self) -> list[Bulk]:
        return [bulk for bulk in self.bulk_actions if self.may_bulk(bulk)]

    def may_bulk(self, bulk: Bulk) -> Decision:
        """Whether to offer it: whether this person could do it to any row at all."""
        decision: Decision = self.policy.may_any(*bulk.needs)
        return decision

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Response:
        """Ask first where something is missing or would be destroyed; else run."""
        bulk = self._wanted_bulk()
        parameter = self.parameter_of(bulk)
        fault = self._fault_of(bulk, parameter)
        is_incomplete = bool(bulk.asks and not parameter) or bool(fault)
        ids = self.rows_to_ask_about(bulk) if _is_about_everything() else _posted_ids()
        if ids is None:
            return self._ask(bulk, [], [], fault) if is_incomplete else self.sweep(bulk, parameter)
        if not ids:
            flash(_("Select at least one entry first."), "error")
            return redirect(return_to(self.link()), 303)
        records = self._records(ids)
        if _is_to_be_asked(bulk) or is_incomplete:
            return self._ask(bulk, ids, list(records.values()), fault)
        if bulk.previewed:
            return self.look_first(bulk, sorted(records), parameter)
        batch = self._run(bulk, ids, records, parameter)
        db.session.commit()
        back = return_to(self.link())
        return redirect(with_result(back, batch.id), 303)

    def bulk_result(self) -> BulkResult | None:
        """The result named in the address of the list, for the person who ran it."""
        batch_id = row_id(request.args.get("result", ""))
        if batch_id is None:
            return None
        mine = Batch.actor_id == signed_in().id
        batch = db.session.scalar(select(Batch).where(Batch.id == batch_id, Batch.area == self.area, mine))
        return None if batch is None else self._result_of(batch)

    def counted(self, count: int, shown: str) -> str:
        """“3 posts”."""
        return shown

    def _result_of(self, batch: Batch) -> BulkResult:
        label = _(DONE_WORDS.get(batch.action, batch.action))
        shown = self.counted(batch.done, format_decimal(batch.done))
        return BulkResult(label, shown, batch, results_of(batch), undo_link(batch))

    def _wanted_bulk(self) -> Bulk:
        wanted = request.form.get("action", "")
        bulk = next((bulk for bulk in self.bulk_actions if bulk.name == wanted), None)
        if bulk is None:
            raise NotFound(_("There is no such action."))
        self._require_right(bulk)
        return bulk

    def _require_right(self, bulk: Bulk) -> None:
        require(self.may_bulk(bulk))

    def _records(self, ids: list[int]) -> dict[int, Any]:
        """Locked in the order of their ids, so that two bulks never wait for each other in a circle."""
        model = self.model
        query = self.get_query().where(model.id.in_(ids)).options(*self.options())
        rows = db.session.scalars(query.order_by(model.id).with_for_update(of=model, key_share=True))
        return {record.id: record for record in rows}

    def _run(self, bulk: Bulk, ids: list[int], records: dict[int, Any], parameter: str) -> Batch:
        parameters = {bulk.asks[0]: parameter} if bulk.asks else {}
        batch = begin_batch(
            db.session(),
            self.area,
            bulk.name,
            by=signed_in(),
            at=now(),
            parameters=parameters,
        )
        found = ((row_id, records.get(row_id)) for row_id in ids)
        end_batch(db.session(), batch, self.run_rows(bulk, found, parameter, batch.id))
        return batch

    def run_rows(
        self, bulk: Bulk, found: Iterable[tuple[int, Any]], parameter: str, batch_id: int | None
    ) -> list[RowResult]:
        """What becomes of each; None stands for a row that is not there, or that this person may not know of."""
        unknown = _("There is no such entry, or you may not see it.")
        return [
            RowResult(row_id, f"#{row_id}", REFUSED, unknown)
            if record is None
            else self._run_row(bulk, record, parameter, batch_id)
            for row_id, record in found
        ]

    def _run_row(self, bulk: Bulk, record: Any, parameter: str, batch_id: int | None) -> RowResult:
        row_id, label = record.id, str(record)
        try:
            with db.session.begin_nested():
                self.run_bulk(record, bulk.name, parameter, batch_id)
        except NotAllowed as refusal:
            return RowResult(row_id, label, REFUSED, refusal.message)
        except CmsError as refusal:
            return RowResult(row_id, label, SKIPPED, str(refusal))
        except (IntegrityError, StaleDataError):
            return RowResult(row_id, label, SKIPPED, at_the_same_moment())
        return RowResult(row_id, label, DONE)

    def _fault_of(self, bulk: Bulk, parameter: str) -> str:
        try:
            if parameter:
                self.refuse_parameter(bulk, parameter)
        except Invalid as refusal:
            return str(refusal)
        return ""

    def _ask(self, bulk: Bulk, ids: list[int], records: list[Any], fault: str) -> Response:
        choices = self.choices(bulk, records)
        is_typed = bulk.asks is not None and not choices and not bulk.asks_time
        page = self.render(
            self.ask_template(bulk),
            bulk=bulk,
            records=records,
            unknown=len(ids) - len(records),
            choices=choices,
            consequences=self.bulk_consequences(bulk, records) if records else [],
            suggestions=self.suggestions(bulk) if is_typed else [],
            query=request.form.get("query", ""),
            everything=_is_about_everything() and not records,
            url=return_to(self.link()),
            fault=fault,
        )
        return page_response(page, 422 if fault else 200)


def undo_link(batch: Batch) -> str | None:
    """The address that takes a whole bulk back, where anything of it can be."""
    offered = may_undo_batch(db.session(), batch, by=signed_in())
    return url_for("admin_activity.undo_batch_view", id=batch.id) if offered else None


def at_the_same_moment() -> str:
    """Why a row is skipped that the database itself kept from changing."""
    return _("It was changed at the same moment, or is still in use.")


def _is_about_everything() -> bool:
    return request.form.get("everything") == "1"


def _is_to_be_asked(bulk: Bulk) -> bool:
    if not bulk.confirm or request.form.get("confirmed") == "1":
        return False
    return not bulk.reversible or "ask" in request.form


def _posted_ids() -> list[int]:
    """The ids that were posted, each once; nonsense and too many are refused as a whole."""
    texts = dict.fromkeys(request.form.getlist("rowid"))
    if len(texts) > MOST_ROWS:
        raise Invalid(_("At most %(most)s entries can be changed at once.", most=MOST_ROWS))
    ids = [known for text in texts if (known := row_id(text)) is not None]
    if len(ids) < len(texts):
        raise Invalid(_("The selection holds something that is not an entry."))
    return ids
