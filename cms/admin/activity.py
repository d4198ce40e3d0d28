"""Activity: every recorded change, newest first, with before and after."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_admin import expose
from sqlalchemy import ColumnElement, Select, and_, exists, select

from cms import search
from cms.accounts.models import User
from cms.admin import narrowing
from cms.admin.base import SITE, CmsView
from cms.admin.event_words import NOUNS, VERBS
from cms.admin.events import latest, lines_of
from cms.admin.filters import ChoiceFilter, DateFilter, Filter, RelationFilter
from cms.admin.narrowing import Values
from cms.admin.undoing import Undoings
from cms.audit.models import Event
from cms.audit.undo import may_undo, undone
from cms.core.db import MAX_ID, row_id
from cms.core.i18n import N_
from cms.core.keyset import beyond
from cms.core.permissions import Permission
from cms.extensions import db
from cms.web import signed_in
from cms.web.gate import SIGNED_IN

SHOWN = 30
MOST_SORTED = 10_000

#: What one can look for: of several acts with one name the first stands for all.
ACTS = {act: label for act, label in VERBS.items() if act == next(one for one in VERBS if VERBS[one] == label)}
AREAS = (
    "post",
    "page",
    "tag",
    "series",
    "media",
    "comment",
    "ban",
    "user",
    "role",
    "redirect",
    "settings",
    "job",
    "webhook",
    "subscriber",
)


@dataclass(frozen=True, kw_only=True)
class ActFilter(ChoiceFilter):
    """An act in any area, such as `publish`; a whole verb, such as `post.publish`, means just that."""

    def read(self, raw: str) -> Any:
        if "." in raw:
            return [raw]
        label = VERBS[super().read(raw)]
        return [f"{area}.{act}" for act, said in VERBS.items() if said == label for area in AREAS]


FILTERS: tuple[Filter, ...] = (
    ChoiceFilter(
        name="area",
        label=N_("Area"),
        choices=tuple(NOUNS.items()),
        where=lambda area: Event.subject_type == area,
        ids=lambda area: select(Event.id).where(Event.subject_type == area),
    ),
    RelationFilter(
        name="person",
        label=N_("Person"),
        where=lambda one: Event.actor_id == (row_id(one) or 0),
        ids=lambda one: select(Event.id).where(Event.actor_id == (row_id(one) or 0)),
        options=lambda: select(User.id, User.name).where(exists().where(Event.actor_id == User.id)).order_by(User.name),
    ),
    ActFilter(
        name="verb",
        label=N_("What was done"),
        choices=tuple(ACTS.items()),
        where=lambda verbs: search.asked_last(Event.verb.in_(verbs)),
        ids=lambda verbs: select(Event.id).where(Event.verb.in_(verbs)),
    ),
    DateFilter(name="since", word="after", label=N_("Since"), where=lambda day: Event.at >= day),
    DateFilter(name="until", word="before", label=N_("Before"), where=lambda day: Event.at < day),
)


class ActivityView(Undoings, CmsView):
    """Nobody edits or deletes the record; what it tells of can be undone, which it then tells as well."""

    area, label, icon, group = "activity", N_("Activity"), "i-log", SITE
    is_searched = True
    key = "y"
    needs = {"see": (Permission.AUDIT_VIEW,), "act": SIGNED_IN, "undo_view": SIGNED_IN, "undo_batch_view": SIGNED_IN}

    @expose("/")
    def index_view(self) -> str:
        """One keyset page; `before` is the id that the next page begins below."""
        given = narrowing.read(request.args, FILTERS)
        subject = _subject()
        events = list(db.session.scalars(self._query(given, subject).limit(SHOWN + 1)))
        last = events[SHOWN - 1].id if len(events) > SHOWN else None
        events = events[:SHOWN]
        gone = undone(db.session(), events)
        return self.render(
            "admin/activity.html",
            lines=lines_of(db.session(), events, for_owner=self.policy.is_owner),
            undoable=may_undo(db.session(), events, by=signed_in(), gone=gone),
            undone=gone,
            controls=narrowing.controls(db.session(), FILTERS, given, lambda values: self._link(values, subject)),
            narrowed=bool(given or subject),
            subject=subject,
            older=self._link(given, subject, before=last) if last else None,
            newest=self._link(given, subject) if request.args.get("before") else None,
        )

    def _link(self, given: Values, subject: dict[str, str], **more: Any) -> str:
        address: str = self.link(**{**given, **subject, **more})
        return address

    def _narrowed(self, given: Values) -> list[ColumnElement[bool]]:
        """What few events fit is sorted; of many, a walk along the times meets some soon."""
        narrowed = narrowing.conditions(FILTERS, given)
        leading = narrowing.leading(FILTERS, given)
        if leading is None:
            return narrowed
        ids = search.plain_ids(db.session(), leading.ids.limit(MOST_SORTED + 1))
        if len(ids) > MOST_SORTED:
            return narrowed
        return [search.among(db.session(), Event.id, ids), search.asked_last(and_(*narrowed))]

    def _query(self, given: Values, subject: dict[str, str]) -> Select[Event]:
        query = latest(*self._narrowed(given))
        if subject:
            query = query.where(Event.subject_type == subject["type"], Event.subject_id == int(subject["id"]))
        before = request.args.get("before", "")
        if before.isascii() and before.isdigit() and len(before) < 11:
            last = min(int(before), MAX_ID)
            at = select(Event.at).where(Event.id == last).scalar_subquery()
            query = query.where(beyond(Event.at, Event.id, (at, last), is_descending=True))
        return query


def _subject() -> dict[str, str]:
    """`?type=posts&id=7`: the history of one thing, linked from it."""
    kind, subject_id = request.args.get("type", ""), request.args.get("id", "")
    if kind in NOUNS and row_id(subject_id):
        return {"type": kind, "id": subject_id}
    return {}
