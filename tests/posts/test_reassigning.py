"""Giving the posts of one person to another: readers see the new author, now and ever after."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.errors import NotAllowed
from cms.posts import actions, queries
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Edition, Post
from tests.accounts.events import events
from tests.factories import Make
from tests.posts.conftest import DAY, HOUR, Publish, Save
from tests.posts.timelines import editions


@pytest.fixture
def leaver(make: Make) -> User:
    return make.author()


@pytest.fixture
def heir(make: Make) -> User:
    return make.author()


def authors(session: Session, post: Post) -> list[int]:
    return [edition.author_id for edition in editions(session, post)]


def test_every_post_goes_to_the_other_with_what_readers_see_of_it(
    session: Session, make: Make, leaver: User, heir: User, editor: User, now: datetime
) -> None:
    live, draft = make.post(author=leaver, status=PUBLISHED), make.page(author=leaver)
    trashed, foreign = make.post(author=leaver, trashed_at=now), make.post(status=PUBLISHED)
    theirs = foreign.author_id

    assert actions.reassign(session, leaver, heir, by=editor, at=now) == 3

    assert [post.author_id for post in (live, draft, trashed)] == [heir.id] * 3
    assert authors(session, live) == [heir.id]
    assert (foreign.author_id, authors(session, foreign)) == (theirs, [theirs])
    shown = session.scalars(select(Edition.id).where(Edition.post_id == live.id)).one()
    assert [(event.verb, event.subject_id, event.changes) for event in events(session)] == [
        ("post.reassign", live.id, {"author_id": [leaver.id, heir.id], "signed": [[shown], []]}),
        ("page.reassign", draft.id, {"author_id": [leaver.id, heir.id], "signed": [[], []]}),
        ("post.reassign", trashed.id, {"author_id": [leaver.id, heir.id], "signed": [[], []]}),
    ]


def test_publishing_again_does_not_bring_the_old_author_back(
    session: Session, make: Make, leaver: User, heir: User, editor: User, publish: Publish, now: datetime
) -> None:
    post = make.post(author=leaver, status=PUBLISHED)
    actions.reassign(session, leaver, heir, by=editor, at=now)

    publish(post, at=now + HOUR)

    assert authors(session, post) == [heir.id, heir.id]


def test_neither_does_the_trash_nor_an_older_version(
    session: Session, make: Make, leaver: User, heir: User, editor: User, save: Save, now: datetime
) -> None:
    post = make.post(author=leaver, status=PUBLISHED, title="Night ferry")
    save(post, title="Night boat")
    actions.move_post(session, post, PostMove.TRASH, by=editor, at=now + HOUR)
    actions.reassign(session, leaver, heir, by=editor, at=now + HOUR)
    leaver.active = False

    actions.move_post(session, post, PostMove.RESTORE, by=editor, at=now + DAY)
    first = queries.revision(session, post, 1)
    actions.bring_back(session, post, first, by=editor, at=now + DAY)

    assert (post.title, post.author_id) == ("Night ferry", heir.id)
    assert authors(session, post) == [heir.id, heir.id]


def test_it_needs_the_right_to_edit_everybodys_posts(
    session: Session, make: Make, leaver: User, heir: User, now: datetime
) -> None:
    post = make.post(author=leaver)

    with pytest.raises(NotAllowed):
        actions.reassign(session, leaver, heir, by=leaver, at=now)

    assert post.author_id == leaver.id
    assert events(session) == []
