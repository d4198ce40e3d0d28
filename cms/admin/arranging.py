"""A list as each person arranges it: which columns it shows, and views of it kept under a name."""

from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import parse_qs, urlencode

from flask import flash, redirect, request
from flask_admin import expose
from sqlalchemy import ColumnElement, literal, select, union_all
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from cms.admin import asked as asking
from cms.admin.asked import Asked
from cms.admin.chosen import preferences
from cms.admin.columns import Column
from cms.admin.filters import Filter
from cms.admin.gate import Gated
from cms.admin.moves import return_to
from cms.core.i18n import _
from cms.extensions import db
from cms.web import now, signed_in
from cms.workspace import actions, queries
from cms.workspace.models import SavedView
from cms.workspace.policy import SavedViewPolicy

#: A count beside a kept view stops here: it says whether there is work, not how much in all.
MOST_COUNTED = 99


@dataclass(frozen=True)
class KeptView:
    """A kept view, ready to print. `count` stops at the bound; `is_current` says that the list is narrowed so now."""

    view: SavedView
    href: str
    count: str
    is_current: bool
    may_change: bool


class Arranging(Gated):
    """The mix-in of lists with columns to choose from and views to keep."""

    columns: ClassVar[tuple[Column, ...]]
    filters: ClassVar[tuple[Filter, ...]]
    default_sort: ClassVar[str]

    def shown_columns(self) -> tuple[Column, ...]:
        """The lead, which is always there, and what this person chose; the usual ones where they chose nothing."""
        chosen = preferences().get(f"columns.{self.area}")
        lead, *others = self.columns
        if not isinstance(chosen, list):
            return (lead, *(column for column in others if not column.optional))
        return (lead, *(column for column in others if column.name in chosen))

    def known_views(self) -> dict[SavedView, Asked]:
        """One's own views and shared ones, with what each asks for."""
        return {view: self.understood(view.query) for view in queries.views(db.session(), signed_in(), self.area)}

    def kept_views(self, known: dict[SavedView, Asked], counts: dict[int, int], asked: Asked) -> list[KeptView]:
        """Each with its number within what the person looking may see."""
        here = asking.as_args(asked, self.default_sort)
        policy = SavedViewPolicy(signed_in())
        return [
            KeptView(
                view,
                self.link(**(args := asking.as_args(wanted, self.default_sort))),
                f"{MOST_COUNTED}+" if counts[view.id] > MOST_COUNTED else str(counts[view.id]),
                args == here,
                bool(policy.may_change(view)),
            )
            for view, wanted in known.items()
        ]

    @expose("/columns/", methods=("POST",))
    def columns_view(self) -> Response:
        """Remember which columns to show; without any name, go back to the usual ones."""
        sent = set(request.form.getlist("column"))
        chosen = [column.name for column in self.columns[1:] if column.name in sent]
        usual = "usual" in request.form
        actions.choose(db.session(), signed_in(), f"columns.{self.area}", None if usual else chosen)
        db.session.commit()
        return redirect(return_to(self.link()), 303)

    @expose("/views/", methods=("POST",))
    def keep_view(self) -> Response:
        """Keep the list as its address has it; what the list does not know is left out."""
        asked = self.understood(request.form.get("query", ""))
        query = urlencode(asking.as_args(asked, self.default_sort), doseq=True)
        name, shared = request.form.get("name", ""), request.form.get("shared") == "yes"
        view = actions.keep_view(db.session(), self.area, name, query, shared=shared, by=signed_in(), at=now())
        db.session.commit()
        flash(_("The view “%(name)s” is kept.", name=view), "success")
        return redirect(self.link(**asking.as_args(asked, self.default_sort)), 303)

    @expose("/views/<int:view_id>/", methods=("POST",))
    def change_view(self, view_id: int) -> Response:
        """Share a kept view, keep it to oneself again, or delete it."""
        view = queries.view(db.session(), signed_in(), self.area, view_id)
        if request.form.get("do") == "delete":
            name = view.name
            actions.delete_view(db.session(), view, by=signed_in())
            said = _("The view “%(name)s” is deleted. The list itself stays as it is.", name=name)
        else:
            shared = request.form.get("do") == "share"
            actions.share_view(db.session(), view, shared=shared, by=signed_in(), at=now())
            said = _("Everybody who may open this list sees the view.") if shared else _("Only you see the view now.")
        db.session.commit()
        flash(said, "success")
        return redirect(return_to(self.link()), 303)

    def understood(self, query: str) -> Asked:
        """What the parameters of an address ask this list for, from its first page."""
        pairs = parse_qs(query[: actions.LONGEST_QUERY], max_num_fields=100) if query.count("&") < 100 else {}
        asked = asking.read(MultiDict(pairs), self.columns, self.filters, self.default_sort)
        return replace(asked, after=None, before=None)

    def counts(self, wanted: dict[int, ColumnElement[int]]) -> dict[int, int]:
        """All of these numbers, in one statement."""
        parts = [select(literal(key), number) for key, number in wanted.items()]
        return {key: count for key, count in db.session.execute(union_all(*parts))}
