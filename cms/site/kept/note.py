"""What a view tells of the page that is being made to whoever will keep it."""

from dataclasses import dataclass

from flask import request

KEY = "copydesk.kept"


@dataclass
class Note:
    """`is_same_for_all`: the answer may be kept; `post_id`: what is read with it."""

    is_same_for_all: bool = False
    post_id: int | None = None


def note() -> Note | None:
    """None where nobody is about to keep this answer."""
    found: Note | None = request.environ.get(KEY)
    return found
