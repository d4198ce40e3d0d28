"""One's own picture, from a file."""

from typing import BinaryIO, cast

from flask import request

from cms.accounts.models import User
from cms.core.errors import Invalid
from cms.core.i18n import _
from cms.extensions import db
from cms.media import portraits
from cms.media.kinds import is_heic, type_of
from cms.media.models import Media, MediaKind
from cms.media.paths import path_of
from cms.web import now, signed_in
from cms.web.files import received


def take() -> None:
    """Use the file of this request; only an image is taken."""
    upload = request.files.get("avatar")
    if upload is None or not upload.filename:
        raise _refused(_("Choose an image first."))
    if not _is_image(cast(BinaryIO, upload.stream)):
        raise _refused(_("“%(name)s” is no picture. Choose a JPEG, PNG, WebP, GIF or AVIF file.", name=upload.filename))
    try:
        prepared = received(upload)
    except Invalid as refusal:
        raise _refused(refusal.message) from refusal
    portraits.take(db.session(), prepared, by=signed_in(), at=now())


def address_of(me: User) -> str | None:
    """Where the picture is, unless it was put in the trash."""
    kept = db.session.get(Media, me.avatar_id) if me.avatar_id else None
    return path_of(kept) if kept is not None and kept.trashed_at is None else None


def _is_image(file: BinaryIO) -> bool:
    """HEIC counts: why it is not taken is said where that is known."""
    found = type_of(file)
    return found.kind is MediaKind.IMAGE if found is not None else is_heic(file.read(16))


def _refused(reason: str) -> Invalid:
    return Invalid(reason, {"avatar": reason})
