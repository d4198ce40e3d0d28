"""What happens to every request before its view: an id, the right kind of transaction, and no malformed text."""

import re
import socket
import uuid
from urllib.parse import unquote_to_bytes

from flask import Flask, Response, abort, current_app, g, request

from cms.core import deadline
from cms.core.db import begin_as, reading
from cms.core.files import MEGABYTE
from cms.core.i18n import _
from cms.core.request_ids import request_id
from cms.extensions import db
from cms.web.runtimes import runtime
from cms.web.visitors import settings, visitor

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: Endpoints that take files; their limit is the owner's setting and not the general one.
UPLOADS: set[str] = set()
#: Those of them that take several files of that size at once, and how many.
FILES_AT_ONCE: dict[str, int] = {}
#: Those whose reads stand apart, see `core.db.begin_as`: they write nothing, and need no moment for all they ask.
READ_APART: set[str] = set()
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
FORM_TYPES = (URLENCODED, MULTIPART)
#: Room for whoever has no role to be told which field is too long; what they may say is far shorter.
VISITORS_BYTES = MEGABYTE
_NO_TEXT = re.compile("[\0\ufffd\ud800-\udfff]")


def init_app(app: Flask) -> None:
    app.before_request(_begin)
    app.before_request(_limit_body)
    app.before_request(_refuse_malformed)
    app.before_request(_begin_to_wait)
    app.after_request(_name)
    app.after_request(_wait_no_more)
    app.teardown_request(_end)


def _begin() -> None:
    g.request_id = str(uuid.uuid4())
    request_id.set(g.request_id)
    begin_as(may_write=request.method not in SAFE_METHODS, is_apart=request.endpoint in READ_APART)
    _listen_for(runtime().config.request_seconds or None)


def _listen_for(seconds: int | None) -> None:
    """Whoever falls silent in the middle of what they send keeps a thread no longer than that."""
    connection: socket.socket | None = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(seconds)


def _begin_to_wait() -> None:
    """Once all of the request is here: a large file over a thin line takes the time it takes."""
    if seconds := runtime().config.request_seconds:
        deadline.begin(seconds)


def _wait_no_more(response: Response) -> Response:
    """The answer is made. One that is streamed has begun, and no other can be given."""
    deadline.end()
    _listen_for(None)  # to send it may take as long as it takes
    return response


def _name(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response


def _end(_error: BaseException | None) -> None:
    for file in request.__dict__.get("files", {}).values():  # only where a form was read
        file.close()
    request_id.set(None)
    deadline.end()
    begin_as(may_write=True)


def _limit_body() -> None:
    """Set before anything reads the body; looking up who sends so much must not keep the write lock."""
    if _is_small():
        return
    with reading():
        person = visitor() if request.method not in SAFE_METHODS else None
        if person is not None and request.endpoint in UPLOADS and request.mimetype == MULTIPART:
            files = FILES_AT_ONCE.get(request.endpoint, 1)
            request.max_content_length = (files * settings().upload_megabytes + 1) * MEGABYTE
        elif person is None or not person.roles:
            request.max_content_length = VISITORS_BYTES
    db.session.rollback()


def _is_small() -> bool:
    """Without a length there is no body, unless it comes in chunks."""
    if request.content_length is None:
        return "Transfer-Encoding" not in request.headers
    return request.content_length <= VISITORS_BYTES


def _refuse_malformed() -> None:
    """NUL and malformed UTF-8 mean an attack or a broken program: 400, the same on both databases."""
    written = request.get_data() if request.mimetype == URLENCODED else b""
    if written.count(b"&") >= current_app.config["MAX_FORM_PARTS"]:  # which werkzeug counts in multipart forms only
        abort(413)
    if not _is_utf8(request.query_string) or not _is_utf8(written):
        abort(400, _("The request holds bytes that are no text."))
    pairs = list(request.args.items(multi=True))
    if request.mimetype in FORM_TYPES:
        pairs += request.form.items(multi=True)
        pairs += [(name, file.filename or "") for name, file in request.files.items(multi=True)]
    # Werkzeug says that a part of a multipart form has a name, also where it has none.
    is_wrong = any(key is None or is_malformed(key) or is_malformed(value) for key, value in pairs)
    if is_malformed(request.path) or is_wrong:
        abort(400, _("The request holds characters that no text can have."))


def _is_utf8(escaped: bytes) -> bool:
    """Werkzeug would keep escapes that are no UTF-8 as they were typed, which nobody meant."""
    try:
        unquote_to_bytes(escaped).decode()
    except UnicodeDecodeError:
        return False
    return True


def is_malformed(text: str) -> bool:
    """Werkzeug turns bytes that are no UTF-8 into U+FFFD, and keeps lone surrogates only as escapes."""
    return _NO_TEXT.search(text) is not None
