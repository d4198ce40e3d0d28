"""A page that a change has nothing to do with is not made again, and is always what would be made."""

import gc
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from cms.comments.lifecycle import APPROVED
from cms.core.clock import Clock
from cms.core.generation import grow
from cms.posts import actions
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post
from cms.settings.models import SettingValue
from cms.settings.queries import SiteSettings
from cms.web.runtimes import runtime_of
from tests.browser import Browser
from tests.counting import counted
from tests.exposition import counted_in
from tests.factories import Make
from tests.site.kept.conftest import Change

PAGES = (
    *("/", "/posts", "/posts/it", "/posts/other", "/about", "/tags/sea", "/series/clocks", "/authors/ines"),
    *("/feed.atom", "/tags/sea/feed.atom", "/posts/it/comments.atom", "/sitemap.xml", "/sitemap-1.xml", "/robots.txt"),
)


def made(browser: Browser) -> float:
    """How many pages were made so far, as a scrape from this machine is told."""
    return counted_in(browser.get("/metrics").text)["copydesk_kept_misses_total"]


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
    make.page(slug="unconcerned", status=PUBLISHED)
    session.commit()
    tag, before = browser.get("/unconcerned").headers["ETag"], made(browser)
    make.comment(post, status=APPROVED, body_html="<p>A comment on tides.</p>")
    session.commit()

    with counted(engine) as statements:
        answer = browser.get("/unconcerned", headers={"If-None-Match": tag})

    assert (answer.status_code, made(browser)) == (304, before)
    assert not [statement for statement in statements if "body_html" in statement]
    with counted(engine) as statements:
        browser.get("/unconcerned")
    assert statements == []


def test_a_page_that_was_another_each_time_is_made_without_asking_first_until_it_is_the_same(
    browser: Browser, session: Session, make: Make, post: Post
) -> None:
    def renewals_of_the_front() -> float:
        session.commit()
        assert seen(browser.get("/")) == seen(browser.get_unkept("/"))
        return counted_in(browser.get("/metrics").text).get("copydesk_kept_renewals_total", 0)

    for title in ("Ebb", "Flood", "Slack"):
        make.post(title=title, status=PUBLISHED, published_at=datetime.now(UTC))
        before = renewals_of_the_front()
    found = []
    for _number in range(3):
        make.comment(post, status=APPROVED)
        found.append(renewals_of_the_front() - before)

    assert found == [0, 1, 2]


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


def test_what_one_process_made_another_need_not_make_that_knows_how_to_ask(
    two_processes: tuple[Browser, Browser], session: Session, make: Make, post: Post
) -> None:
    one, other = two_processes
    make.page(slug="imprint", status=PUBLISHED)
    session.commit()
    one.get("/about")
    other.get("/imprint")
    make.comment(post, status=APPROVED)
    session.commit()

    before = [made(browser) for browser in two_processes]
    assert seen(other.get("/about")) == seen(one.get("/about")) == seen(one.get_unkept("/about"))
    assert [made(browser) for browser in two_processes] == before


def test_a_page_that_is_no_more_lies_in_no_file(
    two_processes: tuple[Browser, Browser], session: Session, make: Make, post: Post, tmp_path: Path
) -> None:
    def lying() -> int:
        return sum(len(path.name) == 64 for path in (tmp_path / "pages").rglob("*"))

    browser, _other = two_processes
    browser.get("/posts/it")
    assert lying() == 1
    actions.move_post(session, post, PostMove.UNPUBLISH, by=make.editor(), at=post.updated_at + timedelta(seconds=1))
    session.commit()

    assert browser.get("/posts/it").status_code == 404
    assert lying() == 0


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
