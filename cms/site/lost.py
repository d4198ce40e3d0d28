"""Help for whoever came to an address where nothing is."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from cms.core.text import printable
from cms.extensions import db
from cms.posts.near import Near, near, words_in
from cms.web import now


@dataclass(frozen=True)
class Lost:
    """The words of the address, to search for, and what may have been meant."""

    words: str
    near: Sequence[Near]


def lost() -> Lost:
    """Asked by the page of the error alone, which is never kept."""
    path = printable(request.path)
    return Lost(words_in(path), near(db.session(), path, now()))
