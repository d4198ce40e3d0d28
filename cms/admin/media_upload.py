"""Uploading: several files at once, each judged by itself, and their words asked for at once."""

from dataclasses import dataclass
from typing import Any

from flask import flash, jsonify, make_response, redirect, request
from flask_admin import Admin, expose
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from cms.admin.forms import Line, RecordForm, Switch
from cms.admin.gate import Crumb, page_response
from cms.admin.media_folders import Shelves
from cms.admin.toasts import flash_done
from cms.core.db import row_id
from cms.core.decision import require
from cms.core.errors import CmsError, Invalid, NotFound
from cms.core.i18n import N_, _, ngettext
from cms.core.permissions import Permission
from cms.extensions import db
from cms.media import actions
from cms.media.actions import Prepared
from cms.media.kinds import ACCEPTED
from cms.media.models import Media, MediaFolder, MediaKind
from cms.media.paths import path_of
from cms.media.renditions import thumb_of
from cms.web import now, settings, signed_in
from cms.web.errors import status_of
from cms.web.files import received
from cms.web.requests import FILES_AT_ONCE, UPLOADS

MOST_FILES, MOST_DESCRIBED = 10, 30
JSON = "application/json"
MOST_REFUSALS_SHOWN = 5


class UploadForm(RecordForm):
    """One file with its words, or several whose words are asked for on the next page."""

    file = MultipleFileField(N_("Files"), render_kw={"accept": ",".join(kind.mime for kind in ACCEPTED)})
    alt = Line(
        N_("Description"),
        description=N_("What the image shows, for people who cannot see it. For several files, you are asked next."),
        render_kw={"maxlength": actions.TEXTS["alt"]},
    )
    decorative = Switch(
        N_("Only decoration"), description=N_("It says nothing that the text does not; screen readers pass over it.")
    )


@dataclass
class Outcome:
    """What became of the files that were sent."""

    ready: list[Prepared]
    refused: list[tuple[str, CmsError]]

    def sentences(self) -> list[str]:
        shown = [f"{name}: {error.message}" for name, error in self.refused[:MOST_REFUSALS_SHOWN]]
        more = len(self.refused) - len(shown)
        if more:
            shown.append(ngettext("%(num)s more file was refused.", "%(num)s more files were refused.", more))
        return shown


@dataclass
class Described:
    """A file on the page that asks for the words of several: what is typed there, and what is wrong with it."""

    media: Media
    typed: dict[str, Any]
    faults: dict[str, str]


class Uploads(Shelves):
    """The mix-in of the media view that takes files in."""

    def create_blueprint(self, admin: Admin) -> Any:
        endpoint = f"{self.endpoint}.create_view"
        UPLOADS.add(endpoint)
        FILES_AT_ONCE[endpoint] = MOST_FILES
        return super().create_blueprint(admin)

    def make_form(self, record: Media | None) -> Any:
        if record is not None:
            return super().make_form(record)
        return UploadForm(request.form if request.method == "POST" else None)

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Response | str:
        """What can be taken is taken, what cannot is named with its reason; both at once.

        Script sends one file at a time, asks for JSON and gets its words' form or the refusal.
        """
        require(self.policy.may(Permission.MEDIA_UPLOAD))
        if request.method == "POST" and request.accept_mimetypes.best == JSON:
            return self._take_one()
        form = self.make_form(None)
        if request.method != "POST":
            return self.show_upload(form)
        try:
            actions.checked({"alt": form.alt.data or ""})  # before anything is stored
            outcome = _judged([file for file in request.files.getlist("file") if file.filename])
            added = _added(outcome.ready, form, self._folder_sent())
            db.session.commit()
        except CmsError as refusal:
            return self._refused(refusal, form)
        if not added:
            form.take_errors({"file": " ".join(outcome.sentences())})
            return self._refused(outcome.refused[0][1], form)
        for sentence in outcome.sentences():
            flash(sentence, "error")
        return redirect(self._after_upload(added))

    @expose("/describe/", methods=("GET", "POST"))
    def describe_view(self) -> Response | str:
        """The words of several files on one page; what is wrong with one keeps none of them from being saved."""
        ids = sorted(set(request.args.getlist("id")), key=lambda text: (len(text), text))[:MOST_DESCRIBED]
        posted = request.method == "POST"
        records: list[Media] = [self.get_one(one, for_update=posted) for one in ids]
        if not records:
            raise NotFound(_("There is no such entry, or you may not see it."))
        if not posted:
            return self._show_describing([Described(media, _stored(media), {}) for media in records])
        described = [_describe(media) for media in records]
        db.session.commit()
        if any(one.faults for one in described):
            return page_response(self._show_describing(described), 422)
        flash_done(_("Saved."))
        return redirect(self.link())

    def _take_one(self) -> Response:
        """One file with its words; 201 with what it has become, or the refusal with its status."""
        try:
            known, media = self._add_one([file for file in request.files.getlist("file") if file.filename])
            db.session.commit()
        except CmsError as refusal:
            db.session.rollback()
            fields = refusal.fields if isinstance(refusal, Invalid) else {}
            told = {"code": status_of(refusal), "message": refusal.message, "fields": fields}
            return make_response(jsonify(error=told), status_of(refusal))
        asks = bool(media.needs_alt and self.policy.may(Permission.MEDIA_MANAGE, media))
        facts = {"id": media.id, "title": str(media), "alt": media.alt, "known": known, "asks": asks}
        return make_response(jsonify(**facts, path=path_of(media), thumb=thumb_of(media)), 201)

    def _add_one(self, sent: list[FileStorage]) -> tuple[bool, Media]:
        """Whether the library had it already, and its row."""
        alt = request.form.get("alt", "")
        actions.checked({"alt": alt})  # before anything is stored
        if len(sent) != 1:
            raise Invalid(_("Choose a file first."), {"file": _("Choose one file.")})
        prepared, session = received(sent[0]), db.session()
        known = actions.same_as(session, prepared) is not None
        words = alt if prepared.kind is MediaKind.IMAGE else ""
        folder = self._folder_sent()
        return known, actions.add(session, prepared, by=signed_in(), at=now(), alt=words, folder=folder)

    def _folder_sent(self) -> MediaFolder | None:
        """Where the form says that files shall lie; None for the top and for what is no folder."""
        return db.session.get(MediaFolder, row_id(request.form.get("folder", "")) or 0)

    def show_upload(self, form: UploadForm) -> str:
        title = _("Upload")
        return self.render(
            "admin/media_upload.html",
            form=form,
            title=title,
            tree=self.folder_tree(),
            most_files=MOST_FILES,
            texts=actions.TEXTS,
            most_megabytes=settings().upload_megabytes,
            crumbs=self.crumbs(Crumb(title)),
        )

    def _show_describing(self, described: list[Described]) -> str:
        crumbs = self.crumbs(Crumb(_("Describe")))
        return self.render("admin/media_describe.html", described=described, texts=actions.TEXTS, crumbs=crumbs)

    def _refused(self, refusal: CmsError, form: UploadForm) -> Response:
        db.session.rollback()
        if isinstance(refusal, Invalid):
            form.take_errors(refusal.fields)
        if not form.errors:
            form.take_errors({"file": refusal.message})
        return page_response(self.show_upload(form), status_of(refusal))

    def _after_upload(self, added: list[Media]) -> str:
        wanting = [media.id for media in added if media.needs_alt and self.policy.may(Permission.MEDIA_MANAGE, media)]
        return self.link("describe_view", id=wanting) if wanting else self.link()


def _judged(files: list[FileStorage]) -> Outcome:
    """Every file checked, rewritten and stored, with no lock held; one that is refused does not cost the others."""
    if not files:
        raise Invalid(_("Choose a file first."), {"file": _("Choose at least one file.")})
    if len(files) > MOST_FILES:
        sentence = ngettext("At most %(num)s file at once.", "At most %(num)s files at once.", MOST_FILES)
        raise Invalid(sentence, {"file": sentence})
    outcome = Outcome([], [])
    for file in files:
        try:
            outcome.ready.append(received(file))
        except CmsError as refusal:
            outcome.refused.append((file.filename or "", refusal))
    return outcome


def _added(ready: list[Prepared], form: UploadForm, folder: MediaFolder | None) -> list[Media]:
    """Rows for what was taken; words that came along belong to a single file only."""
    takes_words = len(ready) == 1 and ready[0].kind is MediaKind.IMAGE
    alt, decorative = (form.alt.data or "", bool(form.decorative.data)) if takes_words else ("", False)
    by, at = signed_in(), now()
    added = []
    for prepared in ready:
        known = actions.same_as(db.session(), prepared)
        if known is not None:
            flash(_("“%(file)s” is in the library already.", file=known), "info")
        media = actions.add(db.session(), prepared, by=by, at=at, alt=alt, decorative=decorative, folder=folder)
        added.append(media)
    new = len({media.id for media in added})
    if new:
        flash(ngettext("%(num)s file is in the library.", "%(num)s files are in the library.", new), "success")
    return added


def _stored(media: Media) -> dict[str, Any]:
    return {name: getattr(media, name) for name in (*actions.TEXTS, "decorative")}


def _describe(media: Media) -> Described:
    """Save what was typed for one file; its faults by field where it cannot be kept."""
    given, stored = request.form, _stored(media)
    changes: dict[str, Any] = {
        name: given[f"{name}-{media.id}"] for name in actions.TEXTS if f"{name}-{media.id}" in given
    }
    changes["decorative"] = f"decorative-{media.id}" in given
    lacking = media.kind is MediaKind.IMAGE and not changes["decorative"] and not changes.get("alt", "").strip()
    try:
        with db.session.begin_nested():
            actions.describe(db.session(), media, changes, by=signed_in(), at=now())
    except CmsError as refusal:
        faults = refusal.fields if isinstance(refusal, Invalid) else {"alt": refusal.message}
        return Described(media, stored | changes, faults)
    faults = {"alt": _("Say what it shows, or mark it as decoration.")} if lacking else {}
    return Described(media, _stored(media), faults)
