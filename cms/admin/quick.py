"""Quick edit: the fields that are mended from a list, as a form that the editor itself takes.

It is sent to the editor's address with fewer fields, so that validation, policy, version check, conflict page and event
are the editor's own. What is refused comes back in this form where that shows all of it, and else in the whole editor.
"""

from typing import Any

from flask import render_template, request
from flask_admin import expose

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
    def quick_view(self) -> str:
        """Nothing is saved here: the form says where it is sent."""
        record = self.get_one(request.args.get("id", ""))
        require(self.may_edit(record))
        form = self.make_form(record)
        return self._quick_page(record, form, self._quick_fields(record, form))

    def quick_again(self, form: Any, record: Any | None) -> str | None:
        """What was typed here with what is wrong about it; None where it came from elsewhere, or more is wrong."""
        if record is None or "quick" not in request.form or not form.errors:
            return None
        fields = self._quick_fields(record, form)
        if not form.errors.keys() <= {field.name for field in fields}:
            return None
        return self._quick_page(record, form, fields)

    def _quick_fields(self, record: Any, form: Any) -> list[Any]:
        may_publish = self._publish(record) is not None
        return [form[name] for name in FIELDS if name in form and (may_publish or not name.startswith("live_"))]

    def _publish(self, record: Any) -> Any | None:
        return next((move for move in self.moves_for(record) if move.name == "publish" and move.decision), None)

    def _quick_page(self, record: Any, form: Any, fields: list[Any]) -> str:
        form.look_up_choices()
        values: dict[str, Any] = {
            "record": record,
            "form": form,
            "fields": fields,
            "publish": self._publish(record),
            "url": return_to(self.link()),
        }
        values |= self.form_context(record, form)
        if "part" in request.values:
            return render_template("admin/_quick.html", view=self, **values)
        crumbs = self.crumbs(Crumb(str(record), self.link("edit_view", id=record.id)), Crumb(_("Quick edit")))
        page: str = self.render("admin/quick.html", crumbs=crumbs, **values)
        return page
