"""What is told to the layer that keeps whole answers in front of Flask, by those who make them.

It stands with the public site, which knows nothing of the API: so both meet here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, request

from cms.web.rates import Account

KEY, REGISTRY = "copydesk.kept", "copydesk_kept_for_programs"


@dataclass
class Note:
    """`is_same_for_all`: the answer may be kept; `post_id`: what is read with it."""

    is_same_for_all: bool = False
    post_id: int | None = None


@dataclass(frozen=True)
class ForPrograms:
    """What strangers may ask of the API: by endpoint, all parameters that it knows, each of which makes another answer.

    `count` is asked before each answer, with the address of whoever asks: None where they are not counted.
    """

    parameters: Mapping[str, frozenset[str]]
    count: Callable[[str, datetime], Account | None]


def note() -> Note | None:
    """None where nobody is about to keep this answer."""
    found: Note | None = request.environ.get(KEY)
    return found


def declare(app: Flask, answers: ForPrograms) -> None:
    app.extensions[REGISTRY] = answers


def for_programs(app: Flask) -> ForPrograms | None:
    """None until somebody said what may be kept."""
    found: ForPrograms | None = app.extensions.get(REGISTRY)
    return found
