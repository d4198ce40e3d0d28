"""A POST with an Idempotency-Key is done once: whoever lost the answer gets it again, and nothing happens twice.

The key is claimed in a short transaction of its own, so that everybody sees that somebody is at it; the answer is kept
in the transaction of the change itself. A refusal is kept like any other answer. A process that dies in between leaves
a claim that ends by itself.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Response, make_response, request

from cms.core import deadline
from cms.core.errors import CmsError, Invalid, TooOften
from cms.core.files import MEGABYTE
from cms.core.i18n import _
from cms.extensions import db
from cms.tokens import answers
from cms.tokens.models import LONGEST_KEY, ApiAnswer
from cms.web import now, runtime
from cms.web.callers import Caller, caller
from cms.web.errors import refused
from cms.web.requests import MULTIPART

HEADER = "Idempotency-Key"
#: For so long a claim is believed, or for longer where a request may take longer.
LEASE = timedelta(minutes=2)
#: Of an answer, beside its body.
HEADERS = ("ETag", "Location")
CHUNK = MEGABYTE
_KEY = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")


def done_once(view: Callable[..., Any]) -> Callable[..., Response]:
    """A view that changes something, with its one commit."""

    @wraps(view)
    def act(*values: Any, **named: Any) -> Response:
        key, asking = request.headers.get(HEADER), caller()
        if key is None or request.method != "POST" or asking is None:
            response = make_response(view(*values, **named))
            db.session.commit()
            return response
        return _once(asking, _checked(key), lambda: make_response(view(*values, **named)))

    return act


def _once(asking: Caller, key: str, act: Callable[[], Response]) -> Response:
    token_id, digest, session = asking.token.id, _digest_of_request(asking), db.session()
    known = _claim(token_id, key, digest)
    if known is not None:
        return _again(known)
    try:
        response = _answered(act)
        body = response.get_data(as_text=True)
        answers.keep(session, token_id, key, status=response.status_code, headers=_headers(response), body=body)
        session.commit()
    except Exception:
        session.rollback()
        deadline.end()  # where time is up, whoever asks again in a moment is not to find the key taken
        answers.let_go(session, token_id, key)
        session.commit()
        raise
    return response


def _claim(token_id: int, key: str, digest: str) -> ApiAnswer | None:
    """None where the key is ours now, else what was answered; leaves no transaction open."""
    at, session = now(), db.session()
    lease = max(LEASE, timedelta(seconds=2 * runtime().config.request_seconds))
    known = answers.claim(session, token_id, key, digest, at=at, until=at + lease)
    if known is not None:
        session.expunge(known)
    session.commit()
    return known


def _answered(act: Callable[[], Response]) -> Response:
    """A refusal is an answer as well, and stays what it was; that somebody shall come back later is none."""
    try:
        return act()
    except TooOften:
        raise
    except CmsError as refusal:
        return refused(refusal)


def _again(known: ApiAnswer) -> Response:
    response = make_response(known.body, known.status)
    response.mimetype = "application/json"
    for line in known.headers:
        name, _colon, value = line.partition(": ")
        response.headers[name] = value
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _headers(response: Response) -> list[str]:
    return [f"{name}: {response.headers[name]}" for name in HEADERS if name in response.headers]


def _checked(key: str) -> str:
    if _KEY.fullmatch(key) is None:
        raise Invalid(_("An Idempotency-Key has 1 to 255 characters of ASCII, and no spaces."))
    return key


def _digest_of_request(asking: Caller) -> str:
    """Of method, address, `If-Match` and body; of a form with files what they hold, as its boundary differs each time.

    And of the rights that came with it: a JWT may have fewer than its token, and is not told what that was told.
    """
    rights = " ".join(sorted(asking.scopes))
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n{asking.is_jwt} {rights}\n".encode())
    if "If-Match" in request.headers:
        digest.update(f"{request.headers['If-Match']}\n".encode())
    if request.mimetype != MULTIPART:
        digest.update(request.get_data(cache=True))
        return digest.hexdigest()
    for name, value in sorted(request.form.items(multi=True)):
        digest.update(f"{name}={value}\n".encode())
    for name, file in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
        digest.update(f"{name}:{file.filename}\n".encode())
        while chunk := file.stream.read(CHUNK):
            digest.update(chunk)
        file.stream.seek(0)
    return digest.hexdigest()
