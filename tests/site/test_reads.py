"""How often a post is read: counted for people, without knowing which, and never by a write on a read."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cms.posts.actions.reading import add_reads
from cms.posts.lifecycle import DRAFT, PUBLISHED
from cms.posts.models import Post, PostReads, SiteReads
from cms.site.reads import MOST_SINGLE, REGISTRY, Reads
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def post(session: Session, make: Make, app: Flask) -> Post:
    """A live post that nobody has read."""
    app.extensions[REGISTRY] = Reads()
    post = make.post(status=PUBLISHED, slug="light")
    session.commit()
    return post


def reads(session: Session) -> tuple[list[int], list[int]]:
    found = (
        list(session.scalars(select(PostReads.reads).order_by(PostReads.id))),
        list(session.scalars(select(SiteReads.reads).order_by(SiteReads.id))),
    )
    session.rollback()
    return found


def open_post(browser: Browser, **headers: str) -> None:
    browser.get("/posts/light", headers={"User-Agent": FIREFOX} | headers)


def time_passes(browser: Browser) -> None:
    """Two minutes, as far as the counter knows."""
    counter: Reads = browser.app.extensions[REGISTRY]
    if counter._stretch is not None:
        day, *moments = counter._stretch
        counter._stretch = (day, *(moment - timedelta(minutes=2) for moment in moments))
    browser.get("/", headers={"User-Agent": FIREFOX})
    for thread in threading.enumerate():
        if thread.name == "reads":
            thread.join()


def test_what_is_read_is_written_by_whoever_comes_a_minute_later(
    browser: Browser, session: Session, post: Post
) -> None:
    for _time in range(3):
        open_post(browser)
    assert reads(session) == ([], [])

    time_passes(browser)
    assert reads(session) == ([3], [3])
    open_post(browser)
    time_passes(browser)
    time_passes(browser)

    assert reads(session) == ([4], [4])


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "curl/8.5.0"},
        {"User-Agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
    ],
)
def test_who_is_nobody_does_not_count(browser: Browser, session: Session, post: Post, headers: dict[str, str]) -> None:
    open_post(browser, **headers)
    time_passes(browser)

    assert reads(session) == ([], [])


def test_only_what_readers_see_counts(browser: Browser, session: Session, make: Make, post: Post) -> None:
    make.post(status=DRAFT, slug="hidden")
    session.commit()

    for path in ("/posts/hidden", "/posts/nothing", "/", "/posts/light/comments"):
        browser.get(path, headers={"User-Agent": FIREFOX})
    browser.client.head("/posts/light", headers={"User-Agent": FIREFOX})
    time_passes(browser)

    assert reads(session) == ([], [])


def test_a_reader_who_asks_again_whether_it_changed_counts(browser: Browser, session: Session, post: Post) -> None:
    first = browser.get("/posts/light", headers={"User-Agent": "curl/8"})

    open_post(browser, **{"If-None-Match": first.headers["ETag"]})
    time_passes(browser)

    assert reads(session) == ([1], [1])


def test_reading_writes_nothing_while_a_minute_lasts(browser: Browser, post: Post, engine: Engine) -> None:
    open_post(browser)

    with counted(engine) as statements:
        open_post(browser)

    assert [statement for statement in statements if not statement.startswith(("SELECT", "WITH"))] == []


def test_two_processes_add_up_and_a_removed_post_counts_for_the_site(
    session: Session, post: Post, now: datetime
) -> None:
    day = now.date()

    for _process in range(2):
        add_reads(session, day, {post.id: 3, 4711: 2})
    add_reads(session, day + timedelta(days=1), {post.id: 1})
    session.commit()

    assert reads(session) == ([6, 1], [10, 1])


def test_what_could_not_be_written_is_kept_for_the_next_time(now: datetime) -> None:
    counter = Reads()
    counter.count(7, now)
    later = now + timedelta(minutes=1)
    assert counter.take_if_due(now) is None
    taken = counter.take_if_due(later)
    assert taken is not None
    counter.count(7, later)

    counter.give_back(*taken, later)

    assert counter.take_if_due(later) is None
    assert counter.take_if_due(later + timedelta(minutes=1)) == (now.date(), {7: 2})


def test_a_thread_that_looked_at_the_clock_a_moment_before_writes_nothing_yet(now: datetime) -> None:
    counter = Reads()
    counter.count(7, now)

    assert not counter.are_due(now - timedelta(milliseconds=1))
    assert counter.are_due(now - timedelta(minutes=2))  # the clock was set back


def test_what_cannot_be_written_for_long_takes_no_more_room_than_there_are_posts(now: datetime) -> None:
    counter = Reads()
    for minute in range(3):
        for _reader in range(1000):
            counter.count(7, now + timedelta(minutes=minute))
        taken = counter.take_if_due(now + timedelta(minutes=minute + 1))
        assert taken is not None
        counter.give_back(*taken, now + timedelta(minutes=minute + 1))

    assert not counter._reads
    assert counter.take() == (now.date(), {7: 3000})


def test_a_busy_minute_takes_no_more_room_than_a_quiet_one(now: datetime) -> None:
    counter = Reads()
    with ThreadPoolExecutor(4) as readers:
        for reader in range(4):
            readers.submit(lambda post_id: [counter.count(post_id, now) for _time in range(10_000)], reader)

    assert len(counter._reads) < MOST_SINGLE
    assert counter.take() == (now.date(), {0: 10_000, 1: 10_000, 2: 10_000, 3: 10_000})
