"""What makes a form safe without a session: a signed stamp of when and for whom it was made, and where it came from.

Other sites can neither make a stamp nor read one that was made for a member; browsers say where a form was sent from.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import current_app, request
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from cms.web.origins import is_ours

DAY = 24 * 60 * 60
#: Nobody reads a form, writes a comment and sends it in less time than this.
HASTY = timedelta(seconds=3)


class BadStamp(Exception):
    """No stamp, somebody else's, or one that this site did not make."""


class OldStamp(BadStamp):
    """A stamp of ours, made more than a day ago."""


@dataclass(frozen=True)
class Stamp:
    """A stamp that holds."""

    text: str
    age: timedelta

    @property
    def is_hasty(self) -> bool:
        return self.age < HASTY


def make(post_id: int, user_id: int | None) -> str:
    """For the form of one post, and of one member or any guest."""
    return make_for("comment form", [post_id, user_id or 0])


def read(text: str, post_id: int, user_id: int | None) -> Stamp:
    """Raises BadStamp, or OldStamp where a fresh one is all that is missing."""
    return read_for("comment form", text, [post_id, user_id or 0])


def make_for(purpose: str, values: list[int]) -> str:
    return _serializer(purpose).dumps(values)


def read_for(purpose: str, text: str, expected: list[int]) -> Stamp:
    """As `read`, of any form."""
    try:
        values, made_at = _serializer(purpose).loads(text, max_age=DAY, return_timestamp=True)
    except SignatureExpired as error:
        raise OldStamp from error
    except BadSignature as error:
        raise BadStamp from error
    if values != expected:
        raise BadStamp
    return Stamp(text, datetime.now(UTC) - made_at)


def receipt_of(comment_id: int) -> str:
    """Lets whoever sent a comment look at it for a day."""
    return _serializer("comment receipt").dumps(comment_id)


def read_receipt(text: str) -> int | None:
    """The comment of a receipt; None where it is forged or too old."""
    try:
        comment_id: int = _serializer("comment receipt").loads(text, max_age=DAY)
    except BadSignature:
        return None
    return comment_id


def is_from_here() -> bool:
    """Whether the browser says that this form was sent from this site; what says nothing at all is no browser."""
    source = request.headers.get("Origin") or request.headers.get("Referer")
    if not source:
        return True
    return is_ours(source)


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=f"copydesk {purpose}")
