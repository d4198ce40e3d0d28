"""An owner at the desk, and the mail that the back office sends."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_mailman import EmailMessage
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.media import actions
from cms.media.models import Media
from cms.web import runtime
from tests.admin.tags import Desk
from tests.browser import Browser
from tests.factories import Make
from tests.media import files


@pytest.fixture
def outbox(app: Flask) -> Iterator[list[EmailMessage]]:
    state = app.extensions["mailman"]
    state.outbox = []
    yield state.outbox
    state.outbox = []


@pytest.fixture
def owner(session: Session, make: Make) -> User:
    owner = make.owner()
    session.commit()
    return owner


@pytest.fixture
def desk(browser: Browser, owner: User) -> Browser:
    return browser.sign_in(owner)


@pytest.fixture
def editors_desk(browser: Browser, session: Session, make: Make) -> Desk:
    """An editor at the desk, for tests that hold on to rows between requests."""
    person = make.editor()
    session.commit()
    return Desk(person, browser.sign_in(person), session)


@pytest.fixture
def stored(browser, session, make):
    """An image that lies in the storage."""
    with browser.app.app_context():
        url = runtime().config.storage_url

    def store(by: Any = None, size: tuple[int, int] = (100, 60)) -> Media:
        prepared = actions.prepare(files.image(size=size), "ferry.png", storage_url=url)
        media = actions.add(session, prepared, by=by or make.author(), at=make.at, alt="A ferry")
        session.commit()
        return media

    return store
