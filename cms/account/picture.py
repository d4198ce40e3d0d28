"""One's own picture, from a file."""

from flask import request

from cms.accounts.models import User
from cms.core.errors import Invalid
from cms.core.i18n import _
from cms.extensions import db
from cms.media import portraits
from cms.media.models import Media, MediaKind
from cms.media.paths import path_of
from cms.web import now, signed_in
from cms.web.files import received


def take() -> None:
    """Use the file of this request; only an image is taken."""
    upload = request.files.get("avatar")
    if upload is None or not upload.filename:
        raise _refused(_("Choose an image first."))
    try:
        prepared = received(upload)
    except Invalid as refusal:
        raise _refused(refusal.message) from refusal
    if prepared.kind is not MediaKind.IMAGE:
        raise _refused(_("This is not an image."))
    portraits.take(db.session(), prepared, by=signed_in(), at=now())


def address_of(me: User) -> str | None:
    """Where the picture is, unless it was put in the trash."""
    kept = db.session.get(Media, me.avatar_id) if me.avatar_id else None
    return path_of(kept) if kept is not None and kept.trashed_at is None else None


def _refused(reason: str) -> Invalid:
    return Invalid(reason, {"avatar": reason})
