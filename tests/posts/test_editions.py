"""What readers see: each version in its own stretch of time, and never two at once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms import search
from cms.accounts.models import User
from cms.core.errors import Invalid, NotAllowed
from cms.posts import actions
from cms.posts.lifecycle import DRAFT, PUBLISHED, PostMove
from cms.posts.models import Edition, Post
from cms.posts.queries import is_live
from cms.redirects.models import Redirect
from tests.accounts.events import events
from tests.factories import Make
from tests.posts.conftest import DAY, HOUR, MINUTE, Create, Publish, Save
from tests.posts.timelines import paths, shown, timeline

TICK = timedelta(microseconds=1)


@pytest.fixture
def post(create: Create) -> Post:
    return create("Night ferry", body="It *leaves* at ten.", tags=["Sea"])


def redirects(session: Session) -> dict[str, tuple[int | None, int]]:
    return {row.from_path: (row.post_id, row.status) for row in session.scalars(select(Redirect))}


@pytest.mark.parametrize(
    ("live_from", "live_until", "live"),
    [
        (-HOUR, None, True),
        (timedelta(0), None, True),
        (TICK, None, False),
        (-HOUR, TICK, True),
        (-HOUR, timedelta(0), False),
        (HOUR, DAY, False),
        (-DAY, -HOUR, False),
    ],
)
def test_an_edition_is_live_from_its_beginning_until_just_before_its_end(
    session: Session,
    post: Post,
    publish: Publish,
    now: datetime,
    live_from: timedelta,
    live_until: timedelta,
    live: bool,
) -> None:
    edition = publish(post)
    edition.live_from, edition.live_until = now + live_from, now + live_until if live_until is not None else None
    session.flush()

    assert edition.is_live(now) is live
    assert session.scalars(select(Edition).where(is_live(now))).all() == ([edition] if live else [])


def test_publishing_shows_the_working_text_from_now_on(
    session: Session, post: Post, publish: Publish, editor: User, now: datetime
) -> None:
    edition = publish(post, at=now + HOUR)

    assert (post.status, post.published_at) == (PUBLISHED, now + HOUR)
    assert timeline(session, post) == [("Night ferry", now + HOUR, None)]
    assert (edition.path, edition.body_html) == ("/posts/night-ferry", "<p>It <em>leaves</em> at ten.</p>\n")
    assert (edition.excerpt, edition.word_count, edition.author_id) == ("It leaves at ten.", 4, editor.id)
    assert [tag.name for tag in edition.tags] == ["Sea"]
    matching = search.matching(session, search.EDITIONS, Edition.id, "leaves")
    assert session.scalars(select(Edition).where(matching)).all() == [edition]


def test_what_is_worked_on_is_not_what_readers_see(
    session: Session, post: Post, publish: Publish, save: Save, now: datetime
) -> None:
    publish(post)

    save(post, title="Night boat", tags=["Boats"])

    assert timeline(session, post) == [("Night ferry", now, None)]


def test_publishing_again_takes_over_without_a_gap_and_keeps_the_first_date(
    session: Session, post: Post, publish: Publish, save: Save, now: datetime
) -> None:
    publish(post)
    save(post, title="Night boat")

    edition = publish(post, at=now + HOUR)

    assert timeline(session, post) == [("Night ferry", now, now + HOUR), ("Night boat", now + HOUR, None)]
    assert post.published_at == edition.published_at == now
    assert edition.updated_at == now + HOUR


def test_publishing_twice_in_one_microsecond_is_no_clash(
    session: Session, post: Post, publish: Publish, now: datetime
) -> None:
    for _time in range(3):
        publish(post)

    begins = [(start, end) for _title, start, end in timeline(session, post)]
    assert begins == [(now, now + TICK), (now + TICK, None)]


def test_a_time_ahead_is_a_fact_beside_the_status(
    session: Session, post: Post, publish: Publish, now: datetime
) -> None:
    publish(post, live_from=now + DAY, live_until=now + 2 * DAY)

    assert (post.status, post.published_at) == (PUBLISHED, now + DAY)
    assert timeline(session, post) == [("Night ferry", now + DAY, now + 2 * DAY)]
    assert shown(session, post, now) is None


def test_a_change_can_be_scheduled_behind_what_is_live(
    session: Session, post: Post, publish: Publish, save: Save, now: datetime
) -> None:
    publish(post)
    save(post, title="Night boat")

    publish(post, at=now + HOUR, live_from=now + DAY)

    assert timeline(session, post) == [("Night ferry", now, now + DAY), ("Night boat", now + DAY, None)]
    assert post.published_at == now


def test_another_time_replaces_the_one_before(
    session: Session, post: Post, publish: Publish, save: Save, now: datetime
) -> None:
    publish(post)
    save(post, title="Night boat")
    publish(post, at=now + HOUR, live_from=now + DAY)

    publish(post, at=now + 2 * HOUR, live_from=now + 3 * DAY)
    assert timeline(session, post) == [("Night ferry", now, now + 3 * DAY), ("Night boat", now + 3 * DAY, None)]

    publish(post, at=now + 3 * HOUR)
    assert timeline(session, post) == [("Night ferry", now, now + 3 * HOUR), ("Night boat", now + 3 * HOUR, None)]
    assert session.scalar(select(func.count()).select_from(Edition)) == 2
    assert search.missing(session, search.EDITIONS) == 0


@pytest.mark.parametrize(
    ("first_end", "second_end"), [(None, 2 * DAY), (2 * DAY, None)], ids=["for ever", "for two days"]
)
def test_what_was_cut_short_for_a_change_has_its_own_end_again_when_the_change_waits(
    session: Session,
    post: Post,
    publish: Publish,
    now: datetime,
    first_end: timedelta | None,
    second_end: timedelta | None,
) -> None:
    publish(post, live_until=now + first_end if first_end else None)
    publish(post, at=now + HOUR, live_from=now + DAY, live_until=now + second_end if second_end else None)

    publish(post, at=now + HOUR, live_from=now + 5 * DAY)

    until = now + first_end if first_end else now + 5 * DAY
    assert [(start, end) for _title, start, end in timeline(session, post)] == [(now, until), (now + 5 * DAY, None)]


def test_after_its_end_a_post_can_be_published_again(
    session: Session, post: Post, publish: Publish, now: datetime
) -> None:
    publish(post, live_until=now + HOUR)
    assert post.status is PUBLISHED

    publish(post, at=now + DAY)

    assert timeline(session, post) == [("Night ferry", now, now + HOUR), ("Night ferry", now + DAY, None)]
    assert post.published_at == now


@pytest.mark.parametrize(
    ("field", "times"),
    [
        ("live_from", {"live_from": -TICK}),
        ("live_until", {"live_until": timedelta(0)}),
        ("live_until", {"live_from": HOUR, "live_until": HOUR}),
    ],
)
def test_times_that_cannot_be_are_refused_by_name(
    session: Session, post: Post, publish: Publish, now: datetime, field: str, times: dict[str, timedelta]
) -> None:
    with pytest.raises(Invalid) as refused:
        publish(post, **{name: now + ahead for name, ahead in times.items()})

    assert list(refused.value.fields) == [field]
    assert (post.status, timeline(session, post)) == (DRAFT, [])


def test_who_may_not_publish_shows_nothing(session: Session, make: Make, publish: Publish) -> None:
    writer = make.contributor()
    post = make.post(author=writer)

    with pytest.raises(NotAllowed):
        publish(post, by=writer)

    assert (post.status, timeline(session, post)) == (DRAFT, [])


def test_the_record_says_what_readers_saw_before_and_after(
    session: Session, post: Post, publish: Publish, save: Save, editor: User, now: datetime
) -> None:
    first = publish(post)
    save(post, title="Night boat")
    second = publish(post, at=now + HOUR, live_from=now + DAY)

    event = events(session)[-1]
    assert (event.verb, event.actor_id, event.at) == ("post.publish", editor.id, now + HOUR)
    before, after = event.changes["editions"]
    assert [(item["revision_id"], item["live_from"], item["live_until"]) for item in before] == [
        (first.revision_id, now.isoformat(), None)
    ]
    assert [(item["revision_id"], item["live_until"]) for item in after] == [
        (first.revision_id, (now + DAY).isoformat()),
        (second.revision_id, None),
    ]


def test_an_address_that_is_given_up_leads_to_the_post_for_good(
    session: Session, post: Post, publish: Publish, save: Save, now: datetime
) -> None:
    publish(post)
    save(post, slug="night-boat")
    assert redirects(session) == {}

    publish(post, at=now + HOUR)

    assert redirects(session) == {"/posts/night-ferry": (post.id, 301)}
    assert paths(session, post)[-1] == ("/posts/night-boat", now + HOUR, None)


def test_an_address_given_up_while_nobody_could_read_it_leads_to_the_post_as_well(
    session: Session, post: Post, publish: Publish, save: Save, editor: User, now: datetime
) -> None:
    publish(post)
    actions.move_post(session, post, PostMove.UNPUBLISH, by=editor, at=now + MINUTE)
    save(post, slug="night-boat")

    publish(post, at=now + HOUR)

    assert redirects(session) == {"/posts/night-ferry": (post.id, 301)}


def test_an_address_that_comes_back_is_the_post_itself(
    session: Session, post: Post, publish: Publish, save: Save, now: datetime
) -> None:
    for hours, slug in enumerate(["night-ferry", "night-boat", "night-ferry"]):
        save(post, slug=slug)
        publish(post, at=now + hours * HOUR)

    assert set(redirects(session)) == {"/posts/night-ferry", "/posts/night-boat"}
    assert {to for to, _status in redirects(session).values()} == {post.id}
    assert shown(session, post, now + DAY).path == "/posts/night-ferry"
