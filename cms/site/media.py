"""Files of the library as browsers fetch them: under a type of ours, unable to run, kept for ever.

An address names the bytes. Where they were replaced, it leads to where the new ones are.
"""

import logging
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from flask import Flask, abort, redirect, request
from flask import Response as FlaskResponse
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from cms.core.db import begin_as, end_read, unless_busy
from cms.core.errors import Invalid
from cms.core.i18n import _
from cms.core.locks import turn
from cms.extensions import db
from cms.media import renditions
from cms.media.models import MediaKind
from cms.media.paths import path_of
from cms.media.queries import by_address, by_id, replaced_at_address
from cms.media.renditions import FORMATS, Made, Source
from cms.media.storage import open_storage
from cms.web import now, runtime
from cms.web.gate import PUBLIC, declare
from cms.web.headers import ASK_EACH_TIME, with_policy

#: A file opened by itself is a document: it gets no rights, and no origin to have them on.
OPENED_ALONE = {"default-src": "'none'", "img-src": "'self'", "media-src": "'self'", "sandbox": ""}
YEAR = 31_536_000
log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Add the addresses that files and their smaller copies are served from."""
    app.add_url_rule("/media/<int:media_id>/<digest>/<filename>", "media", file)
    app.add_url_rule("/media/<int:media_id>/<digest>/<shape>/<filename>", "media_copy", copy)
    declare(app, "media", PUBLIC)
    declare(app, "media_copy", PUBLIC)


@with_policy(OPENED_ALONE)
def file(media_id: int, digest: str, filename: str) -> Response:
    """404 for another digest or name as well, so that neither can be guessed and each file has one address."""
    media = by_address(db.session(), media_id, digest, filename)
    if media is None:
        return _elsewhere(media_id, digest)
    content = opened(media.digest)
    if content is None:
        abort(404, _("The file behind this address is missing."))
    response = sent(content, media.mime, media.bytes, media.digest, media.created_at)
    disposition = "attachment" if media.kind is MediaKind.DOCUMENT else "inline"
    response.headers["Content-Disposition"] = dump_options_header(disposition, {"filename": media.filename})
    return response


@with_policy(OPENED_ALONE)
def copy(media_id: int, digest: str, shape: str, filename: str) -> Response:
    """A smaller copy, made where it is asked for the first time."""
    media = by_id(db.session(), media_id)
    format = PurePosixPath(filename).suffix.removeprefix(".")
    if media is None or media.trashed_at is not None or format not in FORMATS:
        abort(404)
    if digest != media.digest[:16]:
        return _elsewhere(media_id, digest)
    plan = renditions.plan_of(media, shape)
    if plan is None or renditions.path_of_copy(media, shape, format) != request.path:
        abort(404)
    source, made_at = renditions.source_of(media), media.updated_at
    kept = _kept(source, shape, format)
    if kept is None:
        original = path_of(media)
        end_read(db.session())
        try:
            kept = made(source, shape, format, plan)
        except FileNotFoundError:
            abort(404, _("The file behind this address is missing."))
        except Invalid:  # it took too long, or cannot be made smaller: better the whole than none
            return _not_for_long(redirect(original))
    content, facts = kept
    return sent(content, facts.mime, facts.bytes, facts.digest, made_at)


def _kept(source: Source, shape: str, format: str) -> tuple[BinaryIO, Made] | None:
    row = renditions.find(db.session(), source, shape, format)
    content = opened(row.digest) if row is not None else None
    if row is None or content is None:
        return None
    return content, Made(row.digest, row.mime, row.bytes, row.width, row.height)


def made(source: Source, shape: str, format: str, plan: dict[str, Any]) -> tuple[BinaryIO, Made]:
    """A copy that was not there. One makes it while others wait; what cannot be written down is made another time."""
    with turn(runtime().config.instance / "locks", f"{source.media_id} {source.digest} {shape} {format}"):
        kept = _kept(source, shape, format)
        end_read(db.session())
        if kept is not None:
            return kept
        copy = renditions.make(source, plan, format, storage_url=runtime().config.storage_url)
        _note(source, shape, format, copy)
    content = opened(copy.digest)
    if content is None:
        raise FileNotFoundError(copy.digest)
    return content, copy


def _note(source: Source, shape: str, format: str, made: Made) -> None:
    """In a transaction of its own, since a read never writes."""
    at = now()
    end_read(db.session())
    begin_as(may_write=True)
    try:
        with unless_busy(db.engine) as session:
            renditions.keep(session, source, shape, format, made, at=at)
    except DBAPIError as error:
        log.warning("a copy of media %s was not written down: %s", source.media_id, type(error).__name__)
    finally:
        begin_as(may_write=False)


def _elsewhere(media_id: int, digest: str) -> Response:
    """What had been replaced leads to what replaced it."""
    media = replaced_at_address(db.session(), media_id, digest)
    if media is None:
        abort(404)
    return _not_for_long(redirect(path_of(media)))


def _not_for_long(response: Response) -> Response:
    response.headers["Cache-Control"] = ASK_EACH_TIME
    return response


def opened(digest: str) -> BinaryIO | None:
    """The bytes; None where they are lost."""
    try:
        return open_storage(runtime().config.storage_url).open(digest)
    except FileNotFoundError:
        return None


def sent(content: BinaryIO, mime: str, size: int, digest: str, since: datetime) -> FlaskResponse:
    """Kept for ever by whoever asked, since another content has another address; in parts where parts are asked for."""
    response = FlaskResponse(wrap_file(request.environ, content), mimetype=mime, direct_passthrough=True)
    response.content_length = size
    response.set_etag(digest[:32])
    response.last_modified = since
    response.cache_control.public = True
    response.cache_control.max_age = YEAR
    response.cache_control.immutable = True
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        content.close()
        raise
    return response
