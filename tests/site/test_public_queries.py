"""What is public at a moment, in which order, and at what cost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.core.db import MAX_ID
from cms.posts import actions, around, public
from cms.posts.actions import editions
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post
from cms.posts.public import Cursor
from tests.counting import counted
from tests.factories import Make
from tests.plans import plans

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Publish = Callable[..., Post]


def walk(session: Session, at: datetime, most: int) -> list[int]:
    """Ids of all posts, page by page."""
    seen: list[int] = []
    before: Cursor | None = None
    while True:
        listing = public.newest(session, at, most=most, before=before)
        seen += [edition.post_id for edition in listing.editions]
        if listing.older is None:
            return seen
        before = Cursor.read(str(listing.older))


@pytest.mark.parametrize("most", [1, 2, 3, 7, 8])
def test_pages_of_any_size_show_every_post_once_the_newest_first(
    session: Session, publish: Publish, now: datetime, most: int
) -> None:
    hours = [0, 1, 1, 2, 2, 2, 3]
    posts = [publish(published_at=now - HOUR * hour) for hour in hours]

    expected = sorted(posts, key=lambda post: (post.published_at, post.id), reverse=True)
    assert walk(session, now, most) == [post.id for post in expected]


def test_only_what_is_live_is_listed(session: Session, make: Make, publish: Publish, now: datetime) -> None:
    editor, live = make.editor(), publish()
    make.post()
    make.page(status=PUBLISHED)
    scheduled, expiring, trashed = make.post(), make.post(), publish()
    actions.publish(session, scheduled, by=editor, at=now, live_from=now + HOUR)
    actions.publish(session, expiring, by=editor, at=now, live_until=now + HOUR)
    actions.move_post(session, trashed, PostMove.TRASH, by=editor, at=now + HOUR / 4)

    def listed(at: datetime) -> set[int]:
        return {edition.post_id for edition in public.newest(session, at, most=10).editions}

    assert listed(now - HOUR) == set()
    assert listed(now + HOUR / 2) == {live.id, expiring.id}
    assert listed(now + HOUR) == {live.id, scheduled.id}


def test_lists_begin_at_today_however_much_is_scheduled(engine: Engine, session: Session, now: datetime) -> None:
    """What is scheduled is the newest of all: a site may have planned a year ahead."""
    with plans(engine) as steps:
        public.newest(session, now, most=10)
        session.rollback()  # or SQLite would wait for it

    [step] = [step for step in steps if "kind_published_at" in step or "Index Cond: (((kind" in step][-1:]
    assert re.search(r"published_at ?<", step), steps


def test_a_list_has_one_bound_from_above(engine: Engine, session: Session, publish: Publish, now: datetime) -> None:
    """SQLite reads from the first of several, and would walk from today back to a month of years ago."""
    posts = [publish(published_at=now - number * DAY) for number in range(5)]
    month = (now - 3 * DAY, now - DAY)
    wanted = {None: [2, 3], Cursor(now - 2 * DAY, 1): [3], Cursor(now + DAY, 1): [2, 3]}
    for before, numbers in wanted.items():
        with counted(engine) as statements:
            found = public.newest(session, now, most=10, between=month, before=before).editions
        assert [edition.post_id for edition in found] == [posts[number].id for number in numbers]
        bounds = re.findall(r"(?:editions\.published_at|editions\.published_at, editions\.id\)) <=? ", statements[0])
        assert len(bounds) == (1 if len(numbers) == 2 else 2), statements[0]  # a cursor is said in two ways


def test_no_edition_is_dated_after_its_own_start(session: Session, make: Make, now: datetime) -> None:
    editor, post = make.editor(), make.post(published_at=now + 2 * HOUR)
    edition = actions.publish(session, post, by=editor, at=now, live_from=now + HOUR)
    assert edition.published_at == now + HOUR

    post.published_at = now + 3 * HOUR  # as a script might
    edition = editions.make_live(session, post, by=editor, at=now)
    assert edition.published_at == now
    assert [entry.post_id for entry in public.newest(session, now, most=10).editions] == [post.id]


@given(
    st.builds(
        Cursor,
        st.datetimes(timezones=st.just(UTC), min_value=datetime(1, 1, 1)),
        st.integers(min_value=0, max_value=MAX_ID),
    )
)
def test_a_cursor_reads_as_it_was_written(cursor: Cursor) -> None:
    assert Cursor.read(str(cursor)) == cursor


@given(st.text() | st.from_regex(r"[0-9a-f]{1,20}-[0-9a-f]{1,20}", fullmatch=True))
def test_any_other_text_is_no_cursor_and_no_error(text: str) -> None:
    cursor = Cursor.read(text)

    assert cursor is None or Cursor.read(str(cursor)) == cursor


def test_a_tag_has_the_posts_of_the_tags_below_it(
    session: Session, make: Make, publish: Publish, now: datetime
) -> None:
    sea = make.tag("Sea")
    boats = make.tag("Boats", parent_id=sea.id)
    ferries = make.tag("Ferries", parent_id=boats.id)
    posts = {tag.slug: publish(tags=[tag]) for tag in (sea, boats, ferries)}
    publish(tags=[make.tag("Town")])

    def tagged(slug: str) -> set[int]:
        family = public.family_of(session, slug, now)
        assert family is not None
        listing = public.newest(session, now, most=10, among=public.tagged(session, family))
        return {edition.post_id for edition in listing.editions}

    assert tagged("sea") == {post.id for post in posts.values()}
    assert tagged("boats") == {posts["boats"].id, posts["ferries"].id}
    assert public.family_of(session, "nothing", now) is None


def test_tags_whose_parents_go_round_in_a_circle_do_no_harm(
    session: Session, make: Make, publish: Publish, now: datetime
) -> None:
    first = make.tag("First")
    second = make.tag("Second", parent_id=first.id)
    first.parent_id = second.id
    publish(tags=[second])

    family = public.family_of(session, "first", now)

    assert family is not None
    assert family.ids == {first.id, second.id}


def test_rare_and_frequent_tags_give_the_same_list(
    session: Session, make: Make, publish: Publish, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sea, town = make.tag("Sea"), make.tag("Town")
    for number in range(6):
        publish(tags=[sea] if number % 2 else [town], published_at=now - HOUR * number)
    family = public.family_of(session, "sea", now)
    assert family is not None

    def ids() -> list[int]:
        listing = public.newest(session, now, most=5, among=public.tagged(session, family))
        return [edition.post_id for edition in listing.editions]

    rare = ids()
    monkeypatch.setattr(public, "FREQUENT", 1)
    assert ids() == rare
    assert len(rare) == 3


def test_around_a_post_stand_its_neighbours_in_time_and_what_shares_its_tags(
    session: Session, make: Make, publish: Publish, now: datetime
) -> None:
    sea, work, town = make.tag("Sea"), make.tag("Work"), make.tag("Town")
    both = publish(tags=[sea, work], published_at=now - HOUR * 9)
    one_old = publish(tags=[sea], published_at=now - HOUR * 8)
    one_new = publish(tags=[work], published_at=now - HOUR * 7)
    earlier = publish(tags=[town], published_at=now - HOUR * 3)
    post = publish(tags=[sea, work], published_at=now - HOUR * 2)
    later = publish(tags=[town], published_at=now - HOUR)
    make.post(tags=[sea, work])
    edition = public.at_path(session, f"/posts/{post.slug}", now)
    assert edition is not None

    beside = around.around(session, edition, now)

    assert beside.earlier is not None
    assert beside.later is not None
    assert (beside.earlier.post_id, beside.later.post_id) == (earlier.id, later.id)
    assert [other.post_id for other in beside.related] == [both.id, one_new.id, one_old.id]


def test_a_post_that_is_published_all_day_pushes_no_other_out(
    session: Session, make: Make, publish: Publish, now: datetime
) -> None:
    sea, work = make.tag("Sea"), make.tag("Work")
    others = [publish(tags=[sea, work], published_at=now - DAY * (4 - number)) for number in range(3)]
    post = publish(tags=[sea, work], published_at=now - DAY * 9)
    ticker = publish(tags=[sea, work], published_at=now - DAY)
    owner = make.owner()
    for minute in range(45):
        at, told = now - HOUR + minute * MINUTE, {"title": f"As of minute {minute}"}
        actions.save(session, ticker, told, base_version=ticker.version, by=owner, at=at)
        actions.publish(session, ticker, by=owner, at=at)
    edition = public.at_path(session, f"/posts/{post.slug}", now)
    assert edition is not None

    related = around.around(session, edition, now).related

    assert [one.post_id for one in related] == [ticker.id, others[2].id, others[1].id]
    assert related[0].title == "As of minute 44"


def test_of_many_that_share_as_much_the_newest_is_related(
    session: Session, make: Make, publish: Publish, now: datetime
) -> None:
    sea = make.tag("Sea")
    posts = [publish(tags=[sea], published_at=now - DAY * number) for number in range(1, 15)]
    edition = public.at_path(session, f"/posts/{posts[-1].slug}", now)
    assert edition is not None

    related = around.around(session, edition, now).related

    assert [one.post_id for one in related] == [post.id for post in posts[:3]]


def test_a_post_alone_has_nothing_around_it(session: Session, publish: Publish, now: datetime) -> None:
    edition = public.at_path(session, f"/posts/{publish().slug}", now)
    assert edition is not None

    beside = around.around(session, edition, now)

    assert (beside.earlier, beside.later, list(beside.related), beside.in_series) == (None, None, [], None)


def test_a_list_costs_the_same_however_long_it_is(
    session: Session, engine: Engine, make: Make, publish: Publish, now: datetime
) -> None:
    def cost() -> int:
        session.commit()
        session.expunge_all()
        with counted(engine) as statements:
            for edition in public.newest(session, now, most=50).editions:
                assert edition.author.name
                assert edition.featured_media is None or edition.featured_media.digest
                assert [tag.name for tag in edition.tags]
        return len(statements)

    publish(tags=[make.tag("Sea")], featured_media_id=make.media().id)
    few = cost()
    for _number in range(20):
        publish(tags=[make.tag()], featured_media_id=make.media().id)
    assert cost() == few == 1
