"""Changing the file itself: replaced, cut, turned, and what it was brought back. Its id and its uses stay."""

from collections.abc import Callable
from typing import Any, cast

from flask import flash, redirect, request
from flask_admin import Admin, expose
from sqlalchemy import select
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from cms.admin.gate import Gated, page_response
from cms.admin.toasts import flash_done
from cms.core.db import end_read, row_id
from cms.core.decision import Decision, require
from cms.core.errors import CmsError, Invalid, NotFound, TooLarge
from cms.core.i18n import _
from cms.extensions import db
from cms.media import versions
from cms.media.models import Media, MediaKind, MediaVersion
from cms.media.storage import open_storage
from cms.media.versions import Cut, Edited
from cms.posts.media_rights import may_change_bytes
from cms.web import now, runtime, signed_in
from cms.web.errors import status_of
from cms.web.files import received
from cms.web.headers import with_policy
from cms.web.requests import UPLOADS

PARTS = ("left", "top", "width", "height")


class Versions(Gated):
    """The mix-in of the media view that changes bytes; slow work is done with no transaction open."""

    def create_blueprint(self, admin: Admin) -> Any:
        UPLOADS.add(f"{self.endpoint}.replace_view")
        return super().create_blueprint(admin)

    @expose("/<int:id>/replace", methods=("POST",))
    def replace_view(self, id: int) -> Response:
        """Another file under the same id."""
        self._changeable(id)

        def act() -> str:
            upload = request.files.get("file")
            if upload is None or not upload.filename:
                raise Invalid(_("Choose a file first."), {"file": _("Choose a file first.")})
            prepared = received(upload)
            record = self._locked(id)
            versions.replaced(db.session(), record, prepared, by=signed_in(), at=now())
            return _("“%(file)s” was replaced. What it was is kept below.", file=record)

        return self._attempt(id, act)

    @expose("/<int:id>/crop", methods=("POST",))
    def crop_view(self, id: int) -> Response:
        """The part that the fields name."""
        media = self._changeable(id)

        def act() -> str:
            part = Cut(*_whole_numbers(PARTS))
            edited = versions.cut(media, part, storage_url=runtime().config.storage_url)
            return self._take(id, edited, versions.CROP, _("The image was cropped. What it was is kept below."))

        return self._attempt(id, act)

    @expose("/<int:id>/turn", methods=("POST",))
    def turn_view(self, id: int) -> Response:
        """By a quarter, a half or three quarters."""
        media = self._changeable(id)

        def act() -> str:
            [degrees] = _whole_numbers(("degrees",))
            edited = versions.turned(media, degrees, storage_url=runtime().config.storage_url)
            return self._take(id, edited, versions.TURN, _("The image was turned. What it was is kept below."))

        return self._attempt(id, act)

    @expose("/<int:id>/version", methods=("POST",))
    def version_view(self, id: int) -> Response:
        """What it was, again."""
        record = self._locked(id)
        version = self._version(record, row_id(request.form.get("version", "")) or 0)
        versions.bring_back(db.session(), record, version, by=signed_in(), at=now())
        db.session.commit()
        flash_done(_("The earlier version was brought back."))
        return redirect(self.link("edit_view", id=id), 303)

    @expose("/<int:id>/version/<int:number>")
    @with_policy({"default-src": "'none'", "img-src": "'self'", "sandbox": ""})
    def look_view(self, id: int, number: int) -> Response:
        """An earlier version as a picture; nobody but the desk can fetch it."""
        record = self.get_one(id)
        require(self.may_edit(record))
        version = self._version(record, number)
        if record.kind is not MediaKind.IMAGE:
            self.not_found()
        return _picture(version)

    def versions_of(self, record: Media) -> list[MediaVersion]:
        return versions.of(db.session(), record)

    def _changeable(self, id: int) -> Media:
        """Looked at apart from any transaction, by somebody who may change it."""
        record: Media = self.get_one(id)
        require(self.may_change_bytes(record))
        db.session.expunge(record)
        end_read(db.session())
        return record

    def may_change_bytes(self, record: Media) -> Decision:
        return may_change_bytes(db.session(), record, by=signed_in(), at=now())

    def _locked(self, id: int) -> Media:
        """Asked again, since what shows it may have been published meanwhile."""
        record: Media = self.get_one(id, for_update=True)
        require(self.may_change_bytes(record))
        return record

    def _take(self, id: int, edited: Edited, verb: str, done: str) -> str:
        versions.take(db.session(), self._locked(id), edited, verb, by=signed_in(), at=now())
        return done

    def _attempt(self, id: int, act: Callable[[], str]) -> Response:
        """One commit and back to the file; what cannot be read or taken is said beside its field."""
        try:
            sentence = act()
            db.session.commit()
        except FileNotFoundError:
            raise NotFound(_("The bytes of this file are missing.")) from None
        except (Invalid, TooLarge) as refusal:
            return self._again(id, refusal)
        flash_done(sentence)
        return redirect(self.link("edit_view", id=id), 303)

    def _again(self, id: int, refusal: CmsError) -> Response:
        db.session.rollback()
        record = self.get_one(id)
        form = self.form(None, data={name: getattr(record, name, None) for name in self.form()._fields})
        self.prepare_form(form, record)
        fields = refusal.fields if isinstance(refusal, Invalid) else {}
        form.tool_faults = fields or {"file": refusal.message}
        flash(refusal.message, "error")
        return page_response(self.show_form(form, record), status_of(refusal))

    def _version(self, record: Media, number: int) -> MediaVersion:
        about = (MediaVersion.id == number, MediaVersion.media_id == record.id)
        version = db.session.scalar(select(MediaVersion).where(*about))
        if version is None:
            self.not_found()
        return cast(MediaVersion, version)


def _picture(version: MediaVersion) -> Response:
    try:
        content = open_storage(runtime().config.storage_url).open(version.digest)
    except FileNotFoundError:
        raise NotFound(_("The bytes of this file are missing.")) from None
    return Response(wrap_file(request.environ, content), mimetype=version.mime, direct_passthrough=True)


def _whole_numbers(names: tuple[str, ...]) -> list[int]:
    """What was typed; every field that is no number is named."""
    texts = {name: request.form.get(name, "").strip() for name in names}
    faults = {
        name: _("This must be a whole number.")
        for name, text in texts.items()
        if not text.removeprefix("-").isdecimal() or len(text) > 6
    }
    if faults:
        raise Invalid(_("This must be a whole number."), faults)
    return [int(text) for text in texts.values()]
