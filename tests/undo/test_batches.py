"""A bulk goes back as one: row by row, the last first, in chunks, each refusal the row's own."""

import pytest
from sqlalchemy import select

from cms.accounts.models import User
from cms.audit.batches import DONE, RowResult, begin_batch, end_batch, results_of
from cms.audit.models import Batch, BatchState, Event
from cms.audit.undo import begin_undo, may_undo_batch, undo_chunk
from cms.core.errors import Conflict
from cms.core.permissions import Permission
from cms.posts import actions as posts
from cms.posts import queries
from cms.posts.lifecycle import PostMove
from cms.posts.models import Post
from tests.undo.acts import World, save
from tests.undo.snapshots import differences, snapshot


def published(world: World, ids: list[int], by: User | None = None) -> Batch:
    at = world.later()["at"]
    batch = begin_batch(world.session, "posts", "publish", by=by or world.owner, at=at)
    for post_id in ids:
        post = queries.get(world.session, post_id, viewer=world.owner)
        posts.move_post(world.session, post, PostMove.PUBLISH, by=by or world.owner, at=at, batch_id=batch.id)
    end_batch(world.session, batch, [RowResult(post_id, f"Post {post_id}", DONE) for post_id in ids])
    world.session.commit()
    return batch


def undone_in_chunks(
    world: World, batch: Batch, *, by: User | None = None, chunk: int = 100
) -> tuple[Batch, list[int]]:
    """The batch that takes another one back, and how many events were undone after each commit."""
    act = world.later() | ({"by": by} if by else {})
    made, undone = begin_undo(world.session, batch, **act), []
    while made.state is BatchState.RUNNING:
        undo_chunk(world.session, made, chunk=chunk, **act)
        world.session.commit()
        undone.append(len(world.session.scalars(select(Event.id).where(Event.undoes_id.is_not(None))).all()))
    return made, undone


def undo_batch(world: World, batch: Batch, *, by: User | None = None) -> Batch:
    return undone_in_chunks(world, batch, by=by)[0]


def statuses(world: World) -> list[str]:
    world.session.expire_all()
    return [str(status) for status in world.session.scalars(select(Post.status).order_by(Post.id))]


def test_all_rows_are_as_before_and_each_chunk_is_a_commit(world: World) -> None:
    ids = [world.make.post().id for _number in range(7)]
    world.session.commit()
    before = snapshot(world.session)
    batch = published(world, ids)

    made, commits = undone_in_chunks(world, batch, chunk=3)

    assert differences(before, snapshot(world.session)) == []
    assert commits == [3, 6, 7]
    assert (made.done, made.skipped, made.refused, made.state) == (7, 0, 0, BatchState.DONE)
    assert (made.area, made.action, made.parameters["undoes"]) == ("posts", "undo", batch.id)
    assert [row.row_id for row in results_of(made)] == ids[::-1]
    assert {row.label for row in results_of(made)} == {f"Post {post_id}" for post_id in ids}
    assert not may_undo_batch(world.session, batch, by=world.owner)


def test_a_row_that_changed_since_is_told_and_the_others_go_back(world: World) -> None:
    ids = [world.make.post().id for _number in range(3)]
    batch = published(world, ids)
    changed = queries.get(world.session, ids[1], viewer=world.owner)
    save(world, changed, title="Newer")
    posts.move_post(world.session, changed, PostMove.PUBLISH, **world.later())
    world.session.commit()

    made = undo_batch(world, batch)

    assert statuses(world) == ["draft", "published", "draft"]
    assert (made.done, made.skipped, made.refused) == (2, 1, 0)
    told = results_of(made)[0]
    assert (told.row_id, told.outcome) == (ids[1], "skipped")
    assert "Shown to readers" in told.reason


def test_a_row_that_this_person_may_not_touch_is_refused_alone(world: World) -> None:
    author = world.make.author()
    own, other = world.make.post(author=author).id, world.make.post().id
    batch = published(world, [own, other])
    undoer = world.make.user("author", world.make.role(Permission.AUDIT_UNDO))
    post = world.session.get_one(Post, own)
    post.author_id = undoer.id
    world.session.commit()

    made = undo_batch(world, batch, by=undoer)

    assert statuses(world) == ["draft", "published"]
    assert (made.done, made.skipped, made.refused) == (1, 0, 1)
    assert "Publish posts" in results_of(made)[0].reason


def test_an_undone_bulk_can_be_done_again(world: World) -> None:
    ids = [world.make.post().id for _number in range(3)]
    batch = published(world, ids)
    undone = undo_batch(world, batch)

    again = undo_batch(world, undone)

    assert again.done == 3
    assert statuses(world) == ["published"] * 3


def test_undoing_twice_changes_nothing_more(world: World) -> None:
    batch = published(world, [world.make.post().id])
    undo_batch(world, batch)

    made = undo_batch(world, batch)

    assert (made.done, made.skipped) == (0, 1)
    assert "undone already" in results_of(made)[0].reason


def test_a_bulk_that_changed_nothing_has_nothing_to_undo(world: World) -> None:
    batch = begin_batch(world.session, "posts", "publish", **world.later())

    with pytest.raises(Conflict, match="nothing to undo"):
        undo_batch(world, batch)


def test_what_still_runs_is_stopped_before_it_is_taken_back(world: World) -> None:
    """Else rows that it does meanwhile would be passed over."""
    batch = begin_batch(world.session, "posts", "publish", by=world.owner, at=world.at)
    post = world.make.post()
    posts.move_post(world.session, post, PostMove.PUBLISH, by=world.owner, at=world.at, batch_id=batch.id)

    with pytest.raises(Conflict, match="still running"):
        begin_undo(world.session, batch, **world.later())
