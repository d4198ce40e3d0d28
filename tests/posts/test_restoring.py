"""Out of the trash: readers see again what they saw, as far as its time has not passed."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.errors import Conflict
from cms.posts import actions, queries
from cms.posts.lifecycle import DRAFT, PUBLISHED, PostMove
from cms.posts.models import Post, PostKind
from tests.factories import Make
from tests.posts.conftest import DAY, HOUR, MINUTE, Create, Publish, Save
from tests.posts.timelines import paths, shown, timeline


@pytest.fixture
def post(create: Create) -> Post:
    return create("Night ferry")


class Trash:
    """Puts away and brings back at the moments it is told."""

    def __init__(self, session: Session, editor: User) -> None:
        self.session, self.editor = session, editor

    def away(self, post: Post, at: datetime) -> None:
        actions.move_post(self.session, post, PostMove.TRASH, by=self.editor, at=at)

    def back(self, post: Post, at: datetime, by: User | None = None) -> None:
        actions.move_post(self.session, post, PostMove.RESTORE, by=by or self.editor, at=at)


@pytest.fixture
def trash(session: Session, editor: User) -> Trash:
    return Trash(session, editor)


def test_what_was_live_is_live_again_and_not_what_was_being_worked_on(
    session: Session, post: Post, publish: Publish, save: Save, trash: Trash, now: datetime
) -> None:
    publish(post, live_until=now + 5 * DAY)
    save(post, title="Night boat")
    trash.away(post, now + HOUR)

    trash.back(post, now + DAY)

    assert (post.status, post.title, post.published_at) == (PUBLISHED, "Night boat", now)
    assert timeline(session, post) == [
        ("Night ferry", now, now + HOUR),
        ("Night ferry", now + DAY, now + 5 * DAY),
    ]
    assert shown(session, post, now + DAY).published_at == now


def test_what_was_scheduled_is_scheduled_again_behind_what_was_live(
    session: Session, post: Post, publish: Publish, save: Save, trash: Trash, now: datetime
) -> None:
    publish(post)
    save(post, title="Night boat")
    publish(post, at=now + MINUTE, live_from=now + 3 * DAY)
    trash.away(post, now + HOUR)

    trash.back(post, now + DAY)

    assert timeline(session, post)[1:] == [
        ("Night ferry", now + DAY, now + 3 * DAY),
        ("Night boat", now + 3 * DAY, None),
    ]
    save(post, title="Night train")
    publish(post, at=now + 2 * DAY, live_from=now + 9 * DAY)
    assert timeline(session, post)[1:] == [
        ("Night ferry", now + DAY, now + 9 * DAY),
        ("Night train", now + 9 * DAY, None),
    ]


def test_a_time_that_came_while_it_lay_in_the_trash_has_come(
    session: Session, post: Post, publish: Publish, save: Save, trash: Trash, now: datetime
) -> None:
    publish(post)
    save(post, title="Night boat")
    publish(post, at=now + MINUTE, live_from=now + 3 * DAY)
    trash.away(post, now + HOUR)

    trash.back(post, now + 4 * DAY)

    assert timeline(session, post)[1:] == [("Night boat", now + 4 * DAY, None)]


def test_what_was_only_scheduled_has_its_date_again(
    session: Session, post: Post, publish: Publish, trash: Trash, now: datetime
) -> None:
    publish(post, live_from=now + 3 * DAY)
    trash.away(post, now + HOUR)

    trash.back(post, now + DAY)

    assert (post.status, post.published_at) == (PUBLISHED, now + 3 * DAY)
    assert timeline(session, post) == [("Night ferry", now + 3 * DAY, None)]


def test_what_would_have_ended_meanwhile_has_ended(
    session: Session, post: Post, publish: Publish, trash: Trash, now: datetime
) -> None:
    publish(post, live_until=now + DAY)
    trash.away(post, now + HOUR)

    trash.back(post, now + 2 * DAY)

    assert (post.status, timeline(session, post)) == (PUBLISHED, [("Night ferry", now, now + HOUR)])


def test_what_readers_never_saw_and_never_will_is_a_draft(
    session: Session, post: Post, publish: Publish, trash: Trash, now: datetime
) -> None:
    publish(post, live_from=now + DAY, live_until=now + 2 * DAY)
    trash.away(post, now + HOUR)

    trash.back(post, now + 3 * DAY)

    assert (post.status, post.published_at, timeline(session, post)) == (DRAFT, None, [])


@pytest.mark.parametrize("ended", [False, True])
def test_without_the_right_to_publish_it_comes_back_as_a_draft(
    session: Session, make: Make, publish: Publish, trash: Trash, now: datetime, ended: bool
) -> None:
    writer = make.contributor()
    post = make.post(author=writer, title="Night ferry")
    publish(post, live_until=now + MINUTE if ended else None)
    trash.away(post, now + HOUR)

    trash.back(post, now + DAY, by=writer)

    assert (post.status, post.trashed_at) == (DRAFT, None)
    assert shown(session, post, now + DAY) is None


def test_only_the_last_time_in_the_trash_counts(
    session: Session, post: Post, publish: Publish, trash: Trash, editor: User, now: datetime
) -> None:
    publish(post)
    trash.away(post, now + HOUR)
    trash.back(post, now + 2 * HOUR)
    actions.move_post(session, post, PostMove.UNPUBLISH, by=editor, at=now + 3 * HOUR)
    publish(post, at=now + 4 * HOUR, live_until=now + 5 * HOUR)
    trash.away(post, now + 6 * HOUR)

    trash.back(post, now + 7 * HOUR)

    assert shown(session, post, now + 7 * HOUR) is None


def test_a_post_that_an_import_put_in_the_trash_is_restored_without_a_record(make: Make, trash: Trash) -> None:
    post = make.post(trashed_at=make.at)

    trash.back(post, make.at + DAY)

    assert (post.status, post.trashed_at) == (DRAFT, None)


def test_an_address_taken_meanwhile_is_said_and_nothing_is_restored(
    session: Session, post: Post, create: Create, publish: Publish, save: Save, trash: Trash, now: datetime
) -> None:
    publish(post)
    save(post, slug="night-boat")
    trash.away(post, now + HOUR)
    other = create("Another ferry", slug="night-ferry", at=now + HOUR)
    publish(other, at=now + HOUR)
    session.commit()

    with pytest.raises(Conflict, match="“Another ferry” is published at /posts/night-ferry"):
        trash.back(post, now + DAY)
    session.rollback()
    post, other = (queries.get(session, one.id, viewer=trash.editor, for_update=True) for one in (post, other))

    assert post.is_trashed
    assert len(timeline(session, post)) == 1
    save(other, slug="another-ferry", at=now + DAY)
    publish(other, at=now + DAY)
    trash.back(post, now + 2 * DAY)
    assert shown(session, post, now + 2 * DAY).path == "/posts/night-ferry"


def test_pages_below_a_restored_page_move_with_it_as_they_would_have(
    session: Session, create: Create, publish: Publish, save: Save, trash: Trash, now: datetime
) -> None:
    about = create("About", kind=PostKind.PAGE)
    publish(about)
    team = create("Team", kind=PostKind.PAGE, parent_id=about.id)
    publish(team)
    save(about, slug="us")
    publish(about, at=now + MINUTE, live_from=now + 3 * DAY)

    trash.away(about, now + HOUR)
    assert paths(session, team) == [("/about/team", now, None)]
    trash.back(about, now + DAY)

    assert paths(session, team) == [("/about/team", now, now + 3 * DAY), ("/us/team", now + 3 * DAY, None)]


def test_a_restored_page_below_one_that_will_move_goes_on_there(
    session: Session, create: Create, publish: Publish, save: Save, trash: Trash, now: datetime
) -> None:
    about = create("About", kind=PostKind.PAGE)
    publish(about)
    team = create("Team", kind=PostKind.PAGE, parent_id=about.id)
    publish(team)
    save(team, title="People")
    publish(team, at=now + MINUTE, live_from=now + 2 * DAY)
    save(about, slug="us")
    publish(about, at=now + MINUTE, live_from=now + 3 * DAY)

    trash.away(team, now + HOUR)
    trash.back(team, now + DAY)

    assert timeline(session, team)[1:] == [
        ("Team", now + DAY, now + 2 * DAY),
        ("People", now + 2 * DAY, now + 3 * DAY),
        ("People", now + 3 * DAY, None),
    ]
    assert [path for path, *_times in paths(session, team)[2:]] == ["/about/team", "/us/team"]
