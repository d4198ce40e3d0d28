"""An owner at the desk, and the mail that the back office sends."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_mailman import EmailMessage
from sqlalchemy.orm import Session

from cms.accounts.models import User
from tests.browser import Browser
from tests.factories import Make


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
