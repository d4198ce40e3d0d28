"""Bringing a file in: looked at row by row, confirmed, run in chunks, stopped at will, undone as one.

Nothing is changed before somebody has seen what would be and says so. The file is read before any lock is taken, and
its rows wait in the database, which only whoever sent it can see.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, ClassVar

from flask import flash, redirect, request
from flask_admin import Admin, expose
from sqlalchemy import ColumnElement, or_, select
from werkzeug.wrappers import Response

from cms.admin.bulk import undo_link
from cms.admin.gate import Crumb, page_response
from cms.admin.import_columns import Known, read_known, said_cell
from cms.admin.import_files import MEGABYTES, MOST_BYTES, MOST_ROWS, Sheet, read_sheet
from cms.admin.import_runs import RunsImports
from cms.audit import imports
from cms.audit.batches import DONE, REFUSED, SKIPPED, begin_batch, stop_batch
from cms.audit.models import Batch, BatchState, Foreseen, ImportRow, RowOutcome
from cms.core.db import end_read
from cms.core.decision import Decision, require
from cms.core.errors import CmsError, Invalid, NotFound
from cms.core.i18n import N_, _, listed
from cms.core.text import excerpt, printable
from cms.extensions import db
from cms.web import now, signed_in
from cms.web.errors import status_of
from cms.web.requests import UPLOADS

#: Chunks of one request.
CHUNKS = 4
PAGE = 50
MOST_NAMED = 20

NEW, CHANGE, SAME = Foreseen.NEW, Foreseen.CHANGE, Foreseen.SAME
LEFT = "left"


@dataclass(frozen=True)
class Way:
    """How rows can stand, and what narrows a page to those."""

    name: str
    label: str
    pill: str
    condition: ColumnElement[bool]


AHEAD = (
    Way("new", N_("New"), "good", ImportRow.foreseen == NEW),
    Way("change", N_("Changes"), "plan", ImportRow.foreseen == CHANGE),
    Way("same", N_("Unchanged"), "off", ImportRow.foreseen == SAME),
    Way("refused", N_("Refused"), "bad", ImportRow.foreseen == Foreseen.REFUSED),
)
AFTER = (
    Way("done", N_("Imported"), "good", ImportRow.outcome == DONE),
    Way("skipped", N_("Skipped"), "wait", ImportRow.outcome == SKIPPED),
    Way("refused", N_("Refused"), "bad", or_(ImportRow.outcome == REFUSED, ImportRow.foreseen == Foreseen.REFUSED)),
    Way("same", N_("Unchanged"), "off", ImportRow.foreseen == SAME),
    Way(LEFT, N_("Not imported"), "off", ImportRow.outcome.is_(None) & ImportRow.foreseen.in_(imports.TO_RUN)),
)


class Importing(RunsImports):
    """GET and POST `/admin/<area>/import/`, then a page for each file; an area whose `needs` have no word is closed.

    Closed are comments, which come from visitors and carry what was judged about them; roles, which are rights and
    are looked at in the matrix before they are given; settings and activity are no lists of things that could be made.
    """

    #: The column that names another entry of the same kind, and those by which it names it.
    import_parent: ClassVar[tuple[str, tuple[str, ...]]] = ("", ())
    #: What somebody should know before they send a file.
    import_note: ClassVar[str] = ""

    def create_blueprint(self, admin: Admin) -> Any:
        UPLOADS.add(f"{self.endpoint}.import_view")
        return super().create_blueprint(admin)

    def import_link(self) -> str:
        """The way here, for whoever could bring in anything at all."""
        return self.link("import_view") if self.is_open_to_visitor("import_view") and self.may_import() else ""

    def may_import(self) -> Decision:
        """Whether any row could come to something; each asks for itself."""
        decision = self.may_bring_in()
        return decision if decision else self._held("edit")

    @expose("/import/", methods=("GET", "POST"))
    def import_view(self) -> Response | str:
        """What a file may have; sent, it is read, kept, and its first rows are looked at."""
        require(self.may_import())
        if request.method != "POST":
            return self._show_form()
        end_read(db.session())
        try:
            name, sheet = _received()
            known = read_known(sheet, self.file_columns(), *self.import_parent)
        except CmsError as refusal:
            return page_response(self._show_form(refusal.message), status_of(refusal))
        batch = self._keep(name, sheet, known)
        db.session.commit()
        return self._look(batch.id)

    @expose("/import/<int:batch_id>/")
    def import_page(self, batch_id: int) -> str:
        """What would change, how far it is, or what became of it."""
        batch = self._own_import(batch_id)
        counts = imports.counts(db.session(), batch)
        is_begun = batch.confirmed_at is not None
        unseen = sum(count for (foreseen, _outcome), count in counts.items() if foreseen is None)
        left = sum(count for way, count in counts.items() if way[0] in imports.TO_RUN and way[1] is None)
        numbers: Counter[str] = Counter()
        for (foreseen, outcome), count in counts.items():
            numbers[_standing(foreseen, outcome, batch)] += count if foreseen is not None else 0
        is_running = batch.state is BatchState.RUNNING
        return self.render(
            "admin/import_page.html",
            batch=batch,
            total=sum(counts.values()),
            unseen=unseen,
            left=left,
            is_begun=is_begun,
            is_looking=is_running and not is_begun and unseen > 0,
            is_running=is_running and is_begun,
            is_asked=is_running and not is_begun and unseen == 0,
            undo_href=undo_link(batch) if is_begun else None,
            columns=self.file_columns(),
            said_cell=said_cell,
            crumbs=self.crumbs(Crumb(_("Import"), self.link("import_view")), Crumb(batch.parameters["file"])),
            **self._rows_of(batch, AFTER if is_begun else AHEAD, numbers),
        )

    @expose("/import/<int:batch_id>/look/", methods=("POST",))
    def import_look(self, batch_id: int) -> Response:
        """The next rows that nobody has looked at."""
        return self._look(batch_id)

    @expose("/import/<int:batch_id>/run/", methods=("POST",))
    def import_run(self, batch_id: int) -> Response:
        """The next chunks; the first only once every row was looked at."""
        for _chunk in range(CHUNKS):
            batch = self._own_import(batch_id, for_update=True)
            if batch.state is not BatchState.RUNNING or imports.unseen(db.session(), batch, 1):
                break
            batch.confirmed_at = batch.confirmed_at or now()
            self.run_chunk(batch)
            db.session.commit()
        return redirect(self.link("import_page", batch_id=batch_id), 303)

    @expose("/import/<int:batch_id>/stop/", methods=("POST",))
    def import_stop(self, batch_id: int) -> Response:
        """What was imported stays and can be undone; where nothing was, back to the list."""
        batch = self._own_import(batch_id, for_update=True)
        was_begun = batch.confirmed_at is not None
        if batch.state is BatchState.RUNNING:
            stop_batch(db.session(), batch)
        db.session.commit()
        if was_begun:
            return redirect(self.link("import_page", batch_id=batch_id), 303)
        flash(_("Nothing was changed."), "success")
        return redirect(self.link(), 303)

    def _keep(self, name: str, sheet: Sheet, known: Known) -> Batch:
        ignored = {"told": known.told[:MOST_NAMED], "unknown": [excerpt(one, 80) for one in known.unknown[:MOST_NAMED]]}
        parameters = {"file": name, "kind": sheet.kind} | ignored
        session = db.session()
        batch = begin_batch(session, self.area, imports.IMPORT, by=signed_in(), at=now(), parameters=parameters)
        batch.confirmed_at = None
        imports.keep(session, batch, imports.in_turn(known.rows))
        return batch

    def _look(self, batch_id: int) -> Response:
        for _chunk in range(CHUNKS):
            batch = self._own_import(batch_id, for_update=True)
            if batch.state is not BatchState.RUNNING or batch.confirmed_at is not None:
                break
            self.look_at_chunk(batch)
            db.session.commit()
        return redirect(self.link("import_page", batch_id=batch_id), 303)

    def _own_import(self, batch_id: int, *, for_update: bool = False) -> Batch:
        mine = (Batch.action == imports.IMPORT, Batch.actor_id == signed_in().id, Batch.area == self.area)
        query = select(Batch).where(Batch.id == batch_id, *mine)
        batch = db.session.scalar(query.with_for_update() if for_update else query)
        if batch is None:
            raise NotFound(_("There is no such import, or it is somebody else's."))
        return batch

    def _rows_of(self, batch: Batch, ways: tuple[Way, ...], numbers: Counter[str]) -> dict[str, Any]:
        """The rows of one page in the order of the file, narrowed as the address says."""
        of_it = select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.foreseen.is_not(None))
        wanted = next((way for way in ways if way.name == request.args.get("show")), None)
        found = of_it.where(wanted.condition) if wanted else of_it
        pages = -(-(numbers[wanted.name] if wanted else numbers.total()) // PAGE)
        page = min(max(1, request.args.get("page", 1, type=int)), max(1, pages))
        rows = db.session.scalars(found.order_by(ImportRow.line).offset((page - 1) * PAGE).limit(PAGE)).all()
        by_name = {way.name: way for way in ways}

        def link(**args: Any) -> str:
            return self.link("import_page", batch_id=batch.id, **args)

        return {
            "rows": [(row, by_name[_standing(row.foreseen, row.outcome, batch)]) for row in rows],
            "numbers": numbers,
            "tabs": [(way, link(show=way.name)) for way in ways if numbers[way.name]],
            "every_href": link(),
            "shown": wanted,
            "page": page,
            "pages": pages,
            "page_href": lambda number: link(page=number, **({"show": wanted.name} if wanted else {})),
        }

    def _show_form(self, fault: str = "") -> str:
        columns = self.file_columns()
        return self.render(
            "admin/import.html",
            fault=fault,
            fillable=[column for column in columns if column.fills],
            finding=listed(_(column.label) for column in columns if column.finds),
            makes_new=bool(self.may_bring_in()),
            most_megabytes=MEGABYTES,
            most_rows=MOST_ROWS,
            exports=self.is_open_to_visitor("export_csv"),
            crumbs=self.crumbs(Crumb(_("Import"))),
        )


def _received() -> tuple[str, Sheet]:
    """The name of what was sent, and what is in it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(_("Choose a file first."))
    name = printable(PurePath(file.filename.replace("\\", "/")).name)
    return excerpt(name, 120) or _("File"), read_sheet(file.stream.read(MOST_BYTES + 1))


def _standing(foreseen: Foreseen | None, outcome: RowOutcome | None, batch: Batch) -> str:
    """What became of a row, or would; the name of a way."""
    if outcome is not None:
        return outcome.value
    is_left = batch.confirmed_at is not None and foreseen in imports.TO_RUN
    return LEFT if is_left or foreseen is None else foreseen.value
