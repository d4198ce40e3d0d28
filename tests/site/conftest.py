"""A reader with a browser, and a site to read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Post
from cms.settings.models import SettingValue
from tests.factories import Make


@pytest.fixture
def publish(make: Make) -> Callable[..., Post]:
    """A live post."""
    return lambda **values: make.post(status=PUBLISHED, **values)


@pytest.fixture
def decide(session: Session, now: datetime) -> Callable[..., None]:
    """Change settings, as an owner would."""

    def _decide(**values: Any) -> None:
        for key, value in values.items():
            session.add(SettingValue(key=key, value=value, updated_at=now))
        session.flush()

    return _decide
