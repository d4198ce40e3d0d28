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
from cms.admin.bulk import MOST_ROWS, Bulk, Bulks, at_the_same_moment, undo_link
from cms.admin.moves import return_to
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

    def sweep(self, bulk: Bulk, parameter: str) -> Response:
        """Look at every row that matches, change nothing, and lead to the page that says what would happen."""
        query = request.form.get("query", "")
        batch = self._preview_sweep(bulk, query, parameter, back=return_to(self.link()))
        db.session.commit()
        return redirect(self.link("bulk_view", batch_id=batch.id), 303)

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
            if batch.confirmed_at is None and self._has_drifted(batch):
                return self._ask_again(batch, bulk)
            batch.confirmed_at = batch.confirmed_at or now()
            self._run_chunk(batch, bulk)
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

    def _preview_sweep(self, bulk: Bulk, query: str, parameter: str, *, back: str) -> Batch:
        ids = self._matching(query)
        if len(ids) > MOST_MATCHING:
            raise Invalid(_("More than %(most)s entries match. Narrow the list first.", most=MOST_MATCHING))
        reasons: Counter[tuple[str, str]] = Counter()
        for record in self._all_of(ids):
            outcome, reason = self._foreseen(bulk, record, parameter)
            reasons[outcome, reason] += 1
        told = [[outcome, reason, count] for (outcome, reason), count in reasons.most_common(MOST_REASONS) if reason]
        counts: dict[str, Any] = {kind.value: 0 for kind in RowOutcome}
        for (foreseen, _why), count in reasons.items():
            counts[foreseen] += count
        parameters: dict[str, Any] = {"preview": counts | {"reasons": told}, "back": back}
        if bulk.asks:
            parameters[bulk.asks[0]] = parameter
        return preview_batch(
            db.session(), self.area, bulk.name, ids, query=query[:2000], parameters=parameters, by=signed_in(), at=now()
        )

    def _foreseen(self, bulk: Bulk, record: Any, parameter: str) -> tuple[RowOutcome, str]:
        try:
            self.check_bulk(record, bulk.name, parameter)
        except NotAllowed as refusal:
            return REFUSED, refusal.message
        except CmsError as refusal:
            return SKIPPED, refusal.message
        except (IntegrityError, StaleDataError):
            return SKIPPED, at_the_same_moment()
        return DONE, ""

    def _matching(self, query: str) -> list[int]:
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

    def _has_drifted(self, batch: Batch) -> bool:
        """Whether other rows match now than when somebody looked at what would happen."""
        return self._matching(batch.query) != waiting_rows(db.session(), batch)

    def _ask_again(self, batch: Batch, bulk: Bulk) -> Response:
        parameter = batch.parameters.get(bulk.asks[0], "") if bulk.asks else ""
        stop_batch(db.session(), batch)
        fresh = self._preview_sweep(bulk, batch.query, parameter, back=batch.parameters.get("back") or self.link())
        db.session.commit()
        flash(_("Other entries match now than a moment ago. Look at it again: nothing was changed yet."), "warning")
        return redirect(self.link("bulk_view", batch_id=fresh.id), 303)

    def _run_chunk(self, batch: Batch, bulk: Bulk) -> None:
        ids = waiting_rows(db.session(), batch, most=CHUNK)
        records = self._records(ids)
        parameter = batch.parameters.get(bulk.asks[0], "") if bulk.asks else ""
        found = ((row_id, records.get(row_id)) for row_id in ids)
        note_waiting(db.session(), batch, self.run_rows(bulk, found, parameter, batch.id))
        if len(ids) < CHUNK or not waiting_rows(db.session(), batch, most=1):
            end_batch(db.session(), batch)

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
