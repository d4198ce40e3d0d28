"""Quick edit: the fields that are mended from a list, as a form that the editor itself takes.

It is sent to the editor's address with fewer fields, so that validation, policy, version check, conflict page and event
are the editor's own; what is refused opens the whole editor with what was typed.
"""

from typing import Any

from flask import render_template, request
from flask_admin import expose
from werkzeug.wrappers import Response

from cms.admin.gate import Crumb, Gated
from cms.admin.moves import return_to
from cms.core.decision import Decision, require
from cms.core.i18n import _

#: In this order; a field that this person may not change is not on the form.
FIELDS = ("title", "slug", "tags", "author_id", "parent_id", "live_from", "live_until")


class QuickEdits(Gated):
    """GET `quick/?id=`: a page of its own, or with `part` the form alone for the row of the list."""

    def get_one(self, id: Any, *, for_update: bool = False) -> Any:
        raise NotImplementedError

    def may_edit(self, record: Any) -> Decision:
        raise NotImplementedError

    def make_form(self, record: Any) -> Any:
        raise NotImplementedError

    def moves_for(self, record: Any) -> list[Any]:
        raise NotImplementedError

    def form_context(self, record: Any, form: Any) -> dict[str, Any]:
        raise NotImplementedError

    @expose("/quick/")
    def quick_view(self) -> Response | str:
        """Nothing is saved here: the form says where it is sent."""
        record = self.get_one(request.args.get("id", ""))
        require(self.may_edit(record))
        form = self.make_form(record)
        publish = next((move for move in self.moves_for(record) if move.name == "publish" and move.decision), None)
        fields = [form[name] for name in FIELDS if name in form and (publish or not name.startswith("live_"))]
        values: dict[str, Any] = {
            "record": record,
            "form": form,
            "fields": fields,
            "publish": publish,
            "url": return_to(self.link()),
        }
        if "part" in request.args:
            return render_template("admin/_quick.html", view=self, **(values | self.form_context(record, form)))
        crumbs = self.crumbs(Crumb(str(record), self.link("edit_view", id=record.id)), Crumb(_("Quick edit")))
        return self.render("admin/quick.html", crumbs=crumbs, **(values | self.form_context(record, form)))
