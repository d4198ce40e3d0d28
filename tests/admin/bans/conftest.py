"""A moderator at the desk, and the bans there are."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.comments.models import Ban
from tests.browser import Browser
from tests.factories import Make

AREA = "/admin/bans/"


@pytest.fixture
def moderator(session: Session, make: Make) -> User:
    moderator = make.moderator()
    session.commit()
    return moderator


@pytest.fixture
def desk(browser: Browser, moderator: User) -> Browser:
    return browser.sign_in(moderator)


def all_of(session: Session) -> list[Ban]:
    found = list(session.scalars(select(Ban).order_by(Ban.id).execution_options(populate_existing=True)))
    session.commit()
    return found
