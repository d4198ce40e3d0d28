"""The moves of a post: each checks who and from where, changes what readers see, and is recorded."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.models import Batch, Event
from cms.core.errors import Conflict, NotAllowed
from cms.posts import actions
from cms.posts.lifecycle import ARCHIVED, DRAFT, IN_REVIEW, POST_LIFE, PUBLISHED, PostMove, PostStatus
from cms.posts.models import Post
from tests.accounts.events import events
from tests.factories import Make
from tests.posts.conftest import DAY, HOUR, MINUTE, Create, Publish, Save
from tests.posts.timelines import timeline

SUBMIT, SEND_BACK, PUBLISH, UNPUBLISH, ARCHIVE, RESTORE, TRASH = PostMove
MovePost = Callable[..., None]


@pytest.fixture
def move(session: Session, editor: User, now: datetime) -> MovePost:
    def _move(post: Post, move: PostMove, *, by: User = editor, at: datetime = now + HOUR, note: str = "") -> None:
        actions.move_post(session, post, move, by=by, at=at, note=note)

    return _move


@pytest.mark.parametrize("move_name", POST_LIFE.table)
@pytest.mark.parametrize("status", PostStatus)
def test_a_move_goes_where_the_table_says_and_is_recorded_or_changes_nothing(
    session: Session, make: Make, move: MovePost, editor: User, now: datetime, status: PostStatus, move_name: PostMove
) -> None:
    post = make.post(status=status)

    if move_name not in POST_LIFE.moves_from(status):
        with pytest.raises(Conflict):
            move(post, move_name)
        assert (post.status, post.updated_at) == (status, now)
        assert events(session) == []
        return
    move(post, move_name)

    _starts, end = POST_LIFE.table[move_name]
    assert (post.status, post.updated_at) == (end, now + HOUR)
    [event] = events(session)
    assert (event.verb, event.subject_id, event.actor_id) == (f"post.{move_name}", post.id, editor.id)
    assert event.changes.get("status", [end, end]) == [status, end]


def test_a_writer_hands_in_and_an_editor_sends_back_with_a_note(
    session: Session, make: Make, move: MovePost, editor: User, now: datetime
) -> None:
    writer = make.contributor()
    post = make.post(author=writer)

    move(post, SUBMIT, by=writer)
    assert post.status is IN_REVIEW
    move(post, SEND_BACK, note="The second part needs a source.")
    assert post.status is DRAFT

    submitted, sent_back = events(session)
    assert (submitted.actor_id, sent_back.actor_id) == (writer.id, editor.id)
    assert submitted.changes == {"status": ["draft", "in_review"]}
    assert sent_back.changes == {
        "status": ["in_review", "draft"],
        "note": [None, "The second part needs a source."],
    }


@pytest.mark.parametrize("refused", [SUBMIT, PUBLISH, ARCHIVE, TRASH])
def test_who_may_not_move_a_post_leaves_no_trace(
    session: Session, make: Make, move: MovePost, refused: PostMove
) -> None:
    post = make.post()

    for person in (make.author(), make.contributor(), make.moderator(), make.user()):
        with pytest.raises(NotAllowed):
            move(post, refused, by=person)
    assert (post.status, post.trashed_at) == (DRAFT, None)
    assert events(session) == []


def test_a_move_of_many_is_marked_with_its_batch(session: Session, make: Make, editor: User, now: datetime) -> None:
    batch = Batch(area="posts", action="publish", actor_id=editor.id, at=now)
    session.add(batch)
    session.flush()

    for name in (PUBLISH, ARCHIVE):
        actions.move_post(session, make.post(), name, by=editor, at=now, batch_id=batch.id)

    assert session.scalar(select(func.count()).select_from(Event).where(Event.batch_id == batch.id)) == 2


@pytest.mark.parametrize("away", [UNPUBLISH, ARCHIVE, TRASH])
def test_what_is_taken_back_is_gone_from_readers_at_once_with_all_that_was_scheduled(
    session: Session, create: Create, save: Save, publish: Publish, move: MovePost, now: datetime, away: PostMove
) -> None:
    post = create("Night ferry")
    publish(post)
    save(post, title="Night boat")
    publish(post, at=now + MINUTE, live_from=now + DAY)

    move(post, away)

    assert timeline(session, post) == [("Night ferry", now, now + HOUR)]
    assert post.published_at == now
    event = events(session)[-1]
    assert [len(side) for side in event.changes["editions"]] == [2, 0]


@pytest.mark.parametrize("away", [UNPUBLISH, ARCHIVE, TRASH])
def test_what_never_went_live_has_no_date_of_its_own(
    session: Session, create: Create, publish: Publish, move: MovePost, now: datetime, away: PostMove
) -> None:
    post = create("Night ferry")
    publish(post, live_from=now + DAY)
    assert post.published_at == now + DAY

    move(post, away)
    assert (post.published_at, timeline(session, post)) == (None, [])
    if away is not UNPUBLISH:
        move(post, RESTORE)
    edition = publish(post, at=now + 5 * DAY)

    assert edition.published_at == post.published_at == (now + DAY if away is TRASH else now + 5 * DAY)


def test_taking_a_post_back_in_the_microsecond_of_its_publication_is_no_clash(
    session: Session, create: Create, publish: Publish, move: MovePost, now: datetime
) -> None:
    post = create("Night ferry")
    publish(post)

    move(post, UNPUBLISH, at=now)

    [(_title, start, end)] = timeline(session, post)
    assert start == now
    assert end > now


def test_an_archived_post_comes_back_as_a_draft(make: Make, move: MovePost) -> None:
    post = make.post(status=PUBLISHED)

    move(post, ARCHIVE)
    assert post.status is ARCHIVED
    move(post, RESTORE)

    assert post.status is DRAFT


def test_nothing_in_the_trash_is_moved_or_published_before_it_is_restored(
    session: Session, make: Make, move: MovePost, publish: Publish, now: datetime
) -> None:
    post = make.post()
    move(post, TRASH)

    for refused in set(PostMove) - {RESTORE, SEND_BACK, UNPUBLISH}:
        with pytest.raises(Conflict, match="in the trash"):
            move(post, refused)
    with pytest.raises(Conflict, match="in the trash"):
        publish(post)
    assert (post.status, post.trashed_at, timeline(session, post)) == (DRAFT, now + HOUR, [])


@pytest.mark.parametrize("status", [DRAFT, IN_REVIEW, ARCHIVED])
def test_out_of_the_trash_a_post_is_where_it_was(
    session: Session, make: Make, move: MovePost, status: PostStatus
) -> None:
    post = make.post(status=status)

    move(post, TRASH)
    assert post.status is status
    move(post, RESTORE)

    assert (post.status, post.trashed_at) == (status, None)
    assert [event.verb for event in events(session)] == ["post.trash", "post.restore"]
    assert events(session)[-1].changes["trashed_at"][1] is None
