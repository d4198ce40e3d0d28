"""A test client that behaves like a person: it signs in through the form and sends the token with every form."""

import hashlib
import os
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from cms.web.worker import drain
from tests.factories import PASSWORD


class Browser:
    """One browser with its cookies."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()

    def get(self, url: str, **options: Any) -> TestResponse:
        """Reads the whole answer, as a browser does: a streamed one keeps its request open until then."""
        return self.client.get(url, buffered=True, **options)

    def get_unkept(self, url: str) -> TestResponse:
        """The page as it is made: under another of its names, a site keeps nothing."""
        return self.get(url, base_url="http://127.0.0.1")

    def post(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """With a valid token; `client.post` is for leaving it out."""
        options.setdefault("method", "POST")
        answer = self.client.open(url, data={"csrf_token": self.token()} | (data or {}), **options)
        drain(self.app)  # as the worker of a site that is served does within a second
        return answer

    def token(self) -> str:
        """As a form of this browser's session would carry it."""
        with self.client.session_transaction() as session:
            session.setdefault("csrf_token", hashlib.sha256(os.urandom(32)).hexdigest())
            return URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(session["csrf_token"])

    def sign_in(self, user: Any, password: str = PASSWORD) -> "Browser":
        """Through the form, as a person does."""
        response = self.post("/login", {"email": user.email, "password": password})
        assert response.status_code == 302, response.get_data(as_text=True)[:2000]
        return self

    def sign_out(self) -> None:
        self.post("/logout")
