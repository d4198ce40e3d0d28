"""An editor at the desk, and a post that they may edit."""

import pytest
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.posts.models import Post
from tests.browser import Browser
from tests.factories import Make


@pytest.fixture
def writer(session: Session, make: Make) -> User:
    writer = make.editor()
    session.commit()
    return writer


@pytest.fixture
def desk(browser: Browser, writer: User) -> Browser:
    return browser.sign_in(writer)


@pytest.fixture
def post(session: Session, make: Make) -> Post:
    post = make.post(title="Low water", body="The ferry lies dry.")
    session.commit()
    return post
