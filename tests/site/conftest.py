"""A reader with a browser, and a site to read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Post
from cms.settings.models import SettingValue
from tests.browser import Browser
from tests.factories import Make
from tests.site.commenting import FORM, STAMP, WORDS, Send

Decide = Callable[..., None]


@pytest.fixture
def publish(make: Make) -> Callable[..., Post]:
    """A live post."""
    return lambda **values: make.post(status=PUBLISHED, **values)


@pytest.fixture
def decide(session: Session, now: datetime) -> Decide:
    """Change settings, as an owner would."""

    def _decide(**values: Any) -> None:
        for key, value in values.items():
            session.add(SettingValue(key=key, value=value, updated_at=now))
        session.flush()

    return _decide


@pytest.fixture
def post(session: Session, make: Make) -> Post:
    """The one to comment on."""
    post = make.post(slug="it", title="The tide clock", status=PUBLISHED)
    session.commit()
    return post


@pytest.fixture
def send(browser: Browser, post: Post) -> Send:
    """Open the form and send it, as somebody without an account."""

    def _send(headers: dict[str, str] | None = None, *, url: str = FORM, **values: str) -> TestResponse:
        page = browser.get(url).get_data(as_text=True)
        stamp = STAMP.search(page)
        given = {"name": "Rafe", "email": "rafe@example.com", "body": WORDS, "csrf_token": stamp[1] if stamp else ""}
        return browser.client.post(url, data=given | values, headers=headers)

    return _send
