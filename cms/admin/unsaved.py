"""What is typed in the editor, kept for its writer until it is saved; `cms.workspace.unsaved` says how.

The script of the form sends it to `unsaved/`. Whoever opens the editor again is told that there is a text of theirs,
and goes on with it (`?unsaved`) or discards it; that asks for no script.
"""

import re
import secrets
from datetime import datetime
from typing import Any, ClassVar

from flask import flash, jsonify, redirect, request
from flask_admin import expose
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from cms.admin.listing import Listing
from cms.admin.records import Records, guarded
from cms.core.decision import require
from cms.core.errors import CmsError, Invalid
from cms.core.i18n import _, listed
from cms.extensions import db
from cms.posts.models import Post, PostKind
from cms.web import now, signed_in
from cms.web.dates import time_words
from cms.web.errors import status_of
from cms.workspace import unsaved
from cms.workspace.models import UnsavedText
from cms.workspace.unsaved import Place

#: Fields of the form that nobody types.
HANDED_OUT = ("version", "base")
_SITTING = re.compile(r"[0-9a-f]{32}")


class KeepsUnsaved(Listing, Records):
    """The mix-in of the editors; each opened form is a sitting, so that two windows do not overwrite each other."""

    kind: ClassVar[PostKind]

    @expose("/unsaved/", methods=("POST",))
    @expose("/<int:id>/unsaved/", methods=("POST",))
    def unsaved_view(self, id: int | None = None) -> Response | tuple[Response, int]:
        """Asked by a script, which gets words to show; no words where there is nothing to keep any more."""
        try:
            words = guarded(lambda: self._keep_typed(self._writable(id)))
            db.session.commit()
        except CmsError as refusal:
            db.session.rollback()
            return jsonify(words=refusal.message), status_of(refusal)
        return jsonify(words=words)

    @expose("/unsaved/discard/", methods=("POST",))
    @expose("/<int:id>/unsaved/discard/", methods=("POST",))
    def discard_view(self, id: int | None = None) -> Response:
        record = self._writable(id)
        self.let_go_unsaved(record)
        db.session.commit()
        flash(_("What you had typed was discarded."), "success")
        return redirect(self._editor_of(record), 303)

    def make_form(self, record: Any | None) -> Any:
        """What was sent, else what its writer asks to go on with, else what is stored."""
        if _goes_on() and (kept := self._kept(record)):
            return self._form_of(kept, record)
        return super().make_form(record)

    def let_go_unsaved(self, record: Post | None) -> None:
        """What the form that was sent had kept: it is saved, or not wanted."""
        if sitting := _sitting_sent():
            unsaved.let_go(db.session(), self._place(record), sitting=sitting)

    def unsaved_context(self, record: Post | None) -> dict[str, Any]:
        """For the template: this form's sitting, and what to say of a text that was kept before."""
        kept, is_going_on = self._kept(record), _goes_on()
        keeps = self.link("unsaved_view", **_id_of(record))
        if kept is None or request.form.get("sitting") == kept.sitting:
            return {"keeps": keeps, "sitting": _sitting_sent() or _new_sitting()}
        differs = _differing(self._form_of(kept, record))
        if not differs:  # as after two people typed the same: nothing to tell, and nothing to protect
            return {"keeps": keeps, "sitting": kept.sitting}
        return {
            "keeps": keeps,
            "sitting": kept.sitting if is_going_on else _sitting_sent() or _new_sitting(),
            "unsaved": kept,
            "unsaved_fields": listed(_(label) for label in differs),
            "is_going_on": is_going_on,
            "is_behind": record is not None and kept.base_version < record.version,
            "go_on_href": self._editor_of(record, unsaved=1),
            "discard_href": self.link("discard_view", **_id_of(record)),
        }

    def _writable(self, id: int | None) -> Post | None:
        """The post, or None for a new one, for whoever gets its form."""
        record: Post | None = self.get_one(id) if id is not None else None
        require(self.may_create() if record is None else self.may_edit(record))
        return record

    def _keep_typed(self, record: Post | None) -> str:
        sitting, form = _sitting_sent(), self.make_form(record)
        if not sitting:
            raise Invalid(_("The request is malformed. Go back, reload the page and try again."))
        if not _differing(form):
            self.let_go_unsaved(record)
            return ""
        at, base = now(), form.version.data or 0
        fields = {field.name: field.raw_data for field in form if field.raw_data and field.name not in HANDED_OUT}
        unsaved.keep(db.session(), self._place(record), fields, sitting=sitting, base_version=base, at=at)
        return _("Kept %(time)s", time=time_words(at, "short"))

    def _kept(self, record: Post | None) -> UnsavedText | None:
        return unsaved.kept_at(db.session(), self._place(record))

    def _form_of(self, kept: UnsavedText, record: Post | None) -> Any:
        """Based on the version that it was typed on: what others saved since is met when it is saved."""
        typed = MultiDict(kept.fields | {"version": [str(kept.base_version)]})
        return self.filled_form(record, typed)

    def _place(self, record: Post | None) -> Place:
        return Place(signed_in().id, self.kind.value, record.id if record is not None else None)

    def _editor_of(self, record: Post | None, **more: int) -> str:
        return self.link("create_view" if record is None else "edit_view", **_id_of(record), **more)


def _id_of(record: Post | None) -> dict[str, int]:
    return {} if record is None else {"id": record.id}


def _goes_on() -> bool:
    return request.method != "POST" and "unsaved" in request.args


def _new_sitting() -> str:
    return secrets.token_hex(16)


def _sitting_sent() -> str:
    sent = request.form.get("sitting", "")
    return sent if _SITTING.fullmatch(sent) else ""


def _differing(form: Any) -> list[str]:
    """The labels of the fields in which it says something else than what is stored."""
    return [
        field.label.text
        for field in form
        if field.raw_data
        and field.name not in HANDED_OUT
        and (field.process_errors or _plain(field.data) != _plain(field.object_data))
    ]


def _plain(value: Any) -> Any:
    """A value without what a form alone adds to it; nothing at all, however it is spelt, is None."""
    match value:
        case str():
            return value.replace("\r\n", "\n").strip() or None
        case list():
            return sorted(value) or None
        case datetime():
            return value.replace(second=0, microsecond=0)
        case _:
            return value or None
