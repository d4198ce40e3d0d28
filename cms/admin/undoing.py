"""The addresses that take back what the record tells of: one act, or a whole bulk."""

from urllib.parse import urlsplit

from flask import redirect, url_for
from flask_admin import expose
from sqlalchemy import ColumnElement, select, true
from werkzeug.wrappers import Response

from cms.accounts.policy import PlainPolicy
from cms.admin.events import KNOWING, EventLine, differences_of, latest, lines_of
from cms.admin.gate import Crumb, Gated, page_response
from cms.admin.moves import return_to, with_result
from cms.admin.toasts import flash_done
from cms.audit.batches import reasons_of, results_of, stop_batch
from cms.audit.inverses import Moved
from cms.audit.models import Batch, BatchState, Event
from cms.audit.undo import UNDO, begin_undo, left_to_undo, undo, undo_chunk
from cms.comments.models import Comment
from cms.core.errors import Conflict, NotFound
from cms.core.i18n import _
from cms.extensions import db
from cms.web import now, signed_in
from cms.web.errors import status_of

#: Chunks of a bulk that are taken back in one request.
CHUNKS = 5


class Undoings(Gated):
    """POST asks no question first: whatever is undone can be done again."""

    @expose("/<int:id>/undo", methods=("POST",))
    def undo_view(self, id: int) -> Response:
        """One's own act, or anybody's for those with the right; a conflict is explained field by field."""
        event = db.session.scalar(select(Event).where(Event.id == id, _known_acts()))
        if event is None:
            raise NotFound(_("There is no such entry, or you may not see it."))
        try:
            undo(db.session(), event, by=signed_in(), at=now())
            db.session.commit()
        except Conflict as refusal:
            return self._explain(refusal, id)
        line = _line_of(id)
        flash_done(_("Undone: %(sentence)s.", sentence=line.sentence))
        return redirect(_back_to(event, return_to(self.link())), 303)

    @expose("/batches/<int:id>/undo", methods=("POST",))
    def undo_batch_view(self, id: int) -> Response:
        """Row by row, the last first; what is left after the first rows waits on a page of its own."""
        batch = db.session.scalar(select(Batch).where(Batch.id == id, _known_batches()))
        if batch is None:
            raise NotFound(_("There is no such entry, or you may not see it."))
        made = begin_undo(db.session(), batch, by=signed_in(), at=now())
        made.parameters = made.parameters | {"back": return_to(self._list_of(batch))}
        db.session.commit()
        return self._go_on(made)

    @expose("/batches/<int:batch_id>/")
    def bulk_view(self, batch_id: int) -> str:
        """How far it is, or what became of it."""
        made = self._own(batch_id)
        waiting = left_to_undo(db.session(), made)
        return self.render(
            "admin/bulk_page.html",
            batch=made,
            bulk=None,
            label=_("Undo"),
            preview=None,
            reasons=reasons_of(db.session(), made),
            rows=results_of(made),
            waiting=waiting,
            total=waiting + made.done + made.skipped + made.refused,
            is_running=made.state is BatchState.RUNNING,
            back=made.parameters["back"],
            crumbs=self.crumbs(Crumb(_("Undo"))),
        )

    @expose("/batches/<int:batch_id>/run/", methods=("POST",))
    def bulk_run(self, batch_id: int) -> Response:
        """The next rows."""
        return self._go_on(self._own(batch_id))

    @expose("/batches/<int:batch_id>/stop/", methods=("POST",))
    def bulk_stop(self, batch_id: int) -> Response:
        """Leave the rest as it is; what was undone stays so."""
        made = self._own(batch_id, for_update=True)
        if made.state is BatchState.RUNNING:
            stop_batch(db.session(), made)
            db.session.commit()
        return redirect(self.link("bulk_view", batch_id=made.id), 303)

    def _go_on(self, made: Batch) -> Response:
        """A few chunks, each a commit; then the list with the result, or the page where the rest waits."""
        for _chunk in range(CHUNKS):
            made = self._own(made.id, for_update=True)
            if made.state is not BatchState.RUNNING:
                break
            undo_chunk(db.session(), made, by=signed_in(), at=now())
            db.session.commit()
        if made.state is BatchState.DONE:
            return redirect(with_result(made.parameters["back"], made.id), 303)
        return redirect(self.link("bulk_view", batch_id=made.id), 303)

    def _own(self, batch_id: int, *, for_update: bool = False) -> Batch:
        query = select(Batch).where(Batch.id == batch_id, Batch.action == UNDO, Batch.actor_id == signed_in().id)
        made = db.session.scalar(query.with_for_update() if for_update else query)
        if made is None:
            raise NotFound(_("There is no such bulk, or it is somebody else's."))
        return made

    def _list_of(self, batch: Batch) -> str:
        """Where what became of its rows is shown."""
        address: str = url_for(f"admin_{batch.area}.index_view")
        return address

    def _explain(self, refusal: Conflict, event_id: int) -> Response:
        db.session.rollback()
        line, kind = _line_of(event_id), db.session.get_one(Event, event_id).subject_type
        differences = refusal.differences if isinstance(refusal, Moved) else []
        page = self.render(
            "admin/undo_conflict.html",
            line=line,
            reason=refusal.message,
            differences=differences_of(db.session(), kind, differences),
            url=return_to(self.link() if self.is_open_to_visitor() else "/admin/"),
            crumbs=self.crumbs(Crumb(_("Undo"))),
        )
        return page_response(page, status_of(refusal))


def _back_to(event: Event, address: str) -> str:
    """Where a comment comes back to the desk, the focus goes on from it; no other page has such a place."""
    if event.subject_type != Comment.__tablename__:
        return address
    return urlsplit(address)._replace(fragment=f"case-{event.subject_id}").geturl()


def _line_of(event_id: int) -> EventLine:
    query = latest(Event.id == event_id).execution_options(populate_existing=True)
    return lines_of(db.session(), [db.session.scalars(query).one()])[0]


def _known_acts() -> ColumnElement[bool]:
    me = signed_in()
    return true() if PlainPolicy(me).may_any(*KNOWING) else Event.actor_id == me.id


def _known_batches() -> ColumnElement[bool]:
    me = signed_in()
    return true() if PlainPolicy(me).may_any(*KNOWING) else Batch.actor_id == me.id
