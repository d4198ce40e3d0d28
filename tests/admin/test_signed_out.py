"""What somebody wrote is given back to them where it can no longer be saved."""

import re
from html import unescape

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User, UserSession
from cms.posts.models import Post
from cms.posts.queries import loaded
from tests.browser import Browser
from tests.factories import Make
from tests.forms import untouched

BODY = "\nThe lamp </textarea><script>alert(1)</script>\n\nburns & burns."
TYPED = {"version": "1", "title": 'A "lamp"', "body": BODY}


def texts(page: str) -> list[str]:
    """As a browser reads them: it leaves out the first line break."""
    return [unescape(text).removeprefix("\n") for text in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)]


@pytest.fixture
def url(browser: Browser, session: Session, make: Make) -> str:
    """Of the editor, opened by somebody who is signed in."""
    editor, post = make.editor(), make.post()
    session.commit()
    browser.sign_in(editor)
    return f"/admin/posts/edit/?id={post.id}"


@pytest.mark.parametrize("address", ["edit", "new"])
def test_a_text_outlives_the_session_that_it_was_written_in(
    browser: Browser, session: Session, url: str, make: Make, address: str
) -> None:
    url = url if address == "edit" else "/admin/posts/new/"
    session.execute(update(UserSession).values(revoked_at=make.at))
    session.commit()

    answer = browser.post(url, TYPED)

    assert answer.status_code == 401
    assert answer.headers["Cache-Control"] == "no-store"
    assert texts(answer.text) == ['A "lamp"', BODY]
    assert "You were signed out while you wrote" in answer.text
    assert "CSRF" not in answer.text
    assert browser.get(unescape(re.findall(r'href="(/login[^"]*)"', answer.text)[0])).status_code == 200
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("has_cookie", [True, False])
def test_a_text_outlives_a_token_that_is_wrong(browser: Browser, url: str, has_cookie: bool) -> None:
    sender = browser if has_cookie else Browser(browser.app)

    answer = sender.client.post(url, data=TYPED | {"csrf_token": "nonsense"})

    assert answer.status_code == 400
    assert texts(answer.text) == ['A "lamp"', BODY]
    assert ("/login?next=/admin/posts/edit/" in answer.text) is not has_cookie


def test_a_form_without_a_text_leads_to_the_sign_in_page_as_before(browser: Browser, url: str) -> None:
    browser.sign_out()

    assert browser.post(url, {"version": "1", "title": " "}).status_code == 302


def test_everything_that_was_entered_is_saved_after_signing_in_again(
    browser: Browser, session: Session, url: str
) -> None:
    """Once by the button of the page, and once more since the token is another; no field has to be found again."""
    from_here = {"Origin": "http://localhost"}
    editor = session.scalars(select(User).order_by(User.id)).first()
    session.commit()
    entered = untouched(browser.get(url).text) | {"title": "Lamps", "body": BODY, "tags": "Harbour, Night", "slug": "x"}
    browser.sign_out()

    signed_out = browser.post(url, entered, headers=from_here)
    browser.sign_in(editor)
    again = browser.client.post(url, data=untouched(signed_out.text) | {"csrf_token": "old"}, headers=from_here)
    saved = browser.post(url, untouched(again.text), headers=from_here)

    assert (signed_out.status_code, again.status_code, saved.status_code) == (401, 400, 302)
    assert "You were signed out while you wrote" in signed_out.text
    assert "One more step" in again.text
    post = session.scalars(select(Post).options(*loaded()).execution_options(populate_existing=True)).one()
    assert (post.title, post.slug, sorted(map(str, post.tags))) == ("Lamps", "x", ["Harbour", "Night"])
    assert post.body.strip() == BODY.strip()


@pytest.mark.parametrize("headers", [{"Origin": "null"}, {}])
def test_what_may_come_from_elsewhere_is_shown_and_offers_no_button(
    browser: Browser, url: str, headers: dict[str, str]
) -> None:
    answer = browser.client.post(url, data=TYPED | {"csrf_token": "nonsense"}, headers=headers)

    assert texts(answer.text) == ['A "lamp"', BODY]
    assert "Save it now" not in answer.text
