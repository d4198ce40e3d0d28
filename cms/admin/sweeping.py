"""Bulks over everything that a list matches: previewed row by row, run in chunks, stopped at will.

A chunk is one request and one commit, so that others can work meanwhile and nothing is lost when a browser is closed:
what is left waits on the page of the bulk.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

from flask import flash, redirect, request
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from cms.admin.asked import Asked
from cms.admin.bulk import MOST_ROWS, Bulks, at_the_same_moment, undo_link
from cms.admin.bulk_action import Bulk
from cms.admin.moves import return_to, with_result
from cms.audit.batches import (
    DONE,
    REFUSED,
    SKIPPED,
    count_waiting,
    end_batch,
    note_waiting,
    preview_batch,
    reasons_of,
    results_of,
    stop_batch,
    waiting_rows,
)
from cms.audit.models import Batch, BatchState, RowOutcome
from cms.core.errors import CmsError, Invalid, NotAllowed, NotFound
from cms.core.i18n import _
from cms.extensions import db
from cms.web import now, signed_in

#: More rows than this are no list that anybody looked through.
MOST_MATCHING = 20_000
#: Rows of one request and one commit.
CHUNK = 200
#: Reasons that are told apart in a preview.
MOST_REASONS = 20


class Sweeps(Bulks):
    """POST `/admin/<area>/action/` with `everything=1` and the list's `query` in place of `rowid`."""

    model: ClassVar[Any]

    def asked_query(self, asked: Asked) -> Any:
        raise NotImplementedError

    def understood(self, query: str) -> Asked:
        raise NotImplementedError

    def check_bulk(self, record: Any, action: str, parameter: str) -> None:
        """Raise what `run_bulk` would raise, without changing anything; the default tries and takes it back."""
        attempt = db.session.begin_nested()
        try:
            self.run_bulk(record, action, parameter, None)
            db.session.flush()
        finally:
            attempt.rollback()

    def concerned(self, bulk: Bulk, ids: list[int], parameter: str) -> list[int]:
        """Of the rows that match those that the action is about."""
        return ids

    def sweep(self, bulk: Bulk, parameter: str) -> Response:
        """Look at every row that matches, change nothing, and lead to the page that says what would happen."""
        query = request.form.get("query", "")
        return self._look_at(bulk, self.matching(query), parameter, query=query, back=return_to(self.link()))

    def look_first(self, bulk: Bulk, ids: list[int], parameter: str) -> Response:
        """The same for rows that somebody selected."""
        return self._look_at(bulk, ids, parameter, query="", back=return_to(self.link()), selected=True)

    @expose("/bulk/<int:batch_id>/")
    def bulk_view(self, batch_id: int) -> str:
        """What would be done, how far it is, or what became of it."""
        batch = self._own_batch(batch_id)
        bulk = self._bulk_of(batch)
        waiting = count_waiting(db.session(), batch)
        is_previewed = batch.confirmed_at is None and batch.state is BatchState.RUNNING
        return self.render(
            "admin/bulk_page.html",
            batch=batch,
            bulk=bulk,
            label=_(bulk.label).replace("…", ""),
            preview=batch.parameters.get("preview", {}) if is_previewed else None,
            reasons=[] if is_previewed else reasons_of(db.session(), batch),
            rows=[] if is_previewed else results_of(batch),
            waiting=waiting,
            total=waiting + batch.done + batch.skipped + batch.refused,
            is_running=batch.state is BatchState.RUNNING and not is_previewed,
            back=batch.parameters.get("back") or self.link(),
            undo_href=undo_link(batch) if not is_previewed else None,
        )

    @expose("/bulk/<int:batch_id>/run/", methods=("POST",))
    def bulk_run(self, batch_id: int) -> Response:
        """The next chunk; the first one only if still the same rows match."""
        batch = self._own_batch(batch_id, for_update=True)
        bulk = self._bulk_of(batch)
        self._require_right(bulk)
        if batch.state is BatchState.RUNNING:
            if batch.confirmed_at is None and self._has_drifted(batch, bulk):
                return self._ask_again(batch, bulk)
            is_first = batch.confirmed_at is None
            batch.confirmed_at = batch.confirmed_at or now()
            is_over = self._run_chunk(batch, bulk)
            if is_first and is_over and batch.parameters.get("selected"):
                db.session.commit()
                return redirect(with_result(batch.parameters["back"], batch.id), 303)
        db.session.commit()
        return redirect(self.link("bulk_view", batch_id=batch.id), 303)

    @expose("/bulk/<int:batch_id>/stop/", methods=("POST",))
    def bulk_stop(self, batch_id: int) -> Response:
        """Leave the rest alone; what was done stays, and can be undone. Where nothing was, back to the list."""
        batch = self._own_batch(batch_id, for_update=True)
        if batch.state is BatchState.RUNNING:
            stop_batch(db.session(), batch)
        place, was_begun = batch.parameters.get("back"), batch.confirmed_at is not None
        db.session.commit()
        if was_begun:
            return redirect(self.link("bulk_view", batch_id=batch_id), 303)
        flash(_("Nothing was changed."), "success")
        return redirect(place or self.link(), 303)

    def _look_at(self, bulk: Bulk, ids: list[int], parameter: str, **more: Any) -> Response:
        batch = self._open_preview(bulk, self.concerned(bulk, ids, parameter), parameter, **more)
        db.session.commit()
        return redirect(self.link("bulk_view", batch_id=batch.id), 303)

    def _open_preview(self, bulk: Bulk, ids: list[int], parameter: str, *, query: str, **more: Any) -> Batch:
        if len(ids) > MOST_MATCHING:
            raise Invalid(_("More than %(most)s entries match. Narrow the list first.", most=MOST_MATCHING))
        parameters: dict[str, Any] = more | {"preview": self._told(bulk, ids, parameter)}
        if bulk.asks:
            parameters[bulk.asks[0]] = parameter
        return preview_batch(
            db.session(), self.area, bulk.name, ids, query=query[:2000], parameters=parameters, by=signed_in(), at=now()
        )

    def _told(self, bulk: Bulk, ids: list[int], parameter: str) -> dict[str, Any]:
        """How many would change and how many not, and why, as the page says it."""
        reasons = Counter(self._tried(bulk, ids, parameter) if bulk.in_a_row else self._checked(bulk, ids, parameter))
        told = [[outcome, reason, count] for (outcome, reason), count in reasons.most_common(MOST_REASONS) if reason]
        counts: dict[str, Any] = {kind.value: 0 for kind in RowOutcome}
        for (foreseen, _why), count in reasons.items():
            counts[foreseen] += count
        return counts | {"reasons": told}

    def _checked(self, bulk: Bulk, ids: list[int], parameter: str) -> Iterator[tuple[RowOutcome, str]]:
        for record in self._all_of(ids):
            yield self._foreseen(bulk, record, parameter)

    def _tried(self, bulk: Bulk, ids: list[int], parameter: str) -> list[tuple[RowOutcome, str]]:
        """Do it to all, one after another, and take it back as a whole."""
        attempt = db.session.begin_nested()
        try:
            records = self._records(ids)
            results = self.run_rows(bulk, ((row_id, records.get(row_id)) for row_id in ids), parameter, None)
        finally:
            attempt.rollback()
        return [(result.outcome, result.reason) for result in results]

    def _foreseen(self, bulk: Bulk, record: Any, parameter: str) -> tuple[RowOutcome, str]:
        try:
            self.check_bulk(record, bulk.name, parameter)
        except NotAllowed as refusal:
            return REFUSED, refusal.message
        except CmsError as refusal:
            return SKIPPED, str(refusal)
        except (IntegrityError, StaleDataError):
            return SKIPPED, at_the_same_moment()
        return DONE, ""

    def matching(self, query: str) -> list[int]:
        """One more than may be, in the order of their ids."""
        model_id = self.model.id
        matching = self.asked_query(self.understood(query)).with_only_columns(model_id)
        return list(db.session.scalars(matching.order_by(model_id).limit(MOST_MATCHING + 1)))

    def _all_of(self, ids: list[int]) -> Iterator[Any]:
        """A chunk at a time, and no longer in memory than its turn lasts."""
        for first in range(0, len(ids), MOST_ROWS):
            some = self.get_query().where(self.model.id.in_(ids[first : first + MOST_ROWS]))
            records = db.session.scalars(some.options(*self.list_options())).all()
            yield from records
            for record in records:
                if record in db.session and record is not signed_in():
                    db.session.expunge(record)

    def _has_drifted(self, batch: Batch, bulk: Bulk) -> bool:
        """Whether other rows match now than when somebody looked, or something else would become of selected ones."""
        ids = self._still_meant(batch, bulk)
        if ids != waiting_rows(db.session(), batch):
            return True
        return bool(batch.parameters.get("selected")) and (
            self._told(bulk, ids, _parameter(batch, bulk)) != batch.parameters["preview"]
        )

    def _still_meant(self, batch: Batch, bulk: Bulk) -> list[int]:
        if not batch.parameters.get("selected"):
            return self.concerned(bulk, self.matching(batch.query), _parameter(batch, bulk))
        selected = self.model.id.in_(waiting_rows(db.session(), batch))
        there = self.get_query().where(selected).with_only_columns(self.model.id).order_by(self.model.id)
        return list(db.session.scalars(there))

    def _ask_again(self, batch: Batch, bulk: Bulk) -> Response:
        ids = self._still_meant(batch, bulk)
        stop_batch(db.session(), batch)
        kept = {name: batch.parameters[name] for name in ("back", "selected") if name in batch.parameters}
        fresh = self._open_preview(bulk, ids, _parameter(batch, bulk), query=batch.query, **kept)
        db.session.commit()
        flash(_("Other entries match now than a moment ago. Look at it again: nothing was changed yet."), "warning")
        return redirect(self.link("bulk_view", batch_id=fresh.id), 303)

    def _run_chunk(self, batch: Batch, bulk: Bulk) -> bool:
        """Whether it was the last one."""
        ids = waiting_rows(db.session(), batch, most=CHUNK)
        records = self._records(ids)
        parameter = _parameter(batch, bulk)
        found = ((row_id, records.get(row_id)) for row_id in ids)
        note_waiting(db.session(), batch, self.run_rows(bulk, found, parameter, batch.id))
        is_over = len(ids) < CHUNK or not waiting_rows(db.session(), batch, most=1)
        if is_over:
            end_batch(db.session(), batch)
        return is_over

    def _own_batch(self, batch_id: int, *, for_update: bool = False) -> Batch:
        mine = Batch.actor_id == signed_in().id
        query = select(Batch).where(Batch.id == batch_id, Batch.area == self.area, mine)
        batch = db.session.scalar(query.with_for_update() if for_update else query)
        if batch is None:
            raise NotFound(_("There is no such bulk, or it is somebody else's."))
        return batch

    def _bulk_of(self, batch: Batch) -> Bulk:
        bulk = next((bulk for bulk in self.bulk_actions if bulk.name == batch.action), None)
        if bulk is None:
            raise NotFound(_("There is no such action."))
        return bulk


def _parameter(batch: Batch, bulk: Bulk) -> str:
    return batch.parameters.get(bulk.asks[0], "") if bulk.asks else ""
