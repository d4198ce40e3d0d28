"""The trash: what was put away, by whom and when, and the way back, one by one and in bulk."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from flask import flash, redirect, request
from flask_admin import expose
from sqlalchemy import ColumnClause, Integer, Select, column
from werkzeug.wrappers import Response

from cms.admin import asked as asking
from cms.admin import narrowing
from cms.admin.asked import Asked
from cms.admin.base import SITE, CmsView
from cms.admin.bulk import MOST_ROWS, Bulks
from cms.admin.bulk_action import Bulk
from cms.admin.columns import Column
from cms.admin.filters import ChoiceFilter, DateFilter
from cms.admin.moves import return_to, with_result
from cms.admin.trashed import KINDS, Key, Trash
from cms.audit.batches import begin_batch, end_batch
from cms.comments.actions import move_comment
from cms.comments.lifecycle import CommentMove
from cms.comments.models import Comment
from cms.core.db import row_id
from cms.core.errors import Invalid
from cms.core.i18n import N_, _
from cms.core.keyset import beyond
from cms.core.permissions import Permission
from cms.extensions import db
from cms.media import actions as media
from cms.media.models import Media
from cms.posts.actions import move_post
from cms.posts.lifecycle import PostMove
from cms.posts.models import Post
from cms.posts.policy import SEEING
from cms.web import now, signed_in

P = Permission
since: ColumnClause[datetime] = column("since", Post.trashed_at.type)
place: ColumnClause[int] = column("place", Integer)
RIGHTS = (*SEEING, P.POST_DELETE, P.PAGE_MANAGE, P.MEDIA_MANAGE, P.COMMENT_MODERATE)


class TrashView(Bulks, CmsView):
    """Posts, pages, files and comments that this person may see; restoring one returns it to where it was."""

    area, label, icon, group = "trash", N_("Trash"), "i-trash", SITE
    is_searched = True
    key = "x"
    needs = {
        "see": (*SEEING, P.MEDIA_UPLOAD, P.MEDIA_MANAGE, P.COMMENT_MODERATE),
        "act": RIGHTS,
    }
    searches = True
    default_sort = "-since"
    columns = (Column("since", N_("Put here"), "date", sort=Post.trashed_at, newest_first=True),)
    filters = (
        ChoiceFilter(
            name="kind", label=N_("Kind"), choices=tuple(KINDS.items()), where=lambda kind: column("kind") == kind
        ),
        DateFilter(name="from", word="after", label=N_("Put here from"), where=lambda day: since >= day),
        DateFilter(name="until", word="before", label=N_("Put here before"), where=lambda day: since < day),
    )
    bulk_actions = (Bulk("restore", N_("Restore"), RIGHTS, icon="i-back"),)

    @expose("/")
    def index_view(self) -> str:
        """One keyset page, in the order in which things were put away."""
        asked = asking.read(request.args, self.columns, self.filters, self.default_sort)
        trash = Trash(db.session(), signed_in())
        narrowed = partial(_narrowed, asked=asked, filters=self.filters)
        rows = list(db.session.execute(trash.page(asked.search, narrowed)))
        things = trash.load(rows[: asked.page_size])
        last = rows[asked.page_size - 1] if len(rows) > asked.page_size else None
        return self.render(
            "admin/trash.html",
            things=things,
            asked=asked,
            controls=narrowing.controls(
                db.session(), self.filters, asked.filters, lambda values: self._here(replace(asked, filters=values))
            ),
            plain=self.link(),
            without_search=self._here(replace(asked, search="")),
            here=self._here(asked, **({"after": request.args["after"]} if asked.after else {})),
            older=self._here(asked, after=asking.write_cursor(last.since, last.place)) if last else None,
            first=self._here(asked) if asked.after else None,
            turned=self._here(replace(asked, descending=not asked.descending)),
            bulk=self.offered_bulk(),
            bulk_result=self.bulk_result(),
        )

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Response:
        """Every thing asks the policy of its own area."""
        bulk, keys = self._wanted_bulk(), _posted_keys()
        back = return_to(self.link())
        if not keys:
            flash(_("Select at least one entry first."), "error")
            return redirect(back, 303)
        batch = begin_batch(db.session(), self.area, bulk.name, by=signed_in(), at=now())
        records = Trash(db.session(), signed_in()).records(keys, for_update=True)
        found = ((row_id, records.get((kind, row_id))) for kind, row_id in keys)
        end_batch(db.session(), batch, self.run_rows(bulk, found, "", batch.id))
        db.session.commit()
        return redirect(with_result(back, batch.id), 303)

    def run_bulk(self, record: Any, action: str, parameter: str, batch_id: int | None) -> None:
        session, by, at = db.session(), signed_in(), now()
        match record:
            case Media():
                media.restore(session, record, by=by, at=at, batch_id=batch_id)
            case Comment():
                move_comment(session, record, CommentMove.RESTORE, by=by, at=at, batch_id=batch_id)
            case _:
                move_post(session, record, PostMove.RESTORE, by=by, at=at, batch_id=batch_id)

    def _here(self, asked: Asked, **more: str) -> str:
        return self.link(**(asking.as_args(asked, self.default_sort) | more))


def _narrowed(things: Select[*tuple[Any, ...]], asked: Asked, filters: Any) -> Select[*tuple[Any, ...]]:
    """One row more than the page shows."""
    query = things.where(*narrowing.conditions(filters, asked.filters, any_of=asked.any_of))
    if asked.after is not None:
        query = query.where(beyond(since, place, asked.after, is_descending=asked.descending))
    order = (since.desc(), place.desc()) if asked.descending else (since.asc(), place.asc())
    return query.order_by(*order).limit(asked.page_size + 1)


def _posted_keys() -> list[Key]:
    """`rowid` is a kind and an id, such as `post-7`; nonsense and too many are refused as a whole."""
    texts = list(dict.fromkeys(request.form.getlist("rowid")))
    if len(texts) > MOST_ROWS:
        raise Invalid(_("At most %(most)s entries can be changed at once.", most=MOST_ROWS))
    pairs = [(kind, row_id(number)) for kind, _dash, number in (text.partition("-") for text in texts)]
    keys = [(kind, known) for kind, known in pairs if kind in KINDS and known is not None]
    if len(keys) < len(texts):
        raise Invalid(_("The selection holds something that is not an entry."))
    return keys
