"""A text goes back to its author with a reason, and the author reads it where they write."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.posts.lifecycle import IN_REVIEW
from tests.admin.posts import edited
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

NOTE = "Please add a source <b>today</b>."


def test_the_author_reads_the_note_in_the_editor_and_on_today(browser: Browser, session: Session, make: Make) -> None:
    writer, editor = make.contributor(), make.editor()
    post = make.post(author=writer, status=IN_REVIEW, title="The clock")
    session.commit()
    url = f"/admin/posts/edit/?id={post.id}"

    browser.sign_in(editor)
    assert "Note to the author" in browser.get(url).text
    asked = browser.post(f"/admin/posts/{post.id}/send_back", {"ask": "1"})
    assert 'name="review_note"' in asked.text
    browser.post(url, edited(post, move="send_back", note="Commas.", review_note=NOTE))
    browser.sign_out()

    browser.sign_in(writer)
    for address in (url, "/admin/"):
        page = browser.get(address).text
        assert f"Sent back by {editor.name}" in page
        assert "Please add a source &lt;b&gt;today&lt;/b&gt;." in page

    browser.post(f"/admin/posts/{post.id}/submit")
    assert "Sent back by" not in browser.get(url).text


def test_the_page_that_asks_takes_the_note_too(browser: Browser, session: Session, make: Make) -> None:
    post = make.post(author=make.contributor(), status=IN_REVIEW)
    editor = make.editor()
    session.commit()

    browser.sign_in(editor).post(f"/admin/posts/{post.id}/send_back", {"review_note": NOTE})

    assert "Please add a source" in browser.get(f"/admin/posts/edit/?id={post.id}").text


def test_a_writer_takes_back_what_they_handed_in_and_is_not_told_that_it_was_sent_back(
    browser: Browser, session: Session, make: Make
) -> None:
    writer = make.contributor()
    post = make.post(author=writer, status=IN_REVIEW)
    foreign = make.post(status=IN_REVIEW)
    session.commit()
    url = f"/admin/posts/edit/?id={post.id}"
    page = browser.sign_in(writer).get(url).text

    assert "Take it back" in page
    assert "Note to the author" not in page
    assert 'name="live_from"' not in page
    assert page.count('aria-disabled="true"') == 0
    assert "This needs the right “Publish posts”" in page
    assert browser.post(f"/admin/posts/{foreign.id}/send_back").status_code in (403, 404)
    assert browser.post(f"/admin/posts/{post.id}/send_back").status_code == 303
    assert "Sent back by" not in browser.get(url).text


def test_today_asks_no_more_for_many_drafts_that_came_back(
    browser: Browser, session: Session, make: Make, engine: Engine
) -> None:
    writer, editor = make.contributor(), make.editor()
    posts = [make.post(author=writer, status=IN_REVIEW) for _ in range(4)]
    session.commit()
    browser.sign_in(editor)
    for post in posts:
        browser.post(f"/admin/posts/{post.id}/send_back", {"review_note": NOTE})
    browser.sign_out()
    browser.sign_in(writer)
    browser.get("/admin/")

    with counted(engine) as statements:
        page = browser.get("/admin/").text

    assert page.count("Please add a source") == 4
    assert len(statements) <= 16
