"""The page that asks which of two versions to keep: it finishes what was begun, and does not choose for anybody."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.posts.lifecycle import DRAFT, PUBLISHED
from cms.posts.models import Edition, Post, Revision
from cms.posts.queries import loaded
from tests.browser import Browser
from tests.factories import Make
from tests.forms import untouched


@pytest.fixture
def conflict(browser: Browser, session: Session, make: Make) -> dict[str, list[str]]:
    """What the form of the conflict page holds, after somebody else saved and this editor pressed Publish."""
    mine, theirs, post = make.editor(), make.editor(), make.post(title="Old", summary="Same")
    session.commit()
    url = f"/admin/posts/edit/?id={post.id}"
    opened = {"version": 1, "title": "Old", "body": post.body, "summary": "Same"}
    Browser(browser.app).sign_in(theirs).post(url, opened | {"title": "Theirs"})
    beside = {"move": "publish", "note": "Tides added", "live_from": "2030-07-01T10:00", "live_until": ""}
    answer = browser.sign_in(mine).post(url, opened | {"title": "Mine", "body": "My words."} | beside)
    assert answer.status_code == 409
    return untouched(answer.text)


def stored(session: Session) -> Post:
    session.expire_all()
    post = session.scalars(select(Post).options(*loaded())).one()
    session.commit()
    return post


def test_choosing_finishes_what_the_pressed_button_began(
    browser: Browser, session: Session, conflict: dict[str, list[str]]
) -> None:
    post = stored(session)

    answer = browser.post(
        f"/admin/posts/edit/?id={post.id}", conflict | {"choice-title": "theirs", "choice-body": "mine"}
    )

    assert answer.status_code == 302
    post = stored(session)
    assert (post.title, post.body, post.status) == ("Theirs", "My words.", PUBLISHED)
    assert session.scalars(select(Edition.live_from)).one().isoformat() == "2030-07-01T10:00:00+00:00"
    assert session.scalar(select(Revision.note).where(Revision.number == post.version)) == "Tides added"


def test_one_person_with_two_windows_is_not_told_of_somebody_else(
    browser: Browser, session: Session, make: Make
) -> None:
    editor, colleague, post = make.editor(), make.editor(), make.post(title="Old")
    session.commit()
    url, opened = f"/admin/posts/edit/?id={post.id}", {"version": 1, "title": "Old", "body": post.body}
    browser.sign_in(editor).post(url, opened | {"title": "First window"})

    page = browser.post(url, opened | {"title": "Second window"})

    assert page.status_code == 409
    assert "You saved this in another window" in page.text
    assert "Somebody saved" not in page.text
    Browser(browser.app).sign_in(colleague).post(url, opened | {"version": 2, "title": "Colleague"})
    assert "Somebody saved" in browser.post(url, opened | {"title": "Second window"}).text


def test_without_a_choice_nothing_is_saved_and_the_page_asks_again_with_what_was_chosen(
    browser: Browser, session: Session, conflict: dict[str, list[str]]
) -> None:
    post = stored(session)

    again = browser.post(f"/admin/posts/edit/?id={post.id}", conflict | {"choice-body": "mine", "choice-title": ""})

    assert again.status_code == 422
    assert "Choose what to keep of every field." in again.text
    fields = untouched(again.text)
    assert (fields["move"], fields["note"], fields["choice-body"]) == (["publish"], ["Tides added"], ["mine"])
    assert (fields["title"], fields["body"]) == (["Mine"], ["My words."])
    assert (stored(session).title, stored(session).status) == ("Theirs", DRAFT)


def test_a_page_that_was_sent_without_a_choice_can_be_sent_again_with_one(
    browser: Browser, session: Session, conflict: dict[str, list[str]]
) -> None:
    url = f"/admin/posts/edit/?id={stored(session).id}"
    again = untouched(browser.post(url, {name: value for name, value in conflict.items() if "choice" not in name}).text)

    answer = browser.post(url, again | {"choice-title": "mine", "choice-body": "mine"})

    assert answer.status_code == 302
    assert (stored(session).title, stored(session).body) == ("Mine", "My words.")


@pytest.mark.parametrize("version", [{}, {"version": ""}])
def test_a_form_that_does_not_say_what_it_was_made_on_overwrites_nothing(
    browser: Browser, session: Session, make: Make, version: dict[str, str]
) -> None:
    editor, post = make.editor(), make.post(title="Old", summary="Same")
    session.commit()

    answer = browser.sign_in(editor).post(f"/admin/posts/edit/?id={post.id}", {"title": "Mine"} | version)

    assert answer.status_code == 409
    assert "Mine" in answer.text
    assert stored(session).title == "Old"
