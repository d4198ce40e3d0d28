"""A test client that behaves like a program: a token in the header, JSON both ways, and no cookies."""

from collections.abc import Iterable
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms.accounts.models import User
from cms.core.keys import derived_key
from cms.tokens import actions
from cms.tokens.models import ApiToken
from cms.tokens.policy import TokenPolicy

BASE = "/api/v1"


class Program:
    """Asks the API, with a token or without one."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.app, self.token = app, token
        self.client = app.test_client(use_cookies=False)

    def ask(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = dict(options.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return self.client.open(f"{BASE}{path}", method=method, headers=headers, buffered=True, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.ask("GET", path, **options)

    def get_unkept(self, path: str, **options: Any) -> TestResponse:
        """As it is made: under another of its names, a site keeps nothing."""
        return self.get(path, base_url="http://127.0.0.1", **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.ask("POST", path, json={} if body is None else body, **options)

    def patch(self, path: str, body: Any, etag: str | None = None, **options: Any) -> TestResponse:
        headers = {"If-Match": etag} if etag else {}
        return self.ask("PATCH", path, json=body, headers=headers | options.pop("headers", {}), **options)

    def delete(self, path: str, etag: str | None = None) -> TestResponse:
        return self.ask("DELETE", path, headers={"If-Match": etag} if etag else {})

    def etag(self, path: str) -> str:
        """Of the desk's view, which is the one that changes."""
        return self.get(f"{path}?view=desk").headers["ETag"]


def give_token(
    app: Flask, session: Session, person: User, scopes: Iterable[str] | None = None, **options: Any
) -> tuple[ApiToken, str]:
    """A token with these rights, or with all that the person has."""
    granted = TokenPolicy(person).giveable() if scopes is None else list(scopes)
    key = derived_key(str(app.secret_key), "api tokens")
    with app.app_context():
        at = app.extensions["copydesk"].clock.now()
    values: dict[str, Any] = {"name": "Importer", "scopes": granted, "days": 7, "key": key, "by": person, "at": at}
    token, text = actions.create(session, **(values | options))
    session.commit()
    return token, text


def program_of(app: Flask, session: Session, person: User, scopes: Iterable[str] | None = None) -> Program:
    return Program(app, give_token(app, session, person, scopes)[1])


def ids(program: Program, path: str) -> list[int]:
    """Of what a list shows."""
    answer = program.get(path)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json["items"]]
