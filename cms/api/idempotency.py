"""A POST with an Idempotency-Key is done once: whoever lost the answer gets it again, and nothing happens twice.

The key is claimed in a short transaction of its own, so that everybody sees that somebody is at it; the answer is kept
in the transaction of the change itself. A process that dies in between leaves a claim that ends by itself.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Response, make_response, request
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from cms.core import deadline
from cms.core.errors import Conflict, Invalid
from cms.core.files import MEGABYTE
from cms.core.i18n import _
from cms.extensions import db
from cms.tokens.models import LONGEST_KEY, ApiAnswer
from cms.web import now, runtime
from cms.web.callers import Caller, caller
from cms.web.requests import MULTIPART

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
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


def _once(asking: Caller, key: str, answer: Callable[[], Response]) -> Response:
    digest = _digest_of_request(asking)
    known = _claim(asking.token.id, key, digest)
    if known is not None:
        return _again(known, digest)
    mine = (ApiAnswer.token_id == asking.token.id, ApiAnswer.key == key)
    try:
        response = answer()
        kept = {"status": response.status_code, "body": response.get_data(as_text=True), "headers": _headers(response)}
        db.session.execute(update(ApiAnswer).where(*mine).values(**kept))
        db.session.commit()
    except Exception:
        db.session.rollback()
        deadline.end()  # where time is up, whoever asks again in a moment is not to find the key taken
        db.session.execute(delete(ApiAnswer).where(*mine, ApiAnswer.status.is_(None)))
        db.session.commit()
        raise
    return response


def _claim(token_id: int, key: str, digest: str) -> ApiAnswer | None:
    """None where the key is ours now, else what is known of it; leaves no transaction open."""
    at, session = now(), db.session()
    mine = (ApiAnswer.token_id == token_id, ApiAnswer.key == key)
    died = (ApiAnswer.status.is_(None), ApiAnswer.lease_until <= at)
    session.execute(delete(ApiAnswer).where(ApiAnswer.created_at <= at - KEPT))
    session.execute(delete(ApiAnswer).where(*mine, *died))
    known = session.scalar(select(ApiAnswer).where(*mine))
    if known is not None:
        session.expunge(known)
        session.commit()
        return known
    until = at + max(LEASE, timedelta(seconds=2 * runtime().config.request_seconds))
    session.add(ApiAnswer(token_id=token_id, key=key, digest=digest, created_at=at, lease_until=until))
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        raise _at_it() from None
    return None


def _again(known: ApiAnswer, digest: str) -> Response:
    if not hmac.compare_digest(known.digest, digest):
        raise Invalid(_("This Idempotency-Key was used for another request."))
    if known.status is None:
        raise _at_it()
    response = make_response(known.body, known.status)
    response.mimetype = "application/json"
    for line in known.headers:
        name, _colon, value = line.partition(": ")
        response.headers[name] = value
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _at_it() -> Conflict:
    return Conflict(_("A request with this Idempotency-Key is being worked on. Ask again in a moment."))


def _headers(response: Response) -> list[str]:
    return [f"{name}: {response.headers[name]}" for name in HEADERS if name in response.headers]


def _checked(key: str) -> str:
    if _KEY.fullmatch(key) is None:
        raise Invalid(_("An Idempotency-Key has 1 to 255 characters of ASCII, and no spaces."))
    return key


def _digest_of_request(asking: Caller) -> str:
    """Of method, address and body; of a form with files what they hold, as its boundary differs each time.

    And of the rights that came with it: a JWT may have fewer than its token, and is not told what that was told.
    """
    rights = " ".join(sorted(asking.scopes))
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n{asking.is_jwt} {rights}\n".encode())
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
