"""The moderation queue: what waits, the oldest first, each with what is needed to decide and the buttons to do it."""

from dataclasses import dataclass

from flask import request
from flask_admin import expose
from sqlalchemy import Select

from cms.admin.base import CONVERSATION, CmsView
from cms.admin.comments import MODERATE, ban_href, moves_of, sayings
from cms.admin.moves import Move
from cms.admin.shown import COUNTED
from cms.comments import queries
from cms.comments.lifecycle import PENDING, STATUS_LABELS
from cms.comments.models import Comment
from cms.comments.policy import CommentPolicy
from cms.comments.queries import Record
from cms.core.db import row_id
from cms.core.i18n import N_
from cms.extensions import db
from cms.web import signed_in

PER_PAGE = 20


@dataclass(frozen=True)
class Case:
    """One comment that waits, ready to be judged."""

    comment: Comment
    history: Record
    moves: list[Move]


class ModerationView(CmsView):
    """Only what this person may moderate; whoever moderates own posts or certain tags has a queue of those."""

    area, label, icon, group = "moderation", N_("Moderation"), "i-flag", CONVERSATION
    key = "q"
    needs = {"see": MODERATE}
    policy_class = CommentPolicy

    def waits(self) -> Select[int]:
        return queries.counting_waiting(signed_in(), most=COUNTED + 1)

    @expose("/")
    def index_view(self) -> str:
        """At most six queries at any length of the queue."""
        after = request.args.get("after", "")
        place = row_id(after)
        found = queries.queue(db.session(), signed_in(), PENDING, after=place, most=PER_PAGE)
        shown = found[:PER_PAGE]
        history = queries.records(db.session(), shown)
        cases = [Case(comment, history[comment.id], moves_of(comment, self.policy)) for comment in shown]
        return self.render(
            "admin/moderation.html",
            cases=cases,
            waiting=queries.waiting(db.session(), signed_in(), most=COUNTED + 1),
            later=self.link(after=shown[-1].id) if len(found) > PER_PAGE else None,
            here=self.link(after=place) if place is not None else self.link(),
            is_begun=place is not None,
            status_labels=STATUS_LABELS,
            ban_href=ban_href,
            **sayings(),
        )
