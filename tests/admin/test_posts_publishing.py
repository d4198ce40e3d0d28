"""From a draft to a live post: who is offered what, from when until when, and what readers will see."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.posts.lifecycle import DRAFT, IN_REVIEW
from cms.posts.models import Edition, Post
from cms.settings.models import SettingValue
from tests.admin.posts import edited, only_post
from tests.browser import Browser
from tests.factories import Make


def test_whoever_may_publish_is_offered_it_while_writing_and_others_submit(
    browser: Browser, session: Session, make: Make
) -> None:
    author, contributor = make.author(), make.contributor()
    session.commit()

    offered = {}
    for person in (author, contributor):
        page = browser.sign_in(person).get("/admin/posts/new/").text
        offered[person] = [move for move in ("publish", "submit") if f'value="{move}"' in page]
        browser.sign_out()

    assert offered == {author: ["publish", "submit"], contributor: ["submit"]}


def test_a_contributor_submits_and_is_refused_to_publish_with_the_reason(
    browser: Browser, session: Session, make: Make
) -> None:
    writer = make.contributor()
    post = make.post(author=writer)
    session.commit()
    browser.sign_in(writer)
    page = browser.get(f"/admin/posts/edit/?id={post.id}").text
    assert "Submit for review" in page
    assert "This needs the right “Publish posts”" in page

    refused = browser.post(f"/admin/posts/{post.id}/publish")
    assert refused.status_code == 403
    assert (
        "This needs the right “Publish posts”. Your roles (Contributor) do not have it; these do: Editor"
        in refused.text
    )

    assert browser.post(f"/admin/posts/{post.id}/submit").status_code == 303
    assert only_post(session).status is IN_REVIEW


def test_a_refused_move_in_the_editor_keeps_the_text_on_the_screen(
    browser: Browser, session: Session, make: Make
) -> None:
    writer = make.contributor()
    post = make.post(author=writer)
    session.commit()

    refused = browser.sign_in(writer).post(
        f"/admin/posts/edit/?id={post.id}", edited(post, body="Typed for an hour.", move="publish")
    )

    assert refused.status_code == 403
    assert "Typed for an hour." in refused.text
    assert only_post(session).body == "Some words."


def test_an_editor_saves_and_publishes_in_one_step(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post()
    session.commit()

    answer = browser.sign_in(editor).post(
        f"/admin/posts/edit/?id={post.id}", edited(post, title="Fresh", move="publish")
    )

    assert answer.status_code == 302
    edition = session.scalars(select(Edition)).one()
    assert (edition.title, edition.live_until) == ("Fresh", None)
    assert browser.client.get(edition.path).status_code == 200


def test_a_time_is_read_in_the_zone_of_the_site(browser: Browser, session: Session, make: Make) -> None:
    session.add(SettingValue(key="timezone", value="Europe/Paris", updated_at=make.at))
    editor, post = make.editor(), make.post()
    session.commit()

    browser.sign_in(editor).post(
        f"/admin/posts/{post.id}/publish", {"live_from": "2030-07-01T10:00", "live_until": "2030-07-02T10:00"}
    )

    edition = session.scalars(select(Edition)).one()
    assert (edition.live_from.isoformat(), edition.live_until.isoformat()) == (
        "2030-07-01T08:00:00+00:00",
        "2030-07-02T08:00:00+00:00",
    )
    assert "Scheduled" in browser.get("/admin/posts/").text


def test_the_editor_says_what_became_of_a_text_that_goes_live_later(
    browser: Browser, session: Session, make: Make
) -> None:
    author = make.author()
    session.commit()
    browser.sign_in(author)

    answer = browser.post(
        "/admin/posts/new/", {"title": "First sail", "move": "publish", "live_from": "2030-07-01T10:00"}
    )

    assert "“First sail” is scheduled for 1 Jul 2030, 10:00." in browser.get(answer.location).text


@pytest.mark.parametrize("field", ["live_from", "live_until"])
@pytest.mark.parametrize("value", ["yesterday", "2020-01-01T10:00", "99999-01-01T00:00", "2030-13-45T99:99"])
def test_a_time_that_cannot_be_is_refused_by_name(
    browser: Browser, session: Session, make: Make, field: str, value: str
) -> None:
    editor, post = make.editor(), make.post()
    session.commit()

    refused = browser.sign_in(editor).post(
        f"/admin/posts/edit/?id={post.id}", edited(post, move="publish") | {field: value}
    )

    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text
    assert only_post(session).status is DRAFT


def test_the_preview_takes_no_longer_text_than_a_post_does(browser: Browser, session: Session, make: Make) -> None:
    author = make.author()
    session.commit()

    answer = browser.sign_in(author).post("/admin/posts/preview/", {"body": "x" * 1_000_001})

    assert answer.status_code == 422


def test_the_preview_says_which_tables_are_too_much(browser: Browser, session: Session, make: Make) -> None:
    author = make.author()
    session.commit()
    table = "|" + "a|" * 100 + "\n|" + "-|" * 100 + "\n" + ("|" + "x|" * 100 + "\n") * 60

    shown = browser.sign_in(author).post("/admin/posts/preview/", {"body": table})

    assert "more than 5000 cells" in shown.text
    assert "<table" not in shown.text


def test_the_preview_is_what_goes_live_and_saves_nothing(browser: Browser, session: Session, make: Make) -> None:
    author = make.author()
    session.commit()

    shown = browser.sign_in(author).post(
        "/admin/posts/preview/", {"title": "T", "body": "**bold** <script>alert(1)</script>"}
    )

    assert "<strong>bold</strong>" in shown.text
    assert "alert(1)" not in shown.text
    assert session.scalars(select(Post)).all() == []
