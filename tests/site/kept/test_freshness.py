"""Whatever changes what readers see is seen by the very next one; what they do not see changes nothing."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.comments.lifecycle import APPROVED
from cms.core.db import prepare_engine
from cms.core.generation import Generation, is_seen_by_readers, watch
from cms.posts import actions
from cms.posts.lifecycle import DRAFT, PUBLISHED, PostMove
from cms.posts.models import Edition, Post
from cms.series.models import Series
from cms.site import KEPT, stories
from cms.web.runtimes import runtime_of
from config import ROOT
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make
from tests.unseen import unseen_in

Change = Callable[[Session, Make, Post, User], None]


@pytest.fixture
def editor(make: Make) -> User:
    return make.editor()


@pytest.fixture
def post(session: Session, make: Make, editor: User) -> Post:
    ines = make.user("author", username="ines", display_name="Ines Pellow")
    place = {"series_id": make.series("Clocks").id, "series_position": 1}
    post = make.post(slug="it", title="The tide clock", author=ines, tags=[make.tag("Sea")], status=PUBLISHED, **place)
    session.commit()
    return post


def number(session: Session) -> int:
    found = session.scalar(select(Generation.number).where(Generation.id == 1)) or 0
    session.rollback()
    return found


def _publish_anew(session: Session, _make: Make, post: Post, by: User) -> None:
    at = post.updated_at + timedelta(seconds=1)
    actions.save(session, post, {"title": "Spring tide"}, base_version=post.version, by=by, at=at)
    actions.publish(session, post, by=by, at=at)


def _take_back(session: Session, _make: Make, post: Post, by: User) -> None:
    actions.move_post(session, post, PostMove.UNPUBLISH, by=by, at=post.updated_at + timedelta(seconds=1))


def _comment(_session: Session, make: Make, post: Post, _by: User) -> None:
    make.comment(post, status=APPROVED, body="A comment on tides.", body_html="<p>A comment on tides.</p>")


def _rename(session: Session, _make: Make, post: Post, _by: User) -> None:
    session.get_one(User, post.author_id).display_name = "Ines Quick"


def _rename_tag(session: Session, _make: Make, post: Post, _by: User) -> None:
    post.tags[0].name = "Ocean"


def _rename_series(session: Session, _make: Make, post: Post, _by: User) -> None:
    session.get_one(Series, post.series_id).title = "Timepieces"


def _add_a_part(_session: Session, make: Make, post: Post, _by: User) -> None:
    make.post(title="The sundial", status=PUBLISHED, series_id=post.series_id, series_position=2)


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (_publish_anew, 200, "Spring tide"),
        (_take_back, 404, ""),
        (_comment, 200, "A comment"),
        (_rename, 200, "Ines Quick"),
        (_rename_tag, 200, "Ocean"),
        (_rename_series, 200, "Timepieces"),
        (_add_a_part, 200, "The sundial"),
    ],
)
def test_a_change_is_seen_by_the_next_reader(
    browser: Browser, session: Session, make: Make, post: Post, editor: User, change: Change, status: int, words: str
) -> None:
    before = browser.get("/posts/it")
    assert browser.get("/posts/it").data == before.data
    assert not words or words not in before.text

    change(session, make, post, editor)
    session.commit()

    after = browser.get("/posts/it")
    assert after.status_code == status
    assert words in after.text


def test_a_change_that_is_taken_back_is_none(browser: Browser, session: Session, engine: Engine, post: Post) -> None:
    browser.get("/posts/it")
    post.tags[0].name = "Ocean"
    session.flush()
    session.rollback()

    with counted(engine) as statements:
        browser.get("/posts/it")

    assert statements == []


def test_a_change_of_another_process_is_seen(browser: Browser, session: Session, post: Post, database_url: str) -> None:
    """One that knows nothing of the site but its tables, as a command would."""
    browser.get("/posts/it")
    before = number(session)
    other = (
        "import sys; from sqlalchemy import create_engine, text; import cms; "
        "from cms.core.db import prepare_engine; from cms.core.generation import watch; "
        "engine = create_engine(sys.argv[1]); prepare_engine(engine); watch(engine); "
        "connection = engine.connect(); connection.execute(text(\"UPDATE tags SET name = 'Ocean'\")); "
        "connection.commit()"
    )
    url = database_url.replace("postgresql://", "postgresql+psycopg://")
    subprocess.run([sys.executable, "-c", other, url], cwd=ROOT, check=True)

    assert number(session) > before
    assert "Ocean" in browser.get("/posts/it").text


def test_an_edition_turns_at_its_moment(
    app: Flask, browser: Browser, session: Session, post: Post, editor: User
) -> None:
    now = runtime_of(app).clock.now()
    turn = now + timedelta(seconds=4)
    actions.save(session, post, {"title": "Spring tide"}, base_version=post.version, by=editor, at=now)
    actions.publish(session, post, by=editor, at=now, live_from=turn)
    session.commit()

    assert "The tide clock" in browser.get("/posts/it").text
    while runtime_of(app).clock.now() < turn:
        assert "Spring tide" not in browser.get("/posts/it").text or runtime_of(app).clock.now() >= turn
        time.sleep(0.02)

    assert "Spring tide" in browser.get("/posts/it").text


def test_what_changes_while_a_page_is_made_is_not_lost(
    app: Flask, browser: Browser, session: Session, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer may be of before; it is not kept."""
    show = stories.show

    def slow(edition: Edition, begun: object) -> object:
        answer = show(edition, begun)
        if post.tags[0].name == "Sea":
            post.tags[0].name = "Ocean"
            session.commit()
        return answer

    monkeypatch.setattr(stories, "show", slow)
    browser.get("/posts/it")

    assert "Ocean" in browser.get("/posts/it").text


@pytest.mark.parametrize("what", ["draft", "preferences", "reads", "session"])
def test_what_readers_do_not_see_leaves_the_pages_kept(
    app: Flask, browser: Browser, session: Session, make: Make, post: Post, engine: Engine, what: str
) -> None:
    owner = make.owner()
    draft = make.post(status=DRAFT)
    values = {"title": "Rain", "slug": "rain", "body": "Rain.", "version": str(draft.version)}
    address = f"/admin/posts/edit/?id={draft.id}"
    session.commit()
    insider = Browser(app).sign_in(owner)
    browser.get("/posts/it")
    before = number(session)

    match what:
        case "draft":
            assert insider.post(address, values).status_code == 302
            session.refresh(draft)
            assert draft.title == "Rain"
        case "preferences":
            assert insider.post("/admin/posts/columns/", {"column": "author"}).status_code == 303
        case "reads":
            session.execute(text("INSERT INTO site_reads (day, reads) VALUES ('2026-03-02', 1)"))
            session.commit()
        case "session":
            insider.sign_out()

    assert number(session) == before
    with counted(engine) as statements:
        browser.get("/posts/it")
    assert statements == []


@pytest.mark.parametrize(
    ("statement", "is_seen"),
    [
        ("SELECT 1", False),
        ("WITH a AS (SELECT 1) SELECT updated_at FROM a", False),
        ("INSERT INTO events (at) VALUES (1)", False),
        ("UPDATE users SET last_seen_at=? WHERE users.id = ?", False),
        ("UPDATE users SET last_seen_at=?, version=? WHERE users.id = ?", False),
        ("UPDATE users SET last_seen_at=?, display_name=? WHERE users.id = ?", True),
        ('UPDATE "editions" SET title=? WHERE id = ?', True),
        ("insert or replace into settings (key) values (?)", True),
        ("DELETE FROM comments WHERE id = ?", True),
        ("DELETE FROM search_editions WHERE rowid = ?", False),
        ("WITH a AS (SELECT 1) UPDATE editions SET title = 'x'", True),
        ("INSERT INTO something_new (a) VALUES (1)", True),
        ('UPDATE users SET last_seen_at=?, "Display_Name"=? WHERE id = ?', True),
        ("UPDATE users SET last_seen_at=1, (display_name, bio) = (SELECT 'a', 'b')", True),
        ("TRUNCATE posts", True),
        ("SELECT 1; DELETE FROM editions", True),
        ("EXPLAIN ANALYZE DELETE FROM editions", True),
        ("SELECT posts.id FROM posts FOR UPDATE", False),
        ("DROP TABLE posts", True),
    ],
)
def test_what_is_not_understood_counts_as_seen(statement: str, is_seen: bool) -> None:
    assert is_seen_by_readers(statement) is is_seen


def test_no_public_page_reads_what_is_declared_unseen(
    app: Flask, browser: Browser, session: Session, make: Make, post: Post, engine: Engine
) -> None:
    """Every statement of every kind of kept page: what it reads from must make the number grow when it is written."""
    above = make.page(slug="about", status=PUBLISHED)
    make.page(slug="team", parent=above, status=PUBLISHED)
    make.comment(post, status=APPROVED, author_id=make.user(avatar_id=make.media().id).id, guest_name="")
    session.commit()
    pages = {
        "site.home": ["/"],
        "site.posts": ["/posts"],
        "site.tag": ["/tags/sea"],
        "site.series": ["/series/clocks"],
        "site.author": ["/authors/ines"],
        "site.archive": ["/archive/2026/03"],
        "site.post": ["/posts/it"],
        "site.page": ["/about", "/about/team"],
        "site.feed": ["/feed.atom", "/feed.rss", "/feed.json"],
        "site.tag_feed": ["/tags/sea/feed.atom"],
        "site.author_feed": ["/authors/ines/feed.atom"],
        "site.talk_feed": ["/posts/it/comments.atom"],
        "site.sitemap": ["/sitemap.xml"],
        "site.sitemap_page": ["/sitemap-1.xml"],
        "site.robots": ["/robots.txt"],
        "site.icon": ["/favicon.ico"],
    }
    assert set(pages) == set(KEPT)

    with counted(engine) as statements:
        for url in (url for urls in pages.values() for url in urls):
            assert browser.get_unkept(url).status_code in (200, 302), url

    assert unseen_in(statements) == set()


def test_an_engine_that_is_not_watched_would_be_noticed(database_url: str, session: Session, post: Post) -> None:
    """What the other tests rely on: without the watch the number stays."""
    before = number(session)
    url = database_url.replace("postgresql://", "postgresql+psycopg://")
    for watched in (False, True):
        engine = create_engine(url)
        prepare_engine(engine)
        if watched:
            watch(engine)
        with engine.begin() as connection:
            connection.execute(text("UPDATE tags SET name = 'Ocean'"))
        engine.dispose()
        assert (number(session) > before) is watched


def test_a_connection_that_is_lost_is_no_second_error(engine: Engine) -> None:
    """Whoever asks what went wrong is told that the database was away."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        connection.invalidate()
        connection.rollback()
