"""A page that a change has nothing to do with is not made again, and is always what would be made."""

import gc
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from cms import create_app
from cms.accounts.models import User
from cms.comments.lifecycle import APPROVED
from cms.core.clock import Clock
from cms.core.generation import grow
from cms.extensions import db
from cms.posts import actions
from cms.posts.actions.moving import possible_moves
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post
from cms.series.models import Series
from cms.settings.models import SettingValue
from cms.settings.queries import SiteSettings
from cms.web.runtimes import runtime_of
from tests.browser import Browser
from tests.counting import counted
from tests.exposition import counted_in
from tests.factories import Make

PAGES = (
    *("/", "/posts", "/posts/it", "/posts/other", "/about", "/tags/sea", "/series/clocks", "/authors/ines"),
    *("/feed.atom", "/tags/sea/feed.atom", "/posts/it/comments.atom", "/sitemap.xml", "/sitemap-1.xml", "/robots.txt"),
)
Change = Callable[[], object]


@pytest.fixture
def post(session: Session, make: Make) -> Post:
    ines = make.user("author", username="ines", display_name="Ines Pellow")
    place = {"series_id": make.series("Clocks").id, "series_position": 1}
    post = make.post(slug="it", title="The tide clock", author=ines, tags=[make.tag("Sea")], status=PUBLISHED, **place)
    make.post(slug="other", title="Ropes", author=ines, status=PUBLISHED)
    make.page(slug="about", title="About us", status=PUBLISHED)
    session.commit()
    return post


def made(browser: Browser) -> float:
    """How many pages were made so far, as a scrape from this machine is told."""
    return counted_in(browser.get("/metrics").text)["copydesk_kept_misses_total"]


@pytest.fixture
def changes(session: Session, make: Make, post: Post) -> list[Change]:
    """All kinds of things that readers may see, each of which can happen at any time."""
    editor = make.editor()
    numbers = iter(range(10_000))

    def edit() -> None:
        at = post.updated_at + timedelta(seconds=1)
        actions.save(session, post, {"title": f"Tide {next(numbers)}"}, base_version=post.version, by=editor, at=at)

    def move(step: PostMove) -> None:
        if step in possible_moves(post):
            actions.move_post(session, post, step, by=editor, at=post.updated_at + timedelta(seconds=1))

    def say() -> None:
        text = f"Comment {next(numbers)}"
        make.comment(post, status=APPROVED, body=text, body_html=f"<p>{text}</p>")

    def rename_author() -> None:
        session.get_one(User, post.author_id).display_name = f"Ines {next(numbers)}"

    def rename_tag() -> None:
        post.tags[0].name = f"Sea {next(numbers)}"

    def rename_series() -> None:
        session.get_one(Series, post.series_id).title = f"Clocks {next(numbers)}"

    def write_another() -> None:
        make.post(title=f"Net {next(numbers)}", status=PUBLISHED, series_id=post.series_id, tags=post.tags)

    def set_up() -> None:
        kept = session.scalar(select(SettingValue).where(SettingValue.key == "title"))
        kept = kept or SettingValue(key="title", updated_at=post.updated_at)
        kept.value = f"Site {next(numbers)}"
        session.add(kept)

    moves = [lambda step=step: move(step) for step in (PostMove.PUBLISH, PostMove.UNPUBLISH, PostMove.TRASH)]
    return [edit, *moves, say, rename_author, rename_tag, rename_series, write_another, set_up]


def seen(answer: object) -> tuple[int, bytes]:
    return answer.status_code, answer.data  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_would_be_made_whatever_happens(
    browser: Browser, session: Session, changes: list[Change], seed: int
) -> None:
    chosen, before, looks = random.Random(seed), made(browser), 0
    for _round in range(12):
        chosen.choice(changes)()
        session.commit()
        for url in PAGES:
            assert seen(browser.get(url)) == seen(browser.get_unkept(url)), url
            looks += 1

    assert len(PAGES) < made(browser) - before < looks * 0.8


def test_a_page_that_a_change_does_not_concern_stays_the_same(
    browser: Browser, session: Session, make: Make, post: Post, engine: Engine
) -> None:
    tag, before = browser.get("/about").headers["ETag"], made(browser)
    make.comment(post, status=APPROVED, body_html="<p>A comment on tides.</p>")
    session.commit()

    with counted(engine) as statements:
        answer = browser.get("/about", headers={"If-None-Match": tag})

    assert (answer.status_code, made(browser)) == (304, before)
    assert not [statement for statement in statements if "body_html" in statement]
    with counted(engine) as statements:
        browser.get("/about")
    assert statements == []


def test_pages_of_many_generations_do_not_keep_the_settings_of_each(
    browser: Browser, session: Session, post: Post
) -> None:
    def known() -> int:
        gc.collect()
        return sum(isinstance(one, SiteSettings) for one in gc.get_objects())

    browser.get("/")
    before = known()
    for url in ("/about", "/posts", "/posts/it", "/posts/other"):
        grow(session.connection())
        session.commit()
        browser.get(url)

    assert known() <= before


def test_what_turns_by_itself_turns_on_a_page_that_was_renewed(
    app: Flask, browser: Browser, session: Session, make: Make, post: Post
) -> None:
    now = runtime_of(app).clock.now()
    turn = now + timedelta(seconds=3)
    browser.get("/posts/it")
    editor = make.editor()
    actions.save(session, post, {"title": "Spring tide"}, base_version=post.version, by=editor, at=now)
    actions.publish(session, post, by=editor, at=now, live_from=turn)
    session.commit()

    while runtime_of(app).clock.now() < turn:
        answer, is_early = browser.get("/posts/it").text, runtime_of(app).clock.now() < turn
        assert not is_early or ("The tide clock" in answer and "Spring tide" not in answer)
        with Session(session.get_bind()) as other:
            grow(other.connection())
            other.commit()

    assert "Spring tide" in browser.get("/posts/it").text


@pytest.fixture
def two_processes(
    clean: None, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Browser, Browser]]:
    """Of one machine: they share files, and no memory."""
    monkeypatch.setenv("CMS_DATABASE_URL", database_url)
    monkeypatch.setenv("CMS_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CMS_BASE_URL", "http://localhost")
    apps = [create_app("testing") for _number in range(2)]
    yield Browser(apps[0]), Browser(apps[1])
    for app in apps:
        with app.app_context():
            db.engine.dispose()


def test_whoever_made_a_page_once_need_not_make_it_after_another_process_had_it(
    two_processes: tuple[Browser, Browser], session: Session, make: Make, post: Post
) -> None:
    def change() -> None:
        make.comment(post, status=APPROVED)
        session.commit()

    one, other = two_processes
    one.get("/about")
    change()
    other.get("/about")  # it has never seen it before
    one.get("/about")  # from the file of the other
    change()

    before = [made(browser) for browser in two_processes]
    assert one.get("/about").data == other.get("/about").data
    assert [made(browser) for browser in two_processes] == before


def test_what_turned_by_itself_meanwhile_is_no_page_of_before_under_the_settings_of_before(
    two_processes: tuple[Browser, Browser], session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its comments close, but not under the settings that another process made the same page by in between."""
    now, passed = Clock.now, timedelta()
    monkeypatch.setattr(Clock, "now", lambda clock: now(clock) + passed)
    days = SettingValue(key="comments_close_days", updated_at=datetime.now(UTC))
    make.post(slug="it", status=PUBLISHED, published_at=datetime.now(UTC) - timedelta(days=6))

    def closing_after(number: int) -> None:
        days.value = number
        session.add(days)
        session.commit()

    one, other = two_processes
    closing_after(7)
    one.get("/posts/it")
    closing_after(14)
    other.get("/posts/it")
    one.get("/posts/it")  # from the file of the other
    passed = timedelta(days=2)
    closing_after(7)

    assert seen(one.get("/posts/it")) == seen(one.get_unkept("/posts/it"))


@pytest.fixture
def without_answers(engine: Engine) -> Iterator[Callable[[], None]]:
    """From the call on the driver refuses whatever it is asked without SQLAlchemy, as where the database is away."""
    listeners = []

    def begin() -> None:
        def refuse(connection: object, *_told: object) -> None:
            connection.close()  # type: ignore[attr-defined]

        event.listen(engine, "checkout", refuse)
        listeners.append(refuse)

    yield begin
    for one in listeners:
        event.remove(engine, "checkout", one)


def test_a_database_that_does_not_answer_leaves_no_old_page(
    browser: Browser, session: Session, post: Post, without_answers: Callable[[], None]
) -> None:
    assert "Sea" in browser.get("/posts/it").text
    post.tags[0].name = "Ocean"
    session.commit()
    without_answers()

    assert browser.get("/posts/it").status_code == 503
