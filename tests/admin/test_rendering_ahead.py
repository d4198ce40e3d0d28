"""However long a text takes to render, others can write meanwhile."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.markdown import Article, render_article
from cms.core.markdown_blocks import ImageSize
from cms.media.models import Media
from cms.media.paths import path_of
from cms.posts import actions, queries, rendering
from cms.posts.models import Edition, Post
from tests.admin.posts import edited
from tests.browser import Browser
from tests.factories import Make

Meanwhile = Callable[[Callable[[Session], object]], None]


@pytest.fixture
def meanwhile(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Somebody else does something the first time that anything is rendered; it fails where a lock is held."""

    def _meanwhile(act: Callable[[Session], object]) -> None:
        acts = [act]

        def rendered(source: str, image_size: ImageSize | None = None) -> Article:
            if acts:
                with Session(engine) as other:
                    acts.pop()(other)
                    other.commit()
            return render_article(source, image_size)

        monkeypatch.setattr(rendering, "render_article", rendered)

    return _meanwhile


def move_all(session: Session) -> None:
    session.execute(update(Post).values(position=1))


def are_moved(session: Session) -> bool:
    session.expire_all()
    moved = session.scalar(select(Post.position).order_by(Post.id)) == 1
    session.commit()
    return moved


@pytest.mark.parametrize("way", ["preview", "details"])
def test_nobody_waits_for_a_preview_or_for_somebody_who_reads(
    browser: Browser, session: Session, make: Make, meanwhile: Meanwhile, way: str
) -> None:
    writer = make.author()
    post = make.post(author=writer, body="Some **words**.")
    session.commit()
    browser.sign_in(writer)
    meanwhile(move_all)

    if way == "preview":
        shown = browser.post("/admin/posts/preview/", {"body": "Some **words**."})
    else:
        shown = browser.get(f"/admin/posts/details/?id={post.id}")

    assert shown.status_code == 200
    assert "<strong>words</strong>" in shown.text
    assert are_moved(session)


@pytest.mark.parametrize("way", ["move", "bulk", "everything", "editor", "new"])
def test_nobody_waits_for_a_publication(
    browser: Browser, session: Session, make: Make, meanwhile: Meanwhile, way: str
) -> None:
    editor, post = make.editor(), make.post(body="Some **words**.")
    session.commit()
    browser.sign_in(editor)
    meanwhile(move_all)

    if way == "move":
        browser.post(f"/admin/posts/{post.id}/publish")
    elif way == "bulk":
        browser.post("/admin/posts/action/", {"action": "publish", "rowid": post.id, "confirmed": "1"})
    elif way == "everything":
        sent = {"action": "publish", "everything": "1", "query": "status=draft"}
        browser.post(f"{browser.post('/admin/posts/action/', sent).location}run/")
    elif way == "editor":
        browser.post(f"/admin/posts/edit/?id={post.id}", edited(post, body="Some **words**.\r\n", move="publish"))
    else:
        browser.post("/admin/posts/new/", {"title": "New", "body": "Some **words**.", "move": "publish"})

    assert "<strong>words</strong>" in session.scalars(select(Edition.body_html)).one()
    assert are_moved(session)


def test_what_goes_live_is_what_stands_there_under_the_lock(
    browser: Browser, session: Session, make: Make, meanwhile: Meanwhile, now: datetime
) -> None:
    editor, post = make.editor(), make.post(body="Old words.")
    session.commit()
    browser.sign_in(editor)

    def save(other: Session) -> None:
        colleague = other.get_one(User, editor.id)
        text = queries.get(other, post.id, viewer=colleague)
        actions.save(other, text, {"body": "New words."}, base_version=text.version, by=colleague, at=now)

    meanwhile(save)
    assert browser.post(f"/admin/posts/{post.id}/publish").status_code == 303

    assert session.scalars(select(Edition.body_html)).one().strip() == "<p>New words.</p>"


def test_a_picture_measured_meanwhile_has_its_size(
    browser: Browser, session: Session, make: Make, meanwhile: Meanwhile
) -> None:
    editor, media = make.editor(), make.media(width=None, height=None)
    post = make.post(body=f"![A clock]({path_of(media)})")
    session.commit()
    browser.sign_in(editor)

    meanwhile(lambda other: other.execute(update(Media).values(width=40, height=30)))
    browser.post(f"/admin/posts/{post.id}/publish")

    assert 'width="40"' in session.scalars(select(Edition.body_html)).one()
