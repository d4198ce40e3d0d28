"""What readers may ask for one by one: a post at its address, where a post lives, who wrote, and what is gone."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.posts import actions, public, queries
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post
from cms.posts.public import Cursor
from tests.counting import counted
from tests.factories import Make
from tests.posts.conftest import DAY, HOUR, Create, Publish, Save


@pytest.fixture
def post(create: Create) -> Post:
    return create("Night ferry", body="It leaves at ten.", tags=["Sea"])


def test_a_post_is_at_its_address_while_it_is_live(
    session: Session, post: Post, publish: Publish, save: Save, now: datetime
) -> None:
    publish(post, live_from=now + HOUR, live_until=now + DAY)
    save(post, title="Night boat", slug="night-boat")

    found = public.at_path(session, "/posts/night-ferry", now + HOUR)
    assert found is not None
    assert (found.title, found.author.id, [tag.name for tag in found.tags]) == ("Night ferry", post.author_id, ["Sea"])
    assert public.at_path(session, "/posts/night-boat", now + HOUR) is None
    for before_or_after in (now, now + DAY):
        assert public.at_path(session, "/posts/night-ferry", before_or_after) is None


def test_an_address_that_no_post_can_have_is_not_even_looked_up(session: Session, post: Post, now: datetime) -> None:
    session.flush()

    with counted(session.get_bind()) as statements:
        assert public.at_path(session, "/" + "x" * 500, now) is None

    assert statements == []


def test_where_posts_live_is_told_of_those_that_are_live(
    session: Session, make: Make, publish: Publish, now: datetime
) -> None:
    live, page, ahead = make.post(slug="here"), make.page(slug="about"), make.post()
    publish(live)
    publish(page)
    publish(ahead, live_from=now + DAY)

    assert public.paths_of_posts(session, [live.id, page.id, ahead.id, 2**31 - 1], now) == {
        live.id: "/posts/here",
        page.id: "/about",
    }
    assert public.path_of_post(session, ahead.id, now) is None
    shown = public.page_of_post(session, page.id, now)
    assert shown is not None
    assert (shown.post_id, shown.path) == (page.id, "/about")
    assert public.page_of_post(session, ahead.id, now) is None


def test_gone_is_what_lies_in_the_trash_and_not_what_is_being_worked_on(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    trashed, draft = make.post(status=PUBLISHED), make.post()
    actions.move_post(session, trashed, PostMove.TRASH, by=editor, at=now)

    assert public.is_gone(session, trashed.id)
    assert not public.is_gone(session, draft.id)
    assert not public.is_gone(session, 2**31 - 1)


def test_an_authors_posts_are_those_that_readers_see_under_their_name(
    session: Session, make: Make, publish: Publish, save: Save, now: datetime
) -> None:
    first, second = make.author(), make.author()
    post = make.post(author=first, status=PUBLISHED)
    save(post, author_id=second.id)

    def titles(username: str, at: datetime) -> list[str]:
        person = public.author_named(session, username)
        assert person is not None
        return [shown.title for shown in public.newest(session, at, most=5, among=public.by_author(person)).editions]

    assert (titles(first.username, now), titles(second.username, now)) == ([post.title], [])
    publish(post, at=now + HOUR)
    assert (titles(first.username, now + HOUR), titles(second.username, now + HOUR)) == ([], [post.title])
    assert public.author_named(session, "nobody") is None


def test_a_month_knows_the_posts_before_and_after_it(
    session: Session, make: Make, publish: Publish, now: datetime
) -> None:
    times = [datetime(2026, month, 10, tzinfo=UTC) for month in (1, 3, 6)]
    for published_at in times:
        publish(make.post(published_at=published_at), at=datetime(2026, 12, 1, tzinfo=UTC))
    at, march, april = (datetime(2026, month, 1, tzinfo=UTC) for month in (12, 3, 4))

    [found] = public.newest(session, at, most=5, between=(march, april)).editions
    assert found.published_at == times[1]
    assert public.months_around(session, march, april, at) == (times[0], times[2])
    assert public.months_around(session, times[0], times[2] + DAY, at) == (None, None)


def test_words_are_found_in_what_one_may_read_and_in_what_readers_see(
    session: Session, make: Make, post: Post, publish: Publish, save: Save, editor: User, now: datetime
) -> None:
    publish(post)
    save(post, body="It leaves at eleven.")

    def found(words: str, viewer: User | None) -> list[int] | None:
        """As named by the index, and asked post by post as where there are too many to name."""
        asked = queries.has_words(session, words, Post.id, viewer=viewer, at=now)
        named = queries.about(session, words, viewer=viewer, at=now, most=10)
        assert named == list(session.scalars(select(Post.id).where(asked)))
        return named

    assert found("eleven", editor) == found("ten", editor) == found("ten", None) == [post.id]
    assert found("eleven", None) == found("eleven", make.contributor()) == []
    assert queries.about(session, "eleven", viewer=editor, at=now, most=0) is None


@pytest.mark.parametrize("text", ["f" * 15 + "-1", "1-ffffffff"])
def test_a_cursor_beyond_all_time_and_all_rows_is_none(text: str) -> None:
    assert Cursor.read(text) is None
