"""Programs that change posts by the API and read them back."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select

from bench.installation import OWNER, Installation
from cms import create_app
from cms.accounts.models import User
from cms.core.permissions import Permission
from cms.extensions import db
from cms.tokens import actions
from cms.web import now
from cms.web.callers import token_key

TIMEOUT_SECONDS = 60
RIGHTS = (Permission.POST_VIEW, Permission.POST_EDIT, Permission.POST_PUBLISH)


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


def ask(base: str, path: str, *more: Any) -> Answer:
    """Over a new connection, so that any of the workers may be met; `more` as `send` takes it."""
    place = urlsplit(base)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=TIMEOUT_SECONDS)
    try:
        send(connection, path, *more)
        return received(connection)
    finally:
        connection.close()


def send(
    connection: HTTPConnection, path: str, method: str = "GET", headers: dict[str, str] | None = None, told: Any = None
) -> None:
    """A connection that breaks raises OSError, here or when the answer is read."""
    body = None if told is None else json.dumps(told)
    kind = {} if body is None else {"Content-Type": "application/json"}
    connection.request(method, path, body, {**(headers or {}), **kind})


def received(connection: HTTPConnection) -> Answer:
    """Whole, so that the connection may be used again."""
    answer = connection.getresponse()
    return Answer(answer.status, answer.read())


@contextmanager
def application(one: Installation) -> Iterator[Flask]:
    """In this process, beside the one that is served."""
    with patch.dict(os.environ, one.settings):
        app = create_app(one.settings["CMS_ENV"])
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def token_of_owner(one: Installation) -> str:
    """One that may publish, for a day's work."""
    with application(one):
        session = db.session()
        owner = session.scalars(select(User).where(User.email == OWNER)).one()
        _row, text = actions.create(
            session, name="Bench", scopes=[*RIGHTS], days=actions.LASTS[0], key=token_key(), by=owner, at=now()
        )
        session.commit()
        return text


class Writer:
    """Changes posts in the name of the owner; `ask` takes a path and what `send` takes."""

    def __init__(self, ask: Callable[..., Answer], token: str) -> None:
        self._ask, self._headers = ask, {"Authorization": f"Bearer {token}"}

    def publish(self, post: int, title: str) -> list[int]:
        """Saves and publishes; the statuses of both."""
        path = f"/api/v1/posts/{post}"
        saved = self._ask(path, "PATCH", {**self._headers, "If-Match": "*"}, {"title": title})
        moved = self._ask(f"{path}/moves/publish", "POST", self._headers, {})
        return [saved.status, moved.status]

    def schedule(self, post: int, live_from: str) -> list[int]:
        """Publishes the working text from a later moment on."""
        path = f"/api/v1/posts/{post}/moves/publish"
        return [self._ask(path, "POST", self._headers, {"live_from": live_from}).status]
