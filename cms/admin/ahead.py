"""What a request will put before readers is rendered before anything is locked, so that others can write meanwhile."""

from typing import Any

from flask import request
from sqlalchemy import select

from cms.admin.bulk import MOST_ROWS
from cms.admin.content_bulk import SCHEDULE
from cms.admin.gate import Gated
from cms.admin.sweeping import CHUNK
from cms.audit.batches import waiting_rows
from cms.audit.models import Batch
from cms.core.db import row_id
from cms.core.errors import CmsError
from cms.extensions import db
from cms.posts.fields import checked
from cms.posts.lifecycle import PostMove
from cms.posts.models import Post
from cms.posts.rendering import render_ahead
from cms.web import signed_in

#: Moves that show something to readers.
SHOWING = (PostMove.PUBLISH, PostMove.RESTORE, "publish_now", SCHEDULE.name)


class RendersAhead(Gated):
    """The mix-in of views that publish. Under the lock the text is compared, and rendered again if it is another."""

    def _run_view(self, method: Any, *args: Any, **values: Any) -> Any:
        if request.method == "POST" and (bodies := self._bodies(method.__name__, values)):
            render_ahead(db.session(), bodies)
        return super()._run_view(method, *args, **values)

    def _bodies(self, name: str, values: dict[str, Any]) -> list[str]:
        form = request.form
        if name in ("create_view", "edit_view") and form.get("move") in SHOWING:
            return _typed(form["body"]) if "body" in form else self._stored([request.args.get("id", "")])
        if name == "move_view" and values["move"] in SHOWING and "ask" not in form:
            return self._stored([str(values["id"])])
        if name == "action_view" and form.get("action") in SHOWING and "ask" not in form:
            return self._stored(form.getlist("rowid")[:MOST_ROWS])
        if name == "bulk_run":
            return self._next_of(values["batch_id"])
        return []

    def _next_of(self, batch_id: int) -> list[str]:
        """The texts of the next chunk of a bulk that shows something."""
        batch = db.session.get(Batch, batch_id)
        if batch is None or batch.actor_id != signed_in().id or batch.action not in SHOWING:
            return []
        return self._texts_of(waiting_rows(db.session(), batch, most=CHUNK))

    def _stored(self, texts: list[str]) -> list[str]:
        return self._texts_of([known for text in texts if (known := row_id(text)) is not None])

    def _texts_of(self, ids: list[int]) -> list[str]:
        return list(db.session.scalars(select(Post.body).where(Post.id.in_(ids), self.visible())))


def _typed(body: str) -> list[str]:
    """As it will be stored; what is refused is refused where the form can say so."""
    try:
        return [checked({"body": body})["body"]]
    except CmsError:
        return []
