"""Files of the library as browsers fetch them: under a type of ours, unable to run, kept for ever."""

from flask import Flask, Response, abort, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import dump_options_header
from werkzeug.wsgi import wrap_file

from cms.core.i18n import _
from cms.extensions import db
from cms.media.models import Media, MediaKind
from cms.media.queries import by_address
from cms.media.storage import open_storage
from cms.web import runtime
from cms.web.gate import PUBLIC, declare
from cms.web.headers import with_policy

#: A file opened by itself is a document: it gets no rights, and no origin to have them on.
OPENED_ALONE = {"default-src": "'none'", "img-src": "'self'", "media-src": "'self'", "sandbox": ""}
YEAR = 31_536_000


def init_app(app: Flask) -> None:
    """Add the one address that every file is served from."""
    app.add_url_rule("/media/<int:media_id>/<digest>/<filename>", "media", file)
    declare(app, "media", PUBLIC)


@with_policy(OPENED_ALONE)
def file(media_id: int, digest: str, filename: str) -> Response:
    """404 for another digest or name as well, so that neither can be guessed and each file has one address."""
    media = by_address(db.session(), media_id, digest, filename)
    if media is None:
        abort(404)
    try:
        content = open_storage(runtime().config.storage_url).open(media.digest)
    except FileNotFoundError:
        abort(404, _("The file behind this address is missing."))
    response = Response(wrap_file(request.environ, content), mimetype=media.mime, direct_passthrough=True)
    _describe(response, media)
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=media.bytes)
    except RequestedRangeNotSatisfiable:
        content.close()
        raise
    return response


def _describe(response: Response, media: Media) -> None:
    response.content_length = media.bytes
    response.set_etag(media.digest[:32])
    response.last_modified = media.created_at
    response.cache_control.public = True
    response.cache_control.max_age = YEAR
    response.cache_control.immutable = True
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    disposition = "attachment" if media.kind is MediaKind.DOCUMENT else "inline"
    response.headers["Content-Disposition"] = dump_options_header(disposition, {"filename": media.filename})
