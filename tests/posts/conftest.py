"""People at work on posts, and what they ask of the domain again and again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.posts import actions
from cms.posts.models import Edition, Post, PostKind, Revision
from tests.accounts.conftest import AtOnce, at_once
from tests.factories import Make

__all__ = ["AtOnce", "Create", "Publish", "Save", "at_once"]

Create = Callable[..., Post]
Publish = Callable[..., Edition]
Save = Callable[..., Revision | None]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def editor(make: Make) -> User:
    return make.editor()


@pytest.fixture
def create(session: Session, editor: User, now: datetime) -> Create:
    """A draft of the editor's, unless somebody else is named: `create("Title", body=…)`."""

    def _create(
        title: str | None = None,
        *,
        kind: PostKind = PostKind.POST,
        by: User = editor,
        at: datetime = now,
        **changes: Any,
    ) -> Post:
        given = changes if title is None else {"title": title} | changes
        return actions.create(session, kind, given, by=by, at=at)

    return _create


@pytest.fixture
def save(session: Session, editor: User, now: datetime) -> Save:
    """Save a few fields against the newest version, or against `base`."""

    def _save(
        post: Post,
        *,
        by: User = editor,
        at: datetime = now + MINUTE,
        base: int | None = None,
        note: str = "",
        **changes: Any,
    ) -> Revision | None:
        base_version = post.version if base is None else base
        return actions.save(session, post, changes, base_version=base_version, by=by, at=at, note=note)

    return _save


@pytest.fixture
def publish(session: Session, editor: User, now: datetime) -> Publish:
    """Publish the working text at once, or as `live_from` and `live_until` say."""

    def _publish(post: Post, *, by: User = editor, at: datetime = now, **times: datetime | None) -> Edition:
        return actions.publish(session, post, by=by, at=at, **times)

    return _publish
