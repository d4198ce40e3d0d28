"""One record: made, changed, shown, deleted. The domain's actions decide; here is one commit and one redirect.

Flask-Admin's own `create_model`, `update_model` and `delete_model` fill the object and commit by themselves; they are
replaced and never called.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn

from flask import flash, redirect, request
from flask_admin import expose
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from cms.admin.columns import Column
from cms.admin.events import record_link
from cms.admin.forms import RecordForm
from cms.admin.gate import Crumb, Gated, page_response
from cms.admin.moves import return_to
from cms.admin.toasts import done, flash_done
from cms.core.decision import Decision, require
from cms.core.errors import CmsError, Conflict, Invalid, marked
from cms.core.i18n import _
from cms.extensions import db
from cms.web.errors import status_of


class Records(Gated):
    """The mix-in of model views for single records; an area answers the hooks of the first block."""

    form: ClassVar[type[RecordForm]] = RecordForm
    details: ClassVar[tuple[Column, ...]] = ()
    create_template: ClassVar[str] = "admin/create.html"
    edit_template: ClassVar[str] = "admin/edit.html"
    details_template: ClassVar[str] = "admin/details.html"
    delete_template: ClassVar[str] = "admin/delete.html"

    # what an area answers

    def create_from(self, form: Any) -> Any:
        """Make a record from the form by calling the domain's action; refusals are raised."""
        raise NotImplementedError

    def save_from(self, form: Any, record: Any) -> None:
        """Save the changes of the form; refusals are raised."""
        raise NotImplementedError

    def remove(self, record: Any) -> None:
        """Delete the record, in whatever way this domain deletes."""
        raise NotImplementedError

    def may_create(self) -> Decision:
        return self._held("create")

    def may_edit(self, record: Any) -> Decision:
        return self._held("edit")

    def may_delete(self, record: Any) -> Decision:
        return self._held("delete")

    def prepare_form(self, form: Any, record: Any | None) -> None:
        """Set choices and take away the fields that this person may not change."""

    def initial(self, record: Any) -> dict[str, Any]:
        """What the form shows of a record, where names alone do not say it."""
        return {}

    def form_context(self, record: Any | None, form: Any) -> dict[str, Any]:
        """More for the template of the form."""
        return {}

    def details_context(self, record: Any) -> dict[str, Any]:
        """More for the template of the details."""
        return {}

    def delete_words(self, record: Any) -> tuple[str, str]:
        """The question of the confirm page, and the word on its button."""
        return _("Delete “%(what)s”?", what=record), _("Delete")

    def delete_consequences(self, record: Any) -> list[str]:
        """Sentences for the confirm page: what else changes."""
        return []

    def delete_context(self, record: Any) -> dict[str, Any]:
        """More for the template of the confirm page."""
        return {}

    def after_save(self, record: Any) -> str:
        """Where to go after a save when nothing else was asked for."""
        return self.link()

    def saved_text(self, record: Any, *, created: bool) -> str:
        return _("“%(what)s” was created.", what=record) if created else _("“%(what)s” was saved.", what=record)

    def deleted_text(self, label: str) -> str:
        return _("“%(what)s” was deleted.", what=label)

    # endpoints

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Response | str:
        require(self.may_create())
        form = self.make_form(None)
        if request.method != "POST":
            return self.show_form(form, None)
        try:
            self._require_readable(form)
            record = guarded(lambda: self.create_from(form))
            return self._committed(record, created=True)
        except CmsError as refusal:
            return self.show_refusal(refusal, form, None)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Response | str:
        record = self.get_one(request.args.get("id", ""), for_update=request.method == "POST")
        require(self.may_edit(record))
        form = self.make_form(record)
        if request.method != "POST":
            return self.show_form(form, record)
        try:
            self._require_readable(form)
            guarded(lambda: self.save_from(form, record))
            return self._committed(record, created=False)
        except CmsError as refusal:
            return self.show_refusal(refusal, form, record)

    @expose("/details/")
    def details_view(self) -> str:
        record = self.get_one(request.args.get("id", ""))
        columns = self.details or self.columns
        values = {
            "record": record,
            "cells": [(column, column.value_of(record)) for column in columns],
            "moves": self.moves_for(record),
            "edit_href": self._edit_link(record),
            "record_href": record_link(record.__tablename__, record.id),
            "title": self.title_of(record),
            "crumbs": self.crumbs(Crumb(self.title_of(record))),
        }
        return self.render(self.details_template, **(values | self.details_context(record)))

    def title_of(self, record: Any) -> str:
        """The record's name, in the language of whoever looks where it is one of ours."""
        return str(record)

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> Response | str:
        """GET asks on a page of its own, and an answer that makes no sense is asked for again; only POST deletes."""
        posted = request.method == "POST"
        wanted = request.form.get("id") or request.args.get("id", "")
        record = self.get_one(wanted, for_update=posted)
        require(self.may_delete(record))
        if not posted:
            return self.show_delete(record)
        label = str(record)
        try:
            guarded(lambda: self.remove(record))
            db.session.commit()
        except Invalid as refusal:
            db.session.rollback()
            flash(refusal.message, "error")
            return page_response(self.show_delete(self.get_one(wanted), refusal.fields), status_of(refusal))
        flash_done(self.deleted_text(label))
        return redirect(return_to(self.link()))

    # Flask-Admin's three ways to write

    def create_model(self, form: Any) -> NoReturn:
        raise NotImplementedError("records are made by create_from")

    def update_model(self, form: Any, model: Any) -> NoReturn:
        raise NotImplementedError("records are saved by save_from")

    def delete_model(self, model: Any) -> NoReturn:
        raise NotImplementedError("records are deleted by remove")

    # pages

    def make_form(self, record: Any | None) -> Any:
        """The form with what was sent, else with what is stored."""
        return self.filled_form(record, request.form if request.method == "POST" else None)

    def filled_form(self, record: Any | None, sent: Any, kind: type[RecordForm] | None = None) -> Any:
        """The form with these values, and with what is stored where they say nothing."""
        kind, shown = kind or self.form, None
        if record is not None:
            given = self.initial(record)
            names = kind.names()
            shown = {name: given[name] if name in given else getattr(record, name, None) for name in names}
        form = kind(sent, data=shown)
        self.prepare_form(form, record)
        return form

    def show_form(self, form: Any, record: Any | None) -> str:
        form.look_up_choices()
        template = self.create_template if record is None else self.edit_template
        title = _(self.new_label) if record is None else self.title_of(record)
        values = {
            "form": form,
            "record": record,
            "title": title,
            "moves": self.moves_for(record) if record is not None else [],
            "cancel_href": self.link(),
            "delete_href": self._delete_link(record),
            "delete_label": _("%(what)s…", what=self.delete_words(record)[1]) if record is not None else "",
            "record_href": record_link(record.__tablename__, record.id) if record is not None else None,
            "crumbs": self.crumbs(Crumb(title)),
            "url": return_to(""),
        }
        return self.render(template, **(values | self.form_context(record, form)))

    def show_refusal(self, refusal: CmsError, form: Any, record: Any | None) -> Response:
        """The form again with what was typed; nothing of the change is left behind."""
        record_id = record.id if record is not None else None
        db.session.rollback()
        if record_id is not None:
            record = self.get_one(record_id)
        if isinstance(refusal, Invalid):
            form.take_errors(refusal.fields)
        if not form.errors:  # else the form says it all, above and at each field
            flash(refusal.message, "error")
        return page_response(self.show_form(form, record), status_of(refusal))

    def show_delete(self, record: Any, faults: Mapping[str, str] | None = None) -> str:
        """`faults` are those of the answer that was given before, by field."""
        question, verb = self.delete_words(record)
        values = {
            "record": record,
            "question": question,
            "verb": verb,
            "consequences": self.delete_consequences(record),
            "faults": faults or {},
            "url": return_to(self.link()),
            "crumbs": self.crumbs(Crumb(self.title_of(record), self._edit_link(record)), Crumb(verb)),
        }
        return self.render(self.delete_template, **(values | self.delete_context(record)))

    def _committed(self, record: Any, *, created: bool) -> Response:
        """What is said and where to go is found out first, while all that it takes is known."""
        said, onward = done(self.saved_text(record, created=created)), return_to(self.after_save(record))
        db.session.commit()
        said.say()
        return redirect(onward)

    def _require_readable(self, form: Any) -> None:
        if not form.validate():
            raise marked()

    def _offers(self, name: str, record: Any | None) -> bool:
        if record is None or not self.is_open_to_visitor(name):
            return False
        return bool(self.may_edit(record) if name == "edit_view" else self.may_delete(record))

    def _edit_link(self, record: Any) -> str | None:
        return self.link("edit_view", id=record.id) if self._offers("edit_view", record) else None

    def _delete_link(self, record: Any | None) -> str | None:
        return self.link("delete_view", id=record.id) if record and self._offers("delete_view", record) else None


def guarded(action: Callable[[], Any]) -> Any:
    """Run an action and flush; what the database refuses at that moment is a conflict, and its SQL is not shown."""
    try:
        came_of_it = action()
        db.session.flush()
    except StaleDataError:
        db.session.rollback()  # first, since even the words of a refusal ask who is reading
        raise Conflict(_("Somebody else changed this at the same moment. Look again and repeat.")) from None
    except IntegrityError:
        db.session.rollback()
        raise Conflict(_("This clashes with something that was saved at the same moment, or is in use.")) from None
    return came_of_it
