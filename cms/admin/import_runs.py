"""Rows of a file, a chunk at a time: looked at, which leaves nothing behind, and later done, each for itself.

A chunk is one transaction, so that others who write wait no longer than it takes.
"""

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from cms.admin.bulk import at_the_same_moment
from cms.admin.import_rows import ImportsRows, stamp_of
from cms.audit import imports
from cms.audit.actions import in_batch
from cms.audit.batches import DONE, REFUSED, SKIPPED, RowResult, end_batch
from cms.audit.imports import Foresight
from cms.audit.models import Batch, Foreseen, ImportRow
from cms.core.db_errors import is_bad_value
from cms.core.errors import CmsError, Conflict, Invalid, NotAllowed
from cms.core.i18n import _
from cms.extensions import db

#: Rows of one transaction: a post takes some milliseconds.
CHUNK = 50


class RunsImports(ImportsRows):
    """The mix-in of model views that works off the rows of a batch; neither of its two methods commits."""

    def look_at_chunk(self, batch: Batch) -> None:
        """Do the next rows and take them back: in one go, so that each sees what the rows before it would leave."""
        rows = imports.unseen(db.session(), batch, CHUNK)
        if not rows:
            return
        told = {row.id: dict(row.cells) for row in rows}
        needed = [dict(row.cells) for row in imports.built_on(db.session(), batch, rows)]
        attempt = db.session.begin_nested()
        try:
            for cells in needed:
                self._foresee(cells, batch.id)
            foresights = {row_id: self._foresee(cells, batch.id) for row_id, cells in told.items()}
        finally:
            attempt.rollback()
        imports.foresee(db.session(), foresights)

    def run_chunk(self, batch: Batch) -> None:
        """Do the next rows for good; the batch ends with the last."""
        rows = imports.to_run(db.session(), batch, CHUNK)
        results = {row.id: self._import_row(row, batch.id) for row in rows}
        if results:
            imports.note(db.session(), batch, results)
        if len(rows) < CHUNK or not imports.count_to_run(db.session(), batch):
            end_batch(db.session(), batch)

    def try_row(self, cells: dict[str, str], batch_id: int, seen: tuple[int | None, str] | None = None) -> Foresight:
        """A row in a savepoint of its own; what it raises is worded for people."""
        try:
            with db.session.begin_nested(), in_batch(db.session(), batch_id):
                taken = self.take_row(cells, seen=seen)
        except (IntegrityError, StaleDataError):
            raise Conflict(at_the_same_moment()) from None
        except DBAPIError as error:
            if not is_bad_value(error):
                raise
            raise Invalid(_("There is a value in this row that cannot be stored.")) from None
        record = taken.record
        return Foresight(taken.foreseen, str(record), taken.changes, row_id=record.id, stamp=stamp_of(record))

    def _foresee(self, cells: dict[str, str], batch_id: int) -> Foresight:
        try:
            found = self.find_row(cells)
            known = (found.id, stamp_of(found)) if found is not None else (None, "")
            one = self.try_row(cells, batch_id)
        except CmsError as refusal:
            return Foresight(Foreseen.REFUSED, self._called(cells), reason=refusal.message)
        return Foresight(one.foreseen, one.label, one.changes, "", *known)

    def _import_row(self, row: ImportRow, batch_id: int) -> RowResult:
        cells, seen, label = dict(row.cells), (row.row_id, row.stamp), row.label
        try:
            done = self.try_row(cells, batch_id, seen)
        except NotAllowed as refusal:
            return RowResult(seen[0] or 0, label, REFUSED, refusal.message)
        except CmsError as refusal:
            return RowResult(seen[0] or 0, label, SKIPPED, refusal.message)
        return RowResult(done.row_id or 0, done.label, DONE)

    def _called(self, cells: dict[str, str]) -> str:
        """What a row that has come to nothing is called: by its name, else by the first cell that says anything."""
        names = [self.columns[0].name, *(column.name for column in self.file_columns() if column.fills)]
        return next((" ".join(cells[name].split()) for name in names if cells.get(name, "").strip()), "")[:200]
