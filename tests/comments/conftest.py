"""A live post, whoever comments on it, and whoever bans them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import last_recorded
from cms.audit.models import Event
from cms.comments import actions, bans
from cms.comments.arrival import Arrival
from cms.comments.bans import Wanted
from cms.comments.fields import checked
from cms.comments.models import Ban, Comment
from cms.comments.reasons import Reason
from cms.comments.senders import Sender
from cms.posts import public
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Post
from cms.settings.queries import SiteSettings
from tests.factories import Make

HOUR = timedelta(hours=1)
Send = Callable[..., Comment]
MakeBan = Callable[..., Ban]


@pytest.fixture
def writer(make: Make) -> User:
    return make.author()


@pytest.fixture
def post(make: Make, writer: User) -> Post:
    return make.post(status=PUBLISHED, author=writer)


@pytest.fixture
def send(session: Session, post: Post, now: datetime) -> Send:
    """Send a comment an hour after the post went live."""

    def _send(
        body: str = "I drove the harbour bus.",
        *,
        name: str = "Rafe",
        email: str = "rafe@example.com",
        address: str = "192.0.2.7",
        by: User | None = None,
        at: datetime = now + HOUR,
        rules: dict[str, Any] | None = None,
        parent_id: int | None = None,
        noticed: tuple[Reason, ...] = (),
        on: Post = post,
    ) -> Comment:
        edition = public.page_of_post(session, on.id, at)
        assert edition is not None
        draft = checked(body=body, name=name, email=email, is_member=by is not None)
        arrival = Arrival(edition, draft, Sender(address, "secret"), SiteSettings(rules or {}), parent_id, noticed)
        return actions.submit(session, arrival, by=by, at=at)

    return _send


@pytest.fixture
def moderator(make: Make) -> User:
    return make.moderator()


@pytest.fixture
def ban(session: Session, moderator: User, now: datetime) -> MakeBan:
    """By the moderator."""

    def made(by: User | None = None, **wanted: Any) -> Ban:
        return bans.create(session, Wanted(**wanted), by=by or moderator, at=now)

    return made


def last_event(session: Session) -> Event:
    event = last_recorded(session)
    assert event is not None
    session.flush()
    return event
